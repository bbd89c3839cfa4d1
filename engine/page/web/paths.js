// The paths along which a gradient flows: counted without listing them, the largest found first.

/** The numbers of the edges that lead from each node to its operands, from left to right. */
export function edgesByNode(graph) {
  const edges = graph.nodes.map(() => []);
  graph.edges.forEach(({ to }, edge) => edges[to].push(edge));
  return edges;
}

/** The product one edge further; a dead edge ends it, whatever the numbers are. */
function along(edge, product, { alive, locals }) {
  return alive[edge] && product !== null ? locals[edge] * product : null;
}

/** By which products are compared; nan, such as zero times infinity, is as large as any. */
function sizeOf(product) {
  return Number.isNaN(product) ? Infinity : Math.abs(product);
}

/**
 * All paths from the output, the last node, back to a node. The product of one that a dead edge
 * ends is null. There may be more than anyone can list: their `count` is a BigInt.
 */
export class Paths {
  constructor(graph, edges, target) {
    Object.assign(this, { graph, edges, target, output: graph.nodes.length - 1 });
    this.counts = new Map([[target, 1n]]);
    for (let node = target + 1; node <= this.output; node++) {
      const count = this.onward(node).reduce((sum, edge) => sum + this.counts.get(this.operand(edge)), 0n);
      if (count) this.counts.set(node, count);
    }
    this.count = this.counts.get(this.output) ?? 0n;
  }

  operand(edge) {
    return this.graph.edges[edge].from;
  }

  /** The edges of a node that lead on to the target. */
  onward(node) {
    return this.edges[node].filter((edge) => this.counts.has(this.operand(edge)));
  }

  /** The nodes and edges of all paths together. */
  reached() {
    const nodes = new Set(this.count ? [this.output] : []);
    const edges = new Set();
    for (let node = this.output; node > this.target; node--) {
      if (!nodes.has(node)) continue;
      for (const edge of this.onward(node)) {
        edges.add(edge);
        nodes.add(this.operand(edge));
      }
    }
    return { nodes, edges };
  }

  /** A few paths: all of them in order, or those with the largest products. */
  listed(numbers, limit = 4) {
    return this.count <= BigInt(limit) ? this.inOrder(numbers) : this.largest(numbers, limit);
  }

  /** Every path, depth first and from left to right. */
  inOrder(numbers) {
    const found = [];
    const stack = this.count ? [{ node: this.output, edges: [], product: 1 }] : [];
    while (stack.length) {
      const path = stack.pop();
      // Along a chain the same list grows, for copies of a long one would take their time.
      while (path.node !== this.target) {
        const [first, ...others] = this.onward(path.node);
        for (const edge of others.reverse()) stack.push(this.extended(path, edge, [...path.edges], numbers));
        Object.assign(path, this.extended(path, first, path.edges, numbers));
      }
      found.push(path);
    }
    return found;
  }

  extended({ product }, edge, edges, numbers) {
    edges.push(edge);
    return { node: this.operand(edge), edges, product: along(edge, product, numbers) };
  }

  /** From the target upwards every node keeps its best paths, merged from those of its operands. */
  largest(numbers, limit) {
    const best = new Map([[this.target, [{ product: 1 }]]]);
    for (let node = this.target + 1; node <= this.output; node++) {
      if (!this.counts.has(node)) continue;
      const ways = this.onward(node).flatMap((edge) => best.get(this.operand(edge)).map(({ product }, rank) => {
        return { product: along(edge, product, numbers), edge, rank };
      }));
      ways.sort((one, other) => sizeOf(other.product) - sizeOf(one.product) || 0);
      best.set(node, ways.slice(0, limit));
    }
    return (best.get(this.output) ?? []).map((start) => {
      const path = { node: this.output, edges: [], product: 1 };
      for (let way = start; path.node !== this.target; way = best.get(path.node)[way.rank]) {
        Object.assign(path, this.extended(path, way.edge, path.edges, numbers));
      }
      return path;
    });
  }
}

// Both passes, one step after the other, each in words and numbers as engine.steps says them.

import { beside, inNumbers, shown } from "./numbers.js";

/** Forward a step for each node; backward the output's gradient, then a step for each edge. */
export class Steps {
  constructor(graph) {
    this.graph = graph;
    this.forward = graph.nodes.length;
    this.last = this.forward + graph.edges.length;
    // The steps at which a node's gradient begins and is complete, and how many parts it has.
    this.begins = graph.nodes.map(() => Infinity);
    this.ends = graph.nodes.map(() => this.forward);
    this.parts = graph.nodes.map(() => 0);
    this.begins[this.forward - 1] = this.forward;
    graph.edges.forEach(({ from }, edge) => {
      this.ends[from] = this.stepOf(edge);
      this.begins[from] = Math.min(this.begins[from], this.ends[from]);
      this.parts[from]++;
    });
  }

  stepOf(edge) {
    return this.forward + 1 + edge;
  }

  /** What a step is about: a node, and backward from the second step on an edge. */
  at(step) {
    const number = step - this.forward;
    if (number < 0) return { phase: "forward", node: step, number: step + 1, of: this.forward };
    const edge = number - 1;
    const node = number ? this.graph.edges[edge].from : this.forward - 1;
    return { phase: "backward", node, edge, number: number + 1, of: this.last - this.forward + 1 };
  }

  showsValue(node, step) {
    return step >= node;
  }

  showsGradient(node, step) {
    return step >= this.begins[node];
  }

  /** `head` and `result` make a line of mathematics, `words` say what happens in it. */
  told(step, state) {
    const { nodes, edges, digits } = this.graph;
    const { phase, node, edge } = this.at(step);
    const { name } = nodes[node];
    if (phase === "forward") return this.toldForward(node, state);
    if (edge < 0) {
      const words = `Backward starts at the output: ${name} changes with itself one to one.`;
      return { head: `grad(${name}) = `, result: "1", words };
    }
    const upstream = shown(state.gradients[edges[edge].to], digits);
    const result = shown(state.partialGradients(edge)[node], digits);
    const head = `grad(${name}) += ${upstream} × ${beside(state.locals[edge], digits)} → `;
    return { head, result, words: this.why(edge, result, state) };
  }

  toldForward(node, { values }) {
    const { digits, nodes } = this.graph;
    const { name, kind, symbols, words, operation } = nodes[node];
    const result = shown(values[node], digits);
    if (kind !== "operation") return { head: `${name} = `, result, words: `${name} is ${kind === "data" ? "data" : "a parameter"}.` };
    const parts = new Set([name, symbols, inNumbers(words, values, digits)]);
    parts.delete(result);
    return { head: `${[...parts].join(" = ")} = `, result, words: `${name} is made by ${operation}.` };
  }

  why(edge, total, state) {
    const { nodes, edges, digits } = this.graph;
    const { from, to } = edges[edge];
    const [operand, user] = [nodes[from].name, nodes[to].name];
    if (!state.alive[edge]) {
      return `The path ends here, and nothing is added: ${user} does not change with ${operand} on this branch.`;
    }
    if (!state.live[to]) return "No path from the output leads here, and nothing is added.";
    const [upstream, local] = [state.gradients[to], state.locals[edge]].map((number) => shown(number, digits));
    const passed = `From ${user} back to ${operand}: the gradient ${upstream} of ${user}, times the ` +
      `local derivative ∂${user}/∂${operand} = ${local}`;
    if (this.parts[from] === 1) return `${passed}.`;
    if (this.begins[from] === this.stepOf(edge)) return `${passed}; the first of ${this.parts[from]} parts.`;
    const before = shown(state.partialGradients(edge - 1)[from], digits);
    const isLast = this.ends[from] === this.stepOf(edge);
    return `${passed}, is added: ${before} becomes ${total}${isLast ? ", and the sum is complete" : ""}.`;
  }
}

// Why a gradient is what it is: the paths from the output back to a node, factor by factor.

import { derivative, element, field, formula, nodeChoice, panel, parenthesised } from "./html.js";
import { beside, counted, inNumbers, shown } from "./numbers.js";

// Of a longer chain only the first and the last factors are written.
const MOST_FACTORS = 24;

/** The factors of a chain that are written, each by a function; `gap` is one for the others. */
function factorsOf(edges, write, gap) {
  const hidden = edges.length - MOST_FACTORS;
  if (hidden <= 0) return edges.map(write);
  const end = edges.length - MOST_FACTORS / 2;
  const last = edges.slice(end).map((edge, i) => write(edge, end + i));
  return [...edges.slice(0, MOST_FACTORS / 2).map(write), gap(`… ${hidden} more …`), ...last];
}

/** Whether a factor needs parentheses: a sum, or a minus that does not come first. */
export function needsParentheses(text, isFirst) {
  let outside = text;
  for (let inner = ""; inner !== outside;) [inner, outside] = [outside, outside.replace(/\([^()]*\)/g, "")];
  return / [+−] /.test(outside) || (!isFirst && text.startsWith("−"));
}

export class Chain {
  constructor(state) {
    this.state = state;
    const nodes = [...state.graph.nodes.keys()];
    this.select = nodeChoice(state.graph, nodes, (node) => state.set("chosen", node < 0 ? null : node));
    this.select.prepend(element("option", { value: -1 }, "choose a node"));
    this.content = element("div", { class: "paths" });
    this.element = panel("Why this gradient", true, field("Gradient of", this.select), this.content);
  }

  update() {
    const { state } = this;
    const { chosen } = state;
    this.select.value = chosen ?? -1;
    if (chosen === null) {
      this.built = null;
      const hint = "Click a box of the picture: every path from it to the output is lit, and multiplied out here.";
      return this.content.replaceChildren(element("p", { class: "note" }, hint));
    }
    const paths = state.paths.listed(state);
    // The symbols change with the branches that hold, the numbers with every movement of a slider.
    const branches = paths.map(({ edges }) => edges.map((edge) => [edge, state.branches[edge]]));
    const built = JSON.stringify([chosen, branches]);
    if (built !== this.built) this.build(paths);
    this.built = built;
    paths.forEach((path, i) => this.fill(path, this.lines[i]));
    this.sum.replaceChildren(...this.total(paths));
  }

  /** The local derivative of an edge as it is written; none where the formula is too long. */
  branch(edge) {
    return this.state.graph.edges[edge].branches[this.state.branches[edge]];
  }

  build(paths) {
    const { nodes, edges } = this.state.graph;
    const { chosen, paths: { count } } = this.state;
    const [output, node] = [nodes.at(-1), nodes[chosen]];
    const more = count > paths.length ? "; those with the largest products" : "";
    const headline = count
      ? `${counted(count)} path${count > 1 ? "s" : ""} from ${node.name} to ${output.name}${more}`
      : `${output.name} does not depend on ${node.name}.`;
    const symbols = (edge) => derivative(nodes[edges[edge].to].math, nodes[edges[edge].from].math);
    const local = (edge, isFirst) => {
      const { math, symbols: text } = this.branch(edge) ?? { math: symbols(edge), symbols: "" };
      return needsParentheses(text, isFirst) ? parenthesised(math) : math;
    };
    // Each factor is a formula of its own, so that a long chain is broken between them.
    const chain = (path, write) => factorsOf(path.edges, (edge, i) =>
      [i ? " · " : " ", formula(write(edge, !i))], (text) => [` · ${text}`]).flat();
    this.lines = paths.map(() => [element("p"), element("p")]);
    const blocks = paths.map((path, i) => [
      count > 1 ? element("h3", {}, `Path ${i + 1}`) : "",
      element("p", {}, formula(derivative(output.math, node.math)), " =",
        ...(path.edges.length ? chain(path, symbols) : [" 1"])),
      path.edges.length ? element("p", {}, "=", ...chain(path, local)) : "",
      ...this.lines[i]]);
    this.sum = element("p");
    this.content.replaceChildren(element("p", { class: "note" }, headline), ...blocks.flat(), this.sum);
  }

  fill({ edges, product }, [inWords, inFull]) {
    const { state } = this;
    const { nodes, edges: all, digits } = state.graph;
    const joined = (write) => factorsOf(edges, write, String).join(" · ");
    const locals = joined((edge, i) => (i ? beside : shown)(state.locals[edge], digits));
    const words = joined((edge, i) => {
      const { words } = this.branch(edge) ?? { words: [shown(state.locals[edge], digits)] };
      const text = inNumbers(words, state.values, digits);
      return needsParentheses(text, !i) ? `(${text})` : text;
    });
    const hidden = state.predicting || !edges.length;
    inWords.textContent = hidden || words === locals ? "" : `= ${words}`;
    if (hidden) return inFull.replaceChildren();
    const dead = edges.find((edge) => !state.alive[edge]);
    const { from, to } = all[dead] ?? {};
    const why = dead === undefined ? ""
      : `. The path ends here: ${nodes[to].name} does not change with ${nodes[from].name} on this branch.`;
    inFull.replaceChildren(edges.length > 1 ? `= ${locals} = ` : "= ",
      element("strong", {}, shown(product ?? 0, digits)), why);
  }

  /** What the paths add up to, and what part of it is listed. */
  total(paths) {
    const { predicting, gradients, chosen, graph: { digits }, paths: { count } } = this.state;
    if (predicting) return ["The numbers are hidden until you have predicted one."];
    if (count < 2) return [];
    const result = element("strong", {}, shown(gradients[chosen], digits));
    const products = paths.map(({ product }) => product ?? 0);
    const rest = count - BigInt(paths.length);
    if (!rest) {
      const terms = products.map((product, i) => (i ? beside : shown)(product, digits));
      return [`Sum of the paths: ${terms.join(" + ")} = `, result];
    }
    const part = shown(products.reduce((sum, product) => sum + product), digits);
    return [`These ${paths.length} add up to ${part}; ${counted(rest)} more. Sum over all: `, result];
  }
}

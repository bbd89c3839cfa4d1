// Predict first: a gradient is asked for before it is shown, and a wrong answer is looked into.

import { button, element, panel } from "./html.js";
import { readNumber, shown } from "./numbers.js";

// Asked is only what one can work out; that many nodes are drawn by lot until there is one.
const MOST_PATHS = 4, MOST_DRAWN = 200;

/** Whether two numbers are the same in the digits that are shown; the last one may be off by one. */
export function agree(answer, number, digits) {
  const isNear = Math.abs(answer - number) <= 10 ** (1 - digits) * Math.abs(number);
  return isNear || shown(answer, digits) === shown(number, digits);
}

const multiplied = (factors) => factors.reduce((product, { number }) => product * number, 1);

/** The numbers that common mistakes lead to, each with what the mistake is. */
function* mistakes({ gradient, value, paths }) {
  yield [-gradient, "The size is right, but not the sign."];
  // Every choice of some of the paths, as the bits of a number.
  for (let choice = 1; choice < 2 ** paths.length - 1; choice++) {
    const [missing, there] = [1, 0].map((bit) => paths.filter((_, i) => ((choice >> i) & 1) === bit));
    const through = missing.map((path) => `one through ${path.through}`).join(" and the ");
    const sum = there.reduce((total, { product }) => total + product, 0);
    yield [sum, `${missing.length > 1 ? "Paths are" : "A path is"} missing: the ${through}. All paths add up.`];
  }
  for (const { factors, product } of paths) {
    const rest = gradient - product;
    if (paths.length > 1) yield [rest - product, "One of the paths has the wrong sign."];
    for (const factor of factors.filter(({ number }) => number !== 1)) {
      const others = multiplied(factors.filter((other) => other !== factor));
      yield [rest + others, `The factor ${factor.name} is missing.`];
      yield [rest + product * factor.number, `The factor ${factor.name} stands there twice.`];
      yield [rest + others / factor.number, `You divided by ${factor.name}; it is a factor.`];
    }
  }
  yield [value, "That is the value, computed forward; the question is about the gradient."];
}

/**
 * What is right or wrong about an answer. The truth: the gradient, the value, the digits, the name
 * of a dead edge if there is one, and the paths, each with its product and its named factors.
 */
export function diagnose(answer, truth) {
  const { gradient, digits, paths, dead } = truth;
  if (agree(answer, gradient, digits)) return { right: true, text: "Right." };
  if (gradient === 0 && dead) return { right: false, text: `Not yet: where ${dead} is 0 by its branch, a path ends.` };
  for (const [number, text] of mistakes(truth)) {
    if (Number.isFinite(number) && agree(answer, number, digits)) return { right: false, text };
  }
  const all = paths.length > 1 ? `, and add up the ${paths.length} paths` : "";
  return { right: false, text: `Not yet: multiply the local derivatives from the output back${all}.` };
}

export class Quiz {
  constructor(state) {
    this.state = state;
    const change = () => this.turn(this.switch.checked);
    this.switch = element("input", { type: "checkbox", role: "switch", change });
    this.question = element("label", { for: "answer" });
    this.answer = element("input", { id: "answer", type: "text", inputmode: "decimal", autocomplete: "off" });
    this.verdict = element("p", { class: "verdict", role: "status" });
    this.form = element("form", { class: "question row", hidden: true, submit: (event) => this.check(event) },
      this.question, this.answer, element("button", { type: "submit" }, "Check"),
      button("Show the answer", () => this.reveal("")), button("Another", () => this.ask()));
    this.element = panel("Predict first", true,
      element("label", { class: "switch" }, this.switch, "Hide the gradients and ask me for one"),
      this.form, this.verdict);
  }

  turn(on) {
    this.form.hidden = !on;
    this.verdict.textContent = "";
    if (on) this.ask();
    else this.state.set("predicting", false);
  }

  ask() {
    const { state } = this;
    const { nodes } = state.graph;
    const askable = (node) => node !== state.output && node !== this.node &&
      Number.isFinite(state.gradients[node]) && state.pathsTo(node).count <= MOST_PATHS;
    const lot = Array.from({ length: MOST_DRAWN }, () => Math.floor(Math.random() * nodes.length));
    this.node = lot.find(askable) ?? this.node ?? state.output;
    this.question.textContent = `What is ∂${nodes.at(-1).name}/∂${nodes[this.node].name}?`;
    this.verdict.textContent = this.answer.value = "";
    state.set("chosen", null);
    state.set("predicting", true);
    this.answer.focus();
  }

  check(event) {
    event.preventDefault();
    const answer = readNumber(this.answer.value);
    this.answer.setAttribute("aria-invalid", Number.isNaN(answer));
    if (Number.isNaN(answer)) this.verdict.textContent = "Type a number, such as 0.5, −3 or 2/3.";
    else {
      const { right, text } = diagnose(answer, this.truth());
      if (right) this.reveal(`${text} `);
      else this.verdict.textContent = text;
    }
  }

  /** The gradients come back, with the paths of the one that was asked for. */
  reveal(praise) {
    const { state, node } = this;
    const { nodes, digits } = state.graph;
    state.set("predicting", false);
    state.set("chosen", node);
    const gradient = shown(state.gradients[node], digits);
    this.verdict.textContent = `${praise}∂${nodes.at(-1).name}/∂${nodes[node].name} = ${gradient}`;
  }

  truth() {
    const { state, node } = this;
    const { nodes, edges, digits } = state.graph;
    const name = (edge) => `∂${nodes[edges[edge].to].name}/∂${nodes[edges[edge].from].name}`;
    const listed = state.pathsTo(node).listed(state);
    const used = listed.flatMap((path) => path.edges);
    const dead = used.find((edge) => !state.alive[edge]);
    const paths = listed.map((path) => {
      // The first edge that no other path takes tells it from them.
      const own = path.edges.find((edge) => used.indexOf(edge) === used.lastIndexOf(edge)) ?? path.edges[0];
      const factors = path.edges.map((edge) => {
        return { name: `${name(edge)} = ${shown(state.locals[edge], digits)}`, number: state.locals[edge] };
      });
      return { factors, product: path.product ?? 0, through: name(own) };
    });
    const [gradient, value] = [state.gradients[node], state.values[node]];
    return { gradient, value, digits, paths, dead: dead === undefined ? null : name(dead) };
  }
}

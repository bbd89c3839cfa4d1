// Every leaf with a slider and a field for its number.

import { element, field, numberInput } from "./html.js";
import { inNumbers, shown } from "./numbers.js";

// Of more leaves than MOST only those are built that are looked for, at most MOST_FOUND.
const MOST = 60, MOST_FOUND = 200;

/** The half width of a slider around 0 that leaves room for a number: 1, 2, 5, 10, 20 … */
export function reach(value) {
  const size = Math.max(1, 2 * Math.abs(value));
  const power = 10 ** Math.floor(Math.log10(size));
  return Number.isFinite(size) ? [1, 2, 5, 10].find((step) => step * power >= size * 0.999) * power : 1;
}

export class Sliders {
  constructor(state) {
    this.state = state;
    this.list = element("div", { class: "leaves" });
    this.note = element("p", { class: "note" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.element = element("section", { class: "numbers", "aria-label": "numbers" });
    if (state.leaves.length > MOST) {
      this.filter = element("input", { type: "search", input: () => this.build() });
      this.element.append(field("Find a number", this.filter));
    }
    this.element.append(this.problem, this.list, this.note);
    this.build();
  }

  build() {
    const { graph, leaves } = this.state;
    const wanted = this.filter?.value.trim().toLowerCase() ?? "";
    const found = leaves.filter((leaf) => graph.nodes[leaf].name.toLowerCase().includes(wanted));
    const built = found.slice(0, wanted ? MOST_FOUND : MOST);
    const rest = `${built.length} of ${found.length} are shown: type a part of a name to find others.`;
    this.note.textContent = built.length < found.length ? rest : "";
    this.rows = built.map((leaf) => this.row(leaf));
    this.list.replaceChildren(...this.rows.map(({ row }) => row));
    this.update("numbers");
  }

  row(leaf) {
    const { name, kind } = this.state.graph.nodes[leaf];
    const id = `leaf-${leaf}`;
    const parts = { leaf, span: -1 };
    const change = () => this.finish(parts);
    parts.input = numberInput("", { id, change, input: () => parts.input.value && this.enter(parts, parts.input) });
    parts.slider = element("input", {
      type: "range", "aria-label": `slider of ${name}`, change, input: () => this.enter(parts, parts.slider),
    });
    const label = element("label", { for: id }, name);
    parts.row = element("div", { class: `leaf ${kind}` }, label, parts.slider, parts.input);
    return parts;
  }

  /** The numbers follow; where an operation would be undefined they stay, and the page says why. */
  enter({ leaf, input }, control) {
    const value = Number(control.value);
    if (!this.state.change(new Map([[leaf, value]]), control)) return input.removeAttribute("aria-invalid");
    if (control !== input) input.value = value;
    input.setAttribute("aria-invalid", "true");
  }

  finish({ leaf, input }) {
    this.state.rest();
    if (!input.value) input.value = this.state.values[leaf];
  }

  explained({ node, values }) {
    const { nodes, digits } = this.state.graph;
    const { name, operation, symbols, words, undefined: where } = nodes[node];
    const equation = [name, symbols, inNumbers(words, values, digits)].join(" = ");
    return `${equation}: ${operation} is undefined ${where ? `where ${where}` : "there"}. The last good numbers stay.`;
  }

  update(what) {
    const { problem } = this.state;
    if (what === "problem" || what === "numbers") this.problem.textContent = problem ? this.explained(problem) : "";
    if (what !== "numbers") return;
    for (const parts of this.rows) {
      const { leaf, input, slider } = parts;
      const value = this.state.values[leaf];
      if (!(Math.abs(value) <= parts.span)) this.widen(parts, value);
      if (!Object.is(value, parts.value)) {
        slider.value = value;
        slider.setAttribute("aria-valuetext", shown(value, this.state.graph.digits));
      }
      parts.value = value;
      // What is being typed stays as it is typed.
      if (input.value && Number(input.value) === value) continue;
      input.value = Number.isFinite(value) ? value : "";
      input.placeholder = shown(value, this.state.graph.digits);
      input.removeAttribute("aria-invalid");
    }
  }

  widen(parts, value) {
    parts.span = reach(value);
    for (const [name, part] of [["min", -1], ["max", 1], ["step", 0.01]]) {
      parts.slider.setAttribute(name, Number((part * parts.span).toPrecision(12)));
    }
  }
}

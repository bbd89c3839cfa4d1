// A small change of one leaf: what the gradient predicts of it, and what really comes of it.

import { button, element, field, nodeChoice, numberInput, panel } from "./html.js";
import { shown } from "./numbers.js";

export class Nudge {
  constructor(state) {
    this.state = state;
    this.leaf = nodeChoice(state.graph, state.leaves, () => this.update());
    this.size = numberInput(0.01, { input: () => this.update() });
    this.list = element("dl");
    this.element = panel("Nudge a number", false,
      element("div", { class: "row" }, field("Nudge", this.leaf), field("by", this.size)), this.list,
      element("div", { class: "row" }, button("Apply", () => state.change(this.nudged()))));
    this.element.addEventListener("toggle", () => this.update());
  }

  nudged() {
    const leaf = Number(this.leaf.value);
    return new Map([[leaf, this.state.values[leaf] + Number(this.size.value)]]);
  }

  update() {
    if (!this.element.open) return;
    const { values, gradients, output, graph, predicting } = this.state;
    const text = (number) => (predicting ? "?" : shown(number, graph.digits));
    const [size, gradient] = [Number(this.size.value), gradients[this.leaf.value]];
    const predicted = gradient * size;
    const real = this.state.outputFor(this.nudged()) - values[output];
    const rows = {
      "Predicted, gradient × nudge": `${text(gradient)} × ${shown(size, graph.digits)} = ${text(predicted)}`,
      [`Real change of ${graph.nodes[output].name}`]: text(real),
      Difference: text(real - predicted),
    };
    this.list.replaceChildren(...Object.entries(rows).flatMap(([what, number]) =>
      [element("dt", {}, what), element("dd", {}, number)]));
  }
}

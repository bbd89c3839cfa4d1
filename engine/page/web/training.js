// Gradient descent by the printed program: on the numbers of the page, or on all rows of its data.

import { drawCurve } from "./chart.js";
import { button, drawn, element, field, nodeChoice, numberInput, panel } from "./html.js";
import { shown } from "./numbers.js";
import { Surface } from "./surface.js";

// How many operations one map of the loss may take, and how fine it is at most.
const MOST_WORK = 1_500_000, FINEST = 41;

export class Training {
  constructor(state) {
    const { graph } = state;
    const { parameters, rate } = graph.training;
    Object.assign(this, { state, parameters, losses: [], way: [], axes: [0, 1] });
    this.rate = numberInput(rate, { min: 0 });
    this.curve = drawn("svg", { class: "chart", role: "img" });
    this.surface = new Surface();
    this.status = element("p", { class: "note", role: "status" });
    this.play = button("▶ Play", () => this.toggle());
    this.element = panel("Train", false,
      element("div", { class: "row" }, field("Learning rate", this.rate), ...this.rowsChoice(graph.data)),
      element("div", { class: "row" },
        button("1 step", () => this.take(1)), button("10 steps", () => this.take(10)), this.play),
      this.status, element("figure", {}, this.curve, element("figcaption", {}, "The loss after each step")),
      ...(parameters.length > 1 ? [this.map()] : []));
    this.element.addEventListener("toggle", () => this.draw());
  }

  rowsChoice(data) {
    if (!data) return [];
    this.rows = element("select", { change: () => this.begin() },
      element("option", { value: "" }, "the numbers of now"),
      element("option", { value: "all" }, `all ${data.rows.length} rows`));
    return [field("Train on", this.rows)];
  }

  map() {
    const choices = ["Across", "Up"].map((label, axis) => {
      const select = nodeChoice(this.state.graph, this.parameters, (node) => {
        this.axes[axis] = this.parameters.indexOf(node);
        this.draw();
      });
      select.value = this.parameters[axis];
      return field(label, select);
    });
    const caption = element("figcaption", {}, "The loss over two parameters, the others as they are now");
    return element("figure", {}, this.surface.element, caption, element("div", { class: "row" }, ...choices));
  }

  get now() {
    return this.parameters.map((node) => this.state.values[node]);
  }

  /** The inputs, a row for each example; what the data does not give is as it is now. */
  examples() {
    const { data, training } = this.state.graph;
    const now = training.inputs.map((input) => this.state.values[input]);
    if (!this.rows?.value) return [now];
    const columns = training.inputs.map((input) => data.columns.indexOf(input));
    return data.rows.map((row) => columns.map((column, i) => (column < 0 ? now[i] : Number(row[column]))));
  }

  /** One epoch of plain gradient descent: parameters are changed. Gives the loss before. */
  descend(parameters, rate, rows) {
    const [count, losses] = [rows.length, [NaN]];
    const [gradient, ofRow] = [0, 1].map(() => parameters.map(() => 0));
    const order = [...rows.keys()];
    const { train } = this.state.program;
    train(parameters, [], [rate], rows, order, count, count, 1, 1 / count, 0, losses, gradient, ofRow);
    return losses[0];
  }

  lossOf(parameters, rows = this.examples()) {
    return this.descend(parameters.slice(), 0, rows);
  }

  take(epochs) {
    if (!this.losses.length) this.begin();
    const rows = this.examples();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const parameters = this.now;
      this.descend(parameters, Number(this.rate.value), rows);
      const loss = this.lossOf(parameters, rows);
      const changes = new Map(this.parameters.map((node, i) => [node, parameters[i]]));
      if (!Number.isFinite(loss) || this.state.change(changes, this)) {
        this.stop();
        this.status.textContent = `The next step would give the loss ${shown(loss)}: try a smaller learning rate.`;
        return;
      }
      this.losses.push(loss);
      this.way.push(parameters);
    }
    if (!this.timer) this.state.rest();
    this.draw();
  }

  /** A new curve, from the numbers of now. */
  begin() {
    this.way = [this.now];
    this.losses = [this.lossOf(this.now)];
    this.draw();
  }

  toggle() {
    if (this.timer) return this.stop();
    this.play.textContent = "❚❚ Pause";
    this.timer = setInterval(() => this.take(1), matchMedia("(prefers-reduced-motion: reduce)").matches ? 600 : 60);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "▶ Play";
    this.state.rest();
  }

  /** Numbers that were changed by hand begin another curve. */
  update(what) {
    if (what === "numbers" && this.losses.length && this.state.gesture !== this) this.losses = [];
  }

  /** The map would be too much work for every movement of a slider. */
  rest() {
    if (!this.losses.length) this.draw();
  }

  draw() {
    if (!this.element.open) return;
    if (!this.losses.length) return this.begin();
    const { graph } = this.state;
    const steps = this.losses.length - 1;
    const loss = shown(this.losses.at(-1), graph.digits);
    this.status.textContent = `Loss ${loss} after ${steps} step${steps === 1 ? "" : "s"}`;
    this.curve.setAttribute("aria-label", this.status.textContent);
    if (![this.losses[0], ...this.now].every(Number.isFinite)) return;
    drawCurve(this.curve, this.losses, graph.digits);
    if (this.parameters.length < 2) return;
    const [now, rows] = [this.now, this.examples()];
    const size = Math.sqrt(MOST_WORK / (graph.nodes.length * rows.length));
    const lossAt = (...pair) => {
      const moved = now.slice();
      this.axes.forEach((axis, i) => (moved[axis] = pair[i]));
      return this.lossOf(moved, rows);
    };
    const names = this.axes.map((axis) => graph.nodes[this.parameters[axis]].name);
    const way = this.way.map((point) => this.axes.map((axis) => point[axis]));
    this.surface.draw(names, way, lossAt, Math.max(9, Math.min(FINEST, Math.floor(size))));
  }
}

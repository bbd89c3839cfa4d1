// The drawing: its numbers kept up to date, what is not reached yet hidden, paths lit.

import { drawn } from "./html.js";
import { endsOf, shown } from "./numbers.js";

// As in engine.drawing: a factor of 1 is muted, and of many in one cell only the first are written.
const LOCAL = "#4b3f9e", MUTED = "#5a6472", MOST_LOCALS = 3;

/** A text of the drawing; it is written only where it changes, for that costs more than a number. */
class Cell {
  constructor(text) {
    this.text = text;
  }

  write(words, hidden = false) {
    if (words !== this.words) this.text.textContent = words;
    if (hidden !== this.hidden) this.text.classList.toggle("unreached", hidden);
    Object.assign(this, { words, hidden });
  }
}

export class Picture {
  constructor(svg, state, steps) {
    Object.assign(this, { svg, state, steps, graph: state.graph });
    const { nodes, edges } = this.graph;
    this.boxes = new Map();
    this.cells = nodes.map((node, number) => {
      this.placeIn(node.box, number);
      return this.cellsOf(`n${number + 1}`, ["value", "gradient", "local"]);
    });
    for (const [id, box] of this.boxes) Object.assign(box, this.cellsOf(id, ["values", "gradients"]));
    // The arrows of one box to itself are not drawn: their numbers stand in the row they start at.
    this.inside = nodes.map(() => []);
    edges.forEach(({ from, to }, edge) => {
      if (nodes[from].box === nodes[to].box) this.inside[from].unshift(edge);
    });
    this.arrows = edges.map(({ id }) => this.arrowOf(id));
    this.tidy();
    this.badge = drawn("g", { class: "badge" }, drawn("rect", { rx: 7, height: 16 }), drawn("text"));
    svg.querySelector(".graph").append(this.badge);
  }

  find(id) {
    return document.getElementById(this.graph.prefix + id);
  }

  cellsOf(id, kinds) {
    return Object.fromEntries(kinds.map((kind) => {
      const text = this.find(`a_${id}_${kind}`)?.querySelector("text");
      return [kind, text ? new Cell(text) : null];
    }));
  }

  placeIn(id, node) {
    const element = id ? this.find(id) : null;
    if (!element) return;
    if (!this.boxes.has(id)) this.boxes.set(id, { id, element, nodes: [] });
    this.boxes.get(id).nodes.push(node);
  }

  boxOf(node) {
    return this.boxes.get(this.graph.nodes[node].box);
  }

  arrowOf(id) {
    const element = id ? this.find(id) : null;
    const text = element?.querySelector(":scope > text");
    const around = /^(\s*)×\S*(\s*)$/.exec(text?.textContent ?? "");
    return { element, around, label: around && new Cell(text) };
  }

  /** Other numbers stay centred; what Graphviz says by itself goes. */
  tidy() {
    const { svg } = this;
    const cells = [...this.cells, ...this.boxes.values()].flatMap(({ value, gradient, local, values, gradients }) =>
      [value, gradient, local, values, gradients].filter(Boolean));
    const places = cells.map(({ text }) => text.getBBox());
    cells.forEach(({ text }, i) => {
      text.closest("a")?.removeAttribute("xlink:title");
      if (!places[i].width) return;
      text.setAttribute("text-anchor", "middle");
      text.setAttribute("x", places[i].x + places[i].width / 2);
    });
    for (const title of svg.querySelectorAll("title")) title.remove();
    for (const arrow of svg.querySelectorAll(".edge")) arrow.setAttribute("aria-hidden", "true");
    for (const box of this.boxes.values()) box.place = box.element.getBBox();
  }

  /** Where the full numbers of a node stand: null where the table has to hold them. */
  ownBox(node) {
    const box = this.boxOf(node);
    return box?.nodes.length === 1 ? box.element : null;
  }

  update(what) {
    this.stepped ||= what === "step";
    if (what === "chosen") this.light();
    else this.showNumbers();
    this.showStep();
  }

  hidesGradient(node) {
    return this.state.predicting || !this.steps.showsGradient(node, this.state.step);
  }

  hidesValue(node) {
    return !this.steps.showsValue(node, this.state.step);
  }

  showNumbers() {
    const { state, steps, graph } = this;
    const { values, locals, alive, predicting } = state;
    const text = (number) => shown(number, graph.digits);
    const edge = steps.at(state.step).edge ?? Infinity;
    const gradients = edge < 0 ? state.gradients : state.partialGradients(edge);
    const gradient = (words) => (predicting ? "grad ?" : `grad ${words}`);
    this.cells.forEach((cells, node) => {
      cells.value?.write(text(values[node]), this.hidesValue(node));
      cells.gradient?.write(gradient(text(gradients[node])), !predicting && this.hidesGradient(node));
      const inside = this.inside[node].map((edge) => `×${text(locals[edge])}`);
      if (inside.length > MOST_LOCALS) inside.splice(MOST_LOCALS, Infinity, "…");
      cells.local?.write(inside.join(", "));
    });
    for (const { nodes, values: range, gradients: span } of this.boxes.values()) {
      const results = nodes.filter((node) => graph.nodes[node].kind === "operation");
      const rows = results.length ? results : nodes;
      range?.write(this.range(rows.map((node) => values[node])), rows.every((node) => this.hidesValue(node)));
      const hidden = !predicting && nodes.every((node) => this.hidesGradient(node));
      span?.write(gradient(this.range(nodes.map((node) => gradients[node]))), hidden);
    }
    this.arrows.forEach((arrow, edge) => {
      if (!arrow.element) return;
      if (arrow.alive !== alive[edge]) arrow.element.classList.toggle("dead", !alive[edge]);
      arrow.alive = alive[edge];
      if (!arrow.label) return;
      const colour = locals[edge] === 1 ? MUTED : LOCAL;
      if (arrow.colour !== colour) arrow.label.text.setAttribute("fill", colour);
      arrow.colour = colour;
      const [, before, after] = arrow.around;
      arrow.label.write(`${before}×${text(locals[edge])}${after}`, this.hidesValue(graph.edges[edge].to));
    });
  }

  /** Of a box for many nodes: from the smallest number to the largest. */
  range(numbers) {
    return [...new Set(endsOf(numbers).map((number) => shown(number, this.graph.digits)))].join(" … ");
  }

  light() {
    const { chosen } = this.state;
    const none = { nodes: new Set(), edges: [] };
    const { nodes, edges } = chosen === null ? none : this.state.paths.reached();
    this.svg.classList.toggle("lighting", chosen !== null);
    for (const box of this.boxes.values()) {
      const isChosen = box.nodes.includes(chosen);
      box.element.classList.toggle("lit", box.nodes.some((node) => nodes.has(node)));
      box.element.classList.toggle("chosen", isChosen);
      box.element.setAttribute("aria-pressed", isChosen);
    }
    const lit = new Set([...edges].map((edge) => this.arrows[edge].element));
    for (const { element } of this.arrows) element?.classList.toggle("lit", lit.has(element));
  }

  /** The boxes and arrows that the step is about; "+=" where gradients add up. */
  showStep() {
    for (const element of this.svg.querySelectorAll(".now")) element.classList.remove("now");
    this.badge.setAttribute("visibility", "hidden");
    if (!this.stepped) return;
    const { phase, node, edge } = this.steps.at(this.state.step);
    const edges = phase === "forward" ? this.state.edges[node] : [edge];
    for (const place of [this.boxOf(node), ...edges.map((number) => this.arrows[number])]) {
      place?.element?.classList.add("now");
    }
    const box = this.boxOf(node);
    if (!(edge >= 0) || !box || this.steps.parts[node] < 2 || this.state.predicting) return;
    const [rectangle, text] = this.badge.children;
    const { x, y, width, height } = box.place;
    const [upstream, local] = [this.state.gradients[this.graph.edges[edge].to], this.state.locals[edge]];
    text.textContent = `+= ${[upstream, local].map((number) => shown(number, this.graph.digits)).join(" × ")}`;
    const size = text.textContent.length * 6 + 12;
    rectangle.setAttribute("x", x + width / 2 - size / 2);
    rectangle.setAttribute("y", y + height + 2);
    rectangle.setAttribute("width", size);
    text.setAttribute("x", x + width / 2);
    text.setAttribute("y", y + height + 13.5);
    this.badge.setAttribute("visibility", "visible");
  }
}

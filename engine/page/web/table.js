// All numbers in tables; and every number in full precision, in attributes that scripts can read.

import { element } from "./html.js";
import { shown } from "./numbers.js";

// Of more rows than this the attributes are written when a movement rests.
const MOST_AT_ONCE = 2000;

export class Table {
  constructor(state, picture) {
    this.state = state;
    const { nodes, edges } = state.graph;
    const names = edges.map(({ from, to }) => [nodes[from].name, nodes[to].name]);
    const row = (head, ...cells) => element("tr", {},
      element("th", { scope: "row" }, head), ...cells.map((text) => element("td", {}, text)));
    this.rows = nodes.map(({ name, symbols = "" }) => row(name, symbols, "", ""));
    this.edgeRows = names.map(([from, to]) => row(`∂${to}/∂${from}`, ""));
    this.owners = this.rows.map((row, node) => picture.ownBox(node) ?? row);
    const arrows = picture.arrows.map(({ element }) => element);
    this.edgeOwners = this.edgeRows.map((row, edge) => arrows[edge] ?? row);
    nodes.forEach(({ name }, node) => this.owners[node].setAttribute("data-name", name));
    names.forEach(([from, to], edge) => {
      this.edgeOwners[edge].setAttribute("data-from", from);
      this.edgeOwners[edge].setAttribute("data-to", to);
    });
    const table = (caption, heads, rows) => element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows));
    this.element = element("details", { class: "panel", toggle: () => this.fill() },
      element("summary", {}, element("h2", {}, "All numbers")),
      element("div", { class: "tables", tabindex: 0, role: "region", "aria-label": "tables" },
        table("Nodes", ["name", "made of", "value", "gradient"], this.rows),
        table("Local derivatives", ["derivative", "number"], this.edgeRows)));
    this.rest();
  }

  update(what) {
    if (what === "numbers" && this.rows.length + this.edgeRows.length <= MOST_AT_ONCE) this.rest();
    if (what === "numbers" || what === "predicting") this.fill();
  }

  rest() {
    const { values, gradients, locals } = this.state;
    const write = (owners, name, numbers) => owners.forEach((owner, i) => {
      if (!Object.is(numbers[i], this[name]?.[i])) owner.setAttribute(name, numbers[i]);
    });
    write(this.owners, "data-value", values);
    write(this.owners, "data-gradient", gradients);
    write(this.edgeOwners, "data-local", locals);
    Object.assign(this, { "data-value": values, "data-gradient": gradients, "data-local": locals });
  }

  fill() {
    if (!this.element.open) return;
    const { values, gradients, locals, graph, predicting } = this.state;
    const write = (cell, number) => (cell.textContent = shown(number, graph.digits));
    this.rows.forEach(({ cells }, node) => {
      write(cells[2], values[node]);
      if (predicting) cells[3].textContent = "?";
      else write(cells[3], gradients[node]);
    });
    this.edgeRows.forEach(({ cells }, edge) => write(cells[1], locals[edge]));
  }
}

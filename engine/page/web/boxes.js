// The boxes of the picture within reach: chosen by mouse or keys, named for screen readers.

import { shown } from "./numbers.js";

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

export class Boxes {
  constructor(picture, state) {
    Object.assign(this, { picture, state });
    const { svg, boxes } = picture;
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", "The graph. Arrow keys go from box to box, Enter lights its paths.");
    for (const { element } of boxes.values()) {
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", -1);
    }
    this.stopAt(svg.querySelector(".node"));
    svg.addEventListener("click", (event) => this.choose(event.target));
    svg.addEventListener("keydown", (event) => this.press(event));
    svg.addEventListener("focusin", (event) => this.stopAt(event.target.closest(".node")));
  }

  /** One box is a stop of the tab key; from there the arrow keys go on. */
  stopAt(element) {
    if (!element) return;
    this.picture.svg.querySelector('[tabindex="0"]')?.setAttribute("tabindex", -1);
    element.setAttribute("tabindex", 0);
  }

  boxAround(element) {
    return this.picture.boxes.get(element.closest(".node")?.id.slice(this.state.graph.prefix.length));
  }

  /** In a box of many rows the one that was clicked, else the last. */
  choose(target) {
    const box = this.boxAround(target);
    if (!box) return;
    const row = Number(/a_n(\d+)_/.exec(target.closest("g[id*=a_n]")?.id)?.[1]) - 1;
    const node = box.nodes.includes(row) ? row : box.nodes.at(-1);
    this.state.set("chosen", node === this.state.chosen ? null : node);
  }

  press(event) {
    const box = this.boxAround(event.target);
    if (!box || event.altKey || event.ctrlKey || event.metaKey) return;
    if (ARROWS[event.key]) this.nearest(box, ...ARROWS[event.key])?.focus();
    else if (event.key === "Enter" || event.key === " ") this.choose(event.target);
    else if (event.key === "Escape") this.state.set("chosen", null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The box that is nearest on one side. */
  nearest(box, across, down) {
    const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
    const [left, top] = middle(box.place);
    const ranked = [...this.picture.boxes.values()].flatMap(({ element, place }) => {
      const [x, y] = middle(place);
      const ahead = (x - left) * across + (y - top) * down;
      return ahead > 1 ? [[ahead + 2 * Math.abs((x - left) * down + (y - top) * across), element]] : [];
    });
    return ranked.sort(([one], [other]) => one - other)[0]?.[1];
  }

  /** What a screen reader says of the boxes: brought up to date when a movement rests. */
  rest() {
    for (const { element, nodes } of this.picture.boxes.values()) {
      const parts = nodes.slice(-3).map((node) => {
        const text = (what, number) => `, ${what} ${shown(number, this.state.graph.digits)}`;
        const value = this.picture.hidesValue(node) ? "" : text("value", this.state.values[node]);
        const gradient = this.picture.hidesGradient(node) ? "" : text("gradient", this.state.gradients[node]);
        return this.state.graph.nodes[node].name + value + gradient;
      });
      element.setAttribute("aria-label", parts.join("; "));
    }
  }
}

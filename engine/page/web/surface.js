// The loss over two parameters, as a map with contour lines, and the way of training on it.

import { textAt } from "./chart.js";
import { drawn, element } from "./html.js";
import { endsOf, shown } from "./numbers.js";

const SIDE = 240, BANDS = 14;

/** The stretch of a map for a way with room around it; the old one, while it fits. */
export function stretch(numbers, old) {
  const [least, most] = endsOf(numbers);
  const room = Math.max((most - least) * 0.4, Math.abs(most) * 0.02, 1e-6);
  const [left, right] = old ?? [NaN, NaN];
  const fits = left <= least - room / 4 && right >= most + room / 4 && right - left < 8 * (most - least + 2 * room);
  return fits ? old : [least - room, most + room];
}

/** From 0 to 1 in steps of the logarithm, for a loss falls steeply at first; NaN stays. */
export function heightsOf(losses) {
  const [least, most] = endsOf(losses.filter(Number.isFinite));
  const unit = (most - least) / 50 || 1;
  const top = Math.log1p((most - least) / unit) || 1;
  return losses.map((loss) => Math.log1p((loss - least) / unit) / top);
}

export class Surface {
  constructor() {
    this.canvas = element("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
    this.marks = drawn("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img" });
    this.element = element("div", { class: "surface" }, this.canvas, this.marks);
    this.ends = [];
  }

  /** `way`: pairs of the two numbers, the last as they are now; `lossAt` gives the loss for a pair. */
  draw(names, way, lossAt, size) {
    if (this.names !== names.join()) this.ends = [];
    this.names = names.join();
    this.ends = [0, 1].map((axis) => stretch(way.map((pair) => pair[axis]), this.ends[axis]));
    const at = (axis, part) => this.ends[axis][0] + (this.ends[axis][1] - this.ends[axis][0]) * part;
    const losses = Array.from({ length: size * size }, (_, i) =>
      lossAt(at(0, (i % size) / (size - 1)), at(1, Math.floor(i / size) / (size - 1))));
    this.paint(heightsOf(losses), size);
    const part = (axis, number) => (number - this.ends[axis][0]) / (this.ends[axis][1] - this.ends[axis][0]);
    const points = way.map(([across, up]) => [part(0, across) * SIDE, SIDE - part(1, up) * SIDE]);
    const text = (number) => shown(number, 3);
    const [[left, right], [below, above]] = this.ends.map((ends) => ends.map(text));
    const [cx, cy] = points.at(-1);
    this.marks.replaceChildren(
      drawn("polyline", { class: "way", points: points.join(" ") }),
      drawn("circle", { class: "here", cx, cy, r: 5 }),
      textAt(6, SIDE - 6, "start", left), textAt(SIDE - 6, SIDE - 6, "end", right),
      textAt(SIDE / 2, SIDE - 6, "middle", `${names[0]} →`), textAt(6, SIDE / 2, "start", `${names[1]} ↑`),
      textAt(6, SIDE - 22, "start", below), textAt(6, 16, "start", above));
    const [across, up] = way.at(-1).map(text);
    this.marks.setAttribute("aria-label", `Map of the loss: ${names[0]} is ${across}, ${names[1]} is ${up}`);
  }

  /** In bands; between the points of the grid in proportion. A border of two bands is a contour line. */
  paint(heights, size) {
    const style = getComputedStyle(this.canvas);
    const [low, high] = ["--low", "--high"].map((name) => style.getPropertyValue(name).trim().split(" ").map(Number));
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    const bands = [];
    for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
      const across = ((pixel % SIDE) / SIDE) * (size - 1);
      const up = (1 - (Math.floor(pixel / SIDE) + 1) / SIDE) * (size - 1);
      const [column, row] = [Math.floor(across), Math.floor(up)];
      const corner = row * size + column;
      const between = (start) => heights[start] + (heights[start + 1] - heights[start]) * (across - column);
      const [under, over] = [between(corner), between(corner + size)];
      bands.push(Math.min(BANDS - 1, Math.floor((under + (over - under) * (up - row)) * BANDS)));
      const differs = (other) => bands[other] !== bands[pixel];
      const isLine = (pixel % SIDE && differs(pixel - 1)) || (pixel >= SIDE && differs(pixel - SIDE));
      const part = bands[pixel] / (BANDS - 1);
      const colour = low.map((from, i) => (from + (high[i] - from) * part) * (isLine ? 0.8 : 1));
      image.data.set([...colour, Number.isNaN(part) ? 0 : 255], pixel * 4);
    }
    context.putImageData(image, 0, 0);
  }
}

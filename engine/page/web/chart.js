// A curve: the loss after each step.

import { drawn } from "./html.js";
import { endsOf, shown } from "./numbers.js";

const WIDTH = 320, HEIGHT = 150, LEFT = 68, RIGHT = 312, TOP = 8, BOTTOM = 130;
// Of more points every so many-eth is enough for the eye.
const MOST_POINTS = 600;

/** Text at a place of a drawing. */
export function textAt(x, y, anchor, words) {
  return drawn("text", { x, y, "text-anchor": anchor }, words);
}

/** Where numbers stand from 0 to 1: by logarithms, where they are positive and of very different size. */
export function scaleOf(numbers) {
  const [least, most] = endsOf(numbers);
  const isLog = least > 0 && most / least > 100;
  const [low, high] = isLog ? [Math.log(least), Math.log(most)] : [least, most];
  const place = (number) => (high > low ? ((isLog ? Math.log(number) : number) - low) / (high - low) : 0.5);
  return { isLog, least, most, place };
}

/** Draws losses into an SVG. */
export function drawCurve(svg, losses, digits) {
  const { isLog, least, most, place } = scaleOf(losses);
  const steps = losses.length - 1;
  const every = Math.ceil(losses.length / MOST_POINTS);
  const points = losses.flatMap((loss, i) => {
    if (i % every && i < steps) return [];
    return [[LEFT + ((RIGHT - LEFT) * i) / Math.max(1, steps), BOTTOM - (BOTTOM - TOP) * place(loss)]];
  });
  const [cx, cy] = points.at(-1);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.replaceChildren(
    drawn("path", { class: "axis", d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}` }),
    textAt(LEFT - 5, TOP + 8, "end", shown(most, digits)),
    textAt(LEFT - 5, BOTTOM, "end", least < most ? shown(least, digits) : ""),
    textAt(LEFT, HEIGHT - 6, "start", "0"), textAt(RIGHT, HEIGHT - 6, "end", `${steps} steps`),
    textAt(RIGHT, TOP + 8, "end", isLog ? "log scale" : ""),
    drawn("polyline", { class: "curve", points: points.join(" ") }), drawn("circle", { class: "here", cx, cy, r: 4 }));
}

// The page put together: `start` is called once, with the program that Python has printed.

import { Boxes } from "./boxes.js";
import { Chain } from "./chain.js";
import { button, element, field } from "./html.js";
import { Nudge } from "./nudge.js";
import { Picture } from "./picture.js";
import { Player } from "./player.js";
import { Quiz } from "./quiz.js";
import { Share } from "./share.js";
import { Sliders } from "./sliders.js";
import { State } from "./state.js";
import { Steps } from "./steps.js";
import { Table } from "./table.js";
import { Training } from "./training.js";

// How long numbers have to stay until what need not follow at once is brought up to date.
const REST = 200;

/** A choice among the rows of the data, which sets the leaves that are its columns. */
function rowChoice(state) {
  const { names, columns, rows } = state.graph.data;
  const numbers = () => columns.map((leaf, i) => [leaf, Number(rows[select.value][i])]);
  const select = element("select", { change: () => state.change(new Map(numbers())) },
    element("option", { value: "", disabled: true, selected: true }, "choose one"),
    ...names.map((name, row) => element("option", { value: row }, name)));
  state.watch((what) => {
    if (what !== "numbers" || !select.value) return;
    if (numbers().some(([leaf, number]) => state.values[leaf] !== number)) select.value = "";
  });
  return field("Row of the data", select);
}

export function start(document, program) {
  const state = new State(JSON.parse(document.getElementById("graph").textContent), program);
  class LivePage extends HTMLElement {
    /** For scripts: the numbers, and what changes them. */
    state = state;
  }
  customElements.define("live-page", LivePage);
  const page = document.querySelector("live-page");
  const figure = page.querySelector(".picture");
  const svg = figure.querySelector("svg");
  const steps = new Steps(state.graph);
  const picture = new Picture(svg, state, steps);
  const [player, sliders] = [new Player(state, steps), new Sliders(state)];
  const [table, share] = [new Table(state, picture), new Share(state, svg)];
  const training = state.graph.training ? [new Training(state)] : [];
  const columns = [[new Chain(state), new Nudge(state), share], [new Quiz(state), ...training]];
  const views = [picture, new Boxes(picture, state), player, sliders, table, ...columns.flat()];

  const undo = button("Undo", () => state.undo());
  const full = element("input", { type: "checkbox", change: () => figure.classList.toggle("full", full.checked) });
  const reset = button("Reset", () => state.reset());
  const head = element("div", { class: "row" }, element("h2", {}, "Numbers"), undo, reset);
  sliders.element.prepend(head, ...(state.graph.data ? [rowChoice(state)] : []));
  const panels = columns.map((views) => element("div", {}, ...views.map((view) => view.element)));
  // The numbers stand beside all that follows them; on a small screen below the picture.
  const stage = element("div", { class: "stage" });
  figure.replaceWith(player.element, stage);
  stage.append(element("div", {}, figure, element("label", { class: "switch note" }, full, "Full size")),
    sliders.element, element("div", { class: "panels" }, ...panels));
  page.append(table.element);

  let timer = null;
  const rest = () => views.forEach((view) => view.rest?.());
  state.watch((what) => {
    for (const view of views) view.update?.(what);
    undo.disabled = !state.past.length;
    clearTimeout(timer);
    timer = setTimeout(rest, REST);
  });
  state.tell("numbers");
  state.tell("chosen");
  rest();
  share.read();
}

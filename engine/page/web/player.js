// The controls of the two passes, and the sentence for the step that they have come to.

import { button, element } from "./html.js";

const SPEEDS = { slow: 2400, medium: 1200, fast: 400 };

export class Player {
  constructor(state, steps) {
    Object.assign(this, { state, steps });
    this.slider = element("input", {
      type: "range", min: 0, max: steps.last, "aria-label": "step", input: () => this.go(Number(this.slider.value)),
    });
    this.play = button("", () => this.toggle(), { class: "play", title: "space bar" });
    const speeds = Object.entries(SPEEDS).map(([name, wait]) =>
      element("option", { value: wait, selected: name === "medium" }, name));
    this.speed = element("select", { "aria-label": "speed", change: () => this.timer && this.run() }, ...speeds);
    this.back = button("◀", () => this.go(state.step - 1), { "aria-label": "step back", title: "left arrow key" });
    this.on = button("▶", () => this.go(state.step + 1), { "aria-label": "step forward", title: "right arrow key" });
    this.sentence = element("p", { class: "sentence", "aria-live": "polite", "aria-atomic": "true" });
    this.element = element("section", { class: "player", "aria-label": "forward and backward pass" },
      element("div", { class: "row" }, this.back, this.slider, this.on, this.play, this.speed), this.sentence);
    document.addEventListener("keydown", (event) => this.press(event));
    this.stop();
  }

  go(step) {
    this.stop();
    this.state.set("step", Math.max(0, Math.min(this.steps.last, step)));
  }

  toggle() {
    if (this.timer) return this.stop();
    if (this.state.step >= this.steps.last) this.state.set("step", 0);
    this.run();
  }

  run() {
    clearInterval(this.timer);
    this.play.textContent = "❚❚ Pause";
    this.timer = setInterval(() => {
      if (this.state.step < this.steps.last) this.state.set("step", this.state.step + 1);
      else this.stop();
    }, Number(this.speed.value));
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "▶ Play";
  }

  /** The keys of the whole page, where nothing has the focus that needs them itself. */
  press(event) {
    const { key, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (target.closest?.("input:not([type=checkbox]), select, textarea, [role=button]")) return;
    if (key === "ArrowLeft") this.go(this.state.step - 1);
    else if (key === "ArrowRight") this.go(this.state.step + 1);
    else if (key === " " && !target.closest?.("button, summary, input")) this.toggle();
    else return;
    event.preventDefault();
  }

  update(what) {
    const { step, predicting } = this.state;
    const { phase, number, of } = this.steps.at(step);
    const progress = `${phase === "forward" ? "Forward" : "Backward"} ${number}/${of}`;
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", progress);
    this.back.disabled = step === 0;
    this.on.disabled = step === this.steps.last;
    const hidden = { head: "The gradients are hidden until you have predicted one.", result: "", words: "" };
    const { head, result, words } = predicting && phase === "backward" ? hidden : this.steps.told(step, this.state);
    const told = progress + head + result + words;
    if (told === this.toldBefore) return;
    this.toldBefore = told;
    // Where a slider moves, the sentence follows, and is not read out each time.
    this.sentence.setAttribute("aria-live", what === "step" ? "polite" : "off");
    this.sentence.replaceChildren(element("span", { class: "phase" }, `${progress}:`), " ",
      head, element("strong", { class: phase }, result), element("span", { class: "words" }, words));
  }
}

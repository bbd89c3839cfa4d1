// The state to take along: as Python, as the fragment of a link, as a picture; and back from a link.

import { button, drawn, element, panel } from "./html.js";

const KEYWORDS = ("False None True and as assert async await break class continue def del elif else except " +
  "finally for from global if import in is lambda nonlocal not or pass raise return try while with yield").split(" ");
// Of the page's style, what a picture by itself needs.
const STYLE = `.unreached { visibility: hidden } .dead path { stroke-dasharray: 5, 2 }
  .lighting :is(.node, .edge):not(.lit) { opacity: .25 } .lit.edge path { stroke: #b23a00; stroke-width: 2.6 }
  .lit.edge polygon, .badge rect { fill: #b23a00; stroke: #b23a00 }
  .badge text { fill: #fff; font: bold 10px sans-serif; text-anchor: middle }`;

/** A number as Python spells it: a float. */
export function pythonNumber(value) {
  if (!Number.isFinite(value)) return `float("${String(value).replace("NaN", "nan").replace("Infinity", "inf")}")`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Assignments to leaves, given as pairs; those whose names Python cannot have stand in a dict. */
export function pythonOf(named) {
  const isName = ([name]) => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) && !KEYWORDS.includes(name);
  const lines = named.filter(isName).map(([name, value]) => `${name}.data = ${pythonNumber(value)}`);
  const others = named.filter((pair) => !isName(pair))
    .map(([name, value]) => `    ${JSON.stringify(name)}: ${pythonNumber(value)},`);
  return [...lines, ...(others.length ? ["numbers = {", ...others, "}"] : [])].join("\n");
}

/** The fragment of a link: "#w111=0.3&b=1". */
export function fragmentOf(named) {
  return `#${named.map(([name, value]) => `${encodeURIComponent(name)}=${value}`).join("&")}`;
}

/** The pairs of a fragment; what is not a name with a number is left out. */
export function readFragment(fragment) {
  return fragment.replace(/^#/, "").split("&").flatMap((part) => {
    const [name, value = ""] = part.split("=");
    const number = value.trim() ? Number(value) : NaN;
    try {
      return Number.isNaN(number) && value !== "NaN" ? [] : [[decodeURIComponent(name), number]];
    } catch {
      return []; // a "%" that encodes nothing
    }
  });
}

/** The drawing as a file of its own, in the light colours that Graphviz gave it. */
function standalone(svg) {
  const copy = svg.cloneNode(true);
  copy.prepend(drawn("style", {}, STYLE));
  for (const part of [copy, ...copy.querySelectorAll("[role]")]) {
    for (const name of ["tabindex", "role", "aria-pressed", "aria-label"]) part.removeAttribute(name);
  }
  return new XMLSerializer().serializeToString(copy);
}

export class Share {
  constructor(state, svg) {
    this.state = state;
    // The frame of a notebook has no address of its own, and lets nothing be saved.
    const isFrame = location.protocol === "about:";
    this.text = element("textarea", { readonly: true, rows: 6, "aria-label": "text to copy", hidden: true });
    this.said = element("p", { class: "note", role: "status" });
    this.element = panel("Take it along", false, element("div", { class: "row" },
      button("Copy as Python", () => this.copy(pythonOf(this.pairs(state.leaves)))),
      button("Copy link", () => this.copy(this.link())), button("Copy SVG", () => this.copy(standalone(svg))),
      isFrame ? "" : button("Save SVG", () => this.save(standalone(svg)))), this.said, this.text);
    addEventListener("hashchange", () => this.read());
  }

  pairs(leaves) {
    return leaves.map((leaf) => [this.state.graph.nodes[leaf].name, this.state.values[leaf]]);
  }

  /** Of what differs from the recorded numbers; in the frame of a notebook the fragment alone. */
  link() {
    const { leaves, values, recorded } = this.state;
    const fragment = fragmentOf(this.pairs(leaves.filter((leaf) => !Object.is(values[leaf], recorded[leaf]))));
    return /^(file|https?):/.test(location.href) ? location.href.split("#")[0] + fragment : fragment;
  }

  /** A notebook's frame may not let a page use the clipboard: the text is there, selected. */
  async copy(text) {
    this.text.value = text;
    this.text.hidden = false;
    this.text.select();
    try {
      await navigator.clipboard.writeText(text);
      this.said.textContent = "Copied.";
    } catch {
      this.said.textContent = "The text is selected: press Ctrl+C or ⌘C to copy it.";
    }
  }

  save(text) {
    const href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    element("a", { href, download: "graph.svg" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  /** The numbers that the page's address asks for, in place of the recorded ones. */
  read() {
    const { graph, leaves } = this.state;
    const asked = new Map(readFragment(location.hash));
    const changes = leaves.map((leaf) => [leaf, asked.get(graph.nodes[leaf].name)])
      .filter(([, number]) => number !== undefined);
    if (changes.length) this.state.reset(new Map(changes));
  }
}

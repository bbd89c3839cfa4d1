// Elements made of text that stays text; MathML alone is markup, and Python has made it safe.

/**
 * An element with attributes and children. An attribute that is null or false is left out; one that
 * is a function listens to the event of its name.
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
export function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function button(text, click, attributes = {}) {
  return element("button", { type: "button", click, ...attributes }, text);
}

/** A control with its label before it. */
export function field(label, control) {
  return element("label", { class: "field" }, element("span", {}, label), control);
}

export function numberInput(value, attributes = {}) {
  return element("input", { type: "number", step: "any", value, ...attributes });
}

/** A choice among nodes; `change` is given the number of the node. */
export function nodeChoice(graph, nodes, change) {
  const select = element("select", { change: () => change(Number(select.value)) });
  select.append(...nodes.map((node) => element("option", { value: node }, graph.nodes[node].name)));
  return select;
}

/** A part of the page that opens and closes, with its heading. */
export function panel(title, open, ...children) {
  return element("details", { class: "panel", open },
    element("summary", {}, element("h2", {}, title)), element("div", { class: "body" }, ...children));
}

/** A formula; `markup` is MathML of the page's own data, or made of it by the functions below. */
export function formula(markup) {
  const math = document.createElementNS("http://www.w3.org/1998/Math/MathML", "math");
  math.innerHTML = markup;
  return math;
}

export const parenthesised = (markup) => `<mrow><mo>(</mo>${markup}<mo>)</mo></mrow>`;

/** ∂y/∂x of two names in MathML. */
export function derivative(above, below) {
  const [top, bottom] = [above, below].map((name) => `<mrow><mo>∂</mo>${name}</mrow>`);
  return `<mfrac>${top}${bottom}</mfrac>`;
}

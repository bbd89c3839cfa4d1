// The playground: Python and Graphviz in the browser, a text to type, and what comes of it.

import { loadPyodide } from "./pyodide.mjs";

const EXAMPLES = {
  "One neuron": `w, x, b = Parameter(0.5, label="w"), Value(8.0, label="x"), Parameter(-1.0, label="b")
z = w * x + b
y = relu(z)
L = squared_error(5, y)
L`,
  "Two paths": `x = Value(3.0, label="x")
y = x**2 + sin(x)
y`,
  "The 2-2-1 network": `model = MLP(2, [2, 1], activation="linear")
model.load_state_dict({"w111": 0.1, "w121": 0.1, "b11": 0, "w112": 0.1, "w122": 0.1, "b12": 0,
                       "w211": 1, "w221": 1, "b21": 0.4})
x1, x2 = Value(8, label="x1"), Value(80, label="x2")
L = squared_error(3, model([x1, x2]))
L`,
  "Training": `model = MLP(2, [2, 1], activation="tanh", seed=1)
data = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
history = fit(model, data, "squared_error", SGD(model.parameters(), learning_rate=0.3), epochs=300)
print(history)
print([round(y, 2) for y in model.predict([x for x, _ in data])])`,
};

const find = (name) => document.getElementById(name);

/** Python with the packages, and the function that runs a text. */
async function start() {
  const python = await loadPyodide({ indexURL: new URL("./", import.meta.url).href });
  const packages = await fetch("packages.zip");
  python.unpackArchive(await packages.arrayBuffer(), "zip");
  python.FS.writeFile("runner.py", await (await fetch("runner.py")).text());
  const viz = await globalThis.Viz.instance();
  const runner = python.pyimport("runner");
  runner.lay_out_with((source, format) => viz.renderString(source, { format, engine: "dot" }));
  return (text) => JSON.parse(runner.run(text));
}

function show({ printed, page, explained, error }) {
  find("printed").textContent = printed;
  find("explained").textContent = explained;
  find("error").textContent = error;
  const frame = find("page");
  frame.hidden = !page;
  if (page) frame.srcdoc = page;
}

async function main() {
  const text = find("text");
  const choice = find("example");
  for (const name of Object.keys(EXAMPLES)) choice.append(new Option(name, name));
  choice.addEventListener("change", () => {
    text.value = EXAMPLES[choice.value];
  });
  text.value = Object.values(EXAMPLES)[0];
  const run = await start();
  const button = find("run");
  const go = () => {
    find("status").textContent = "Running …";
    // A turn for the browser, so that the line is seen.
    setTimeout(() => {
      const begun = performance.now();
      show(run(text.value));
      find("status").textContent = `${Math.round(performance.now() - begun)} ms`;
    });
  };
  button.addEventListener("click", go);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) go();
  });
  button.disabled = false;
  go();
}

main().catch((error) => {
  find("status").textContent = `The playground could not start: ${error.message}`;
});

// The numbers of the graph, computed by the program that Python printed; who watches is told.

import { edgesByNode, Paths } from "./paths.js";

const MOST_UNDONE = 200;

export class State {
  constructor(graph, program) {
    Object.assign(this, { graph, program, leaves: graph.leaves, output: graph.nodes.length - 1 });
    this.users = graph.edges.map(({ to }) => to);
    this.operands = graph.edges.map(({ from }) => from);
    this.edges = edgesByNode(graph);
    // JSON has numbers that are not finite as texts.
    this.recorded = graph.nodes.map(({ value }) => Number(value));
    this.values = this.recorded;
    this.past = [];
    this.watchers = [];
    // What the page shows of it: the step of the passes, the node whose paths are lit, the quiz.
    this.step = graph.nodes.length + graph.edges.length;
    this.chosen = graph.path ?? null;
    this.predicting = false;
    const problem = this.compute(new Map());
    if (problem) throw new Error(`the graph is undefined at ${graph.nodes[problem.node].name}`);
  }

  watch(watcher) {
    this.watchers.push(watcher);
  }

  /** `what`: numbers, problem, step, chosen or predicting. */
  tell(what) {
    for (const watcher of this.watchers) watcher(what);
  }

  set(what, value) {
    this[what] = value;
    this.tell(what);
  }

  pathsTo(node) {
    return new Paths(this.graph, this.edges, node);
  }

  /** Those from the node that is chosen. */
  get paths() {
    if (this.walked?.target !== this.chosen) this.walked = this.pathsTo(this.chosen);
    return this.walked;
  }

  /** Everything forward with other numbers at some leaves; `node`: where it is undefined, or -1. */
  traced(changes) {
    const count = this.users.length;
    const found = { values: new Array(this.values.length).fill(undefined), locals: new Array(count).fill(0) };
    Object.assign(found, { alive: new Array(count).fill(1), branches: new Array(count).fill(0) });
    for (const leaf of this.leaves) found.values[leaf] = changes.get(leaf) ?? this.values[leaf];
    const isDefined = this.program.trace(found.values, found.locals, found.alive, found.branches) === 1;
    return { ...found, node: isDefined ? -1 : found.values.indexOf(undefined) };
  }

  /** The output for other numbers at some leaves; NaN where it is undefined. */
  outputFor(changes) {
    const { values, node } = this.traced(changes);
    return node < 0 ? values[this.output] : NaN;
  }

  /** Sets all numbers, or none and returns where they are undefined. */
  compute(changes) {
    const { node, ...found } = this.traced(changes);
    if (node >= 0) return { node, values: found.values };
    Object.assign(this, found, { partial: null });
    Object.assign(this, this.backward(this.alive));
    return null;
  }

  backward(alive) {
    const [live, gradients] = [0, 1].map(() => new Array(this.values.length).fill(0));
    live[this.output] = gradients[this.output] = 1;
    this.program.backward(this.locals, alive, this.users, this.operands, live, gradients);
    return { live, gradients };
  }

  /** The gradients when the backward pass has come to this edge: as if no path went further. */
  partialGradients(edge) {
    if (edge >= this.users.length - 1) return this.gradients;
    if (this.partial?.edge !== edge) {
      const alive = this.alive.map((passes, number) => (number <= edge ? passes : 0));
      this.partial = { edge, gradients: this.backward(alive).gradients };
    }
    return this.partial.gradients;
  }

  /**
   * Sets leaves, given as a map from node to number. Changes of one gesture, such as a drag, are
   * undone together. Where an operation would be undefined nothing changes, and this is the problem
   * that is returned.
   */
  change(changes, gesture = {}) {
    const before = this.leaves.map((leaf) => [leaf, this.values[leaf]]);
    this.problem = this.compute(changes);
    if (this.problem) {
      this.tell("problem");
      return this.problem;
    }
    if (gesture !== this.gesture) this.past.push(before);
    if (this.past.length > MOST_UNDONE) this.past.shift();
    this.gesture = gesture;
    this.tell("numbers");
    return null;
  }

  /** The next change is another gesture. */
  rest() {
    this.gesture = null;
  }

  undo() {
    this.rest();
    this.problem = this.compute(new Map(this.past.pop()));
    this.tell("numbers");
  }

  /** The recorded numbers, or others at some leaves. */
  reset(changes = new Map()) {
    return this.change(new Map(this.leaves.map((leaf) => [leaf, changes.get(leaf) ?? this.recorded[leaf]])));
  }
}

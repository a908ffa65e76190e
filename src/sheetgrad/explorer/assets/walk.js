// One training step as a walk: forward column by column, the loss, backward factor by factor, the update.

import { MOST_PATHS } from "./paths.js";
import { digits, equality, factor, fraction, number, safe } from "./words.js";

export const PHASES = ["Forward", "Loss", "Backward", "Update"];

export class Walk {
  constructor(data, words, paths) {
    Object.assign(this, { data, words, paths });
    const { neurons, lines } = data.picture;
    const distinct = (kind) => [...new Set(neurons.filter((one) => one.kind === kind).map((one) => one.column))].sort((a, b) => a - b);
    this.columns = { made: distinct("made"), loss: distinct("loss") };
    this.neuronOf = new Map(neurons.flatMap((one, id) => one.of.map((place) => [place, id])));
    this.lineOf = new Map(lines.map(([start, end], id) => [`${start} ${end}`, id]));
    this.weightLines = new Map();
    lines.forEach(([, end, weights], id) => weights.forEach((weight) => {
      if (!this.weightLines.has(weight)) this.weightLines.set(weight, []);
      this.weightLines.get(weight).push([end, id]);
    }));
  }

  // The quantity whose gradient is followed: what is selected, or the first weight.
  focus(selected) {
    const { words, paths, data } = this;
    const below = words.wrt.get(selected) ?? words.stateOf.get(selected) ?? selected;
    return below !== data.loss && paths.count(below) ? below : data.groups.parameters[0];
  }

  // How far each phase goes.
  last(phase, selected) {
    if (phase === 0) return this.columns.made.at(-1) ?? 0;
    if (phase === 1) return Math.max(0, this.columns.loss.length - 1);
    if (phase === 3) return 1;
    const found = this.paths.from(this.focus(selected), MOST_PATHS);
    return found.reduce((sum, edges) => sum + edges.length, 0) + (found.length > 1 ? 1 : 0);
  }


  // Where the walk back stands: the path, and how many of its factors are multiplied.
  where(selected, micro) {
    const found = this.paths.from(this.focus(selected), MOST_PATHS);
    let left = micro;
    for (let path = 0; path < found.length; path++) {
      if (left <= found[path].length && (left || path === 0)) return { found, path, factors: left };
      left -= found[path].length;
    }
    return { found, path: found.length, factors: 0 };
  }

  // What lights up in the picture.
  lit(view) {
    const { neurons, lines } = { neurons: new Set(), lines: new Set() };
    const made = { neurons, lines, now: null, nowLine: null };
    if (view.phase === 0 && view.micro < this.last(0)) {
      this.data.picture.lines.forEach(([, end], id) => this.data.picture.neurons[end].column === view.micro && lines.add(id));
    }
    if (view.phase === 2) {
      const { found, path, factors } = this.where(view.selected, view.micro);
      const edges = path < found.length ? found[path].slice(0, factors) : found.flat();
      edges.forEach((edge, place) => this.light(edge, made, place === edges.length - 1 && path < found.length));
    }
    if (view.phase === 3) for (const [, id] of this.weightLines.get(this.focus(view.selected)) ?? []) lines.add(id);
    return made;
  }

  light(edge, made, newest) {
    const [above, below] = this.data.edges[edge];
    const [end, start] = [this.neuronOf.get(above), this.neuronOf.get(below)];
    if (end !== undefined) made.neurons.add(end);
    if (start !== undefined) made.neurons.add(start);
    const line = start === undefined
      ? this.weightLines.get(below)?.find(([to]) => to === end)?.[1]
      : this.lineOf.get(`${start} ${end}`);
    if (line !== undefined) made.lines.add(line);
    if (newest) Object.assign(made, { now: start ?? end, nowLine: line ?? null });
  }

  // What is said under the picture: a heading, and markup made from our own formulas.
  caption(view) {
    return [this.forward, this.loss, this.backward, this.update][view.phase].call(this, view);
  }

  equation(place, v) {
    const { words, data } = this;
    const form = data.formulas[place][0], last = data.formulas[place].at(-1);
    return `<div class="formula">${equality([words.mathml(place), words.named(form), words.numbered(last, v), number(v[place])], { oneLine: true })}</div>`;
  }

  column(view, column, kind) {
    const here = this.data.picture.neurons.filter((one) => one.column === column && one.kind === kind);
    const chosen = here.find((one) => one.of.includes(view.selected)) ?? here[0];
    const shown = [chosen, ...here.filter((one) => one !== chosen)].slice(0, chosen?.of.length > 1 ? 1 : 2).filter(Boolean);
    const more = here.length - shown.length;
    const names = here.filter((one) => !shown.includes(one)).slice(0, 3).map((one) => safe(this.words.plain(one.of.at(-1)))).join(", ");
    return shown.flatMap((one) => one.of.map((place) => this.equation(place, view.v))).join("") + (more ? `<p class="hint">and in the same way ${names}${more > 3 ? " …" : ""}</p>` : "");
  }

  forward(view) {
    const { micro } = view;
    if (!this.columns.made.includes(micro)) return { title: "The inputs are given", body: `<p class="hint">Press ▶: every neuron adds up its inputs times the weights on its lines.</p>` };
    return { title: micro === this.last(0) ? "Forward, to the outputs" : "Forward, column by column", body: this.column(view, micro, "made") };
  }

  loss(view) {
    return { title: view.micro === this.last(1) ? "The loss: one number for how wrong the outputs are" : "How wrong each output is", body: this.column(view, this.columns.loss[view.micro] ?? -1, "loss") };
  }

  backward(view) {
    const { words, data } = this;
    const focus = this.focus(view.selected);
    const { found, path, factors } = this.where(view.selected, view.micro);
    const name = fraction(words.mathml(data.loss), words.mathml(focus));
    const products = found.map((edges) => edges.reduce((made, edge) => made * view.s[edge], 1));
    if (path >= found.length) {
      const sum = products.reduce((a, b) => a + b, 0);
      return { title: `All ${found.length} paths to ${words.plain(focus)} add up`, body: `<div class="formula">${equality([name, products.slice(0, 6).map((product) => factor(product, 6)).join("<mo>+</mo>") + (found.length > 6 ? "<mo>+</mo><mo>…</mo>" : ""), number(sum)], { oneLine: true })}</div>` };
    }
    const edges = found[path] ?? [];
    const chips = edges.map((edge, place) => {
      const [above, below, held] = data.edges[edge];
      const state = place < factors - 1 ? "done" : place === factors - 1 ? "now" : "later";
      return `<li class="${state}"><math>${fraction(words.mathml(above), words.mathml(below), held)}</math><span class="amount">${place < factors ? digits(view.s[edge], 4) : "·"}</span></li>`;
    });
    const product = edges.slice(0, factors).reduce((made, edge) => made * view.s[edge], 1);
    const title = `Backward from the loss to ${words.plain(focus)}${found.length > 1 ? `: path ${path + 1} of ${found.length}` : ""}`;
    const end = factors === edges.length && found.length === 1 ? `<math>${name}</math>` : `<span class="hint">so far</span>`;
    return { title, body: `<ol class="factors-row">${chips.join("")}<li class="product">${end}<span class="amount">${factors ? digits(product, 6) : "1"}</span></li></ol>` };
  }

  update(view) {
    const { words, data } = this;
    const focus = this.focus(view.selected);
    const next = words.nextOf.get(focus) ?? words.nextOf.get(data.groups.parameters[0]);
    if (next === undefined) return { title: "Nothing is trained", body: "" };
    return { title: "Update: every weight moves against its gradient", body: this.equation(next, view.whole) };
  }

  // The same in a sentence, for those who listen.
  spoken(view) {
    const { words, data } = this;
    const head = `Step ${view.t}, ${PHASES[view.phase].toLowerCase()}`;
    if (view.phase !== 2) return `${head}. Loss ${digits(view.loss, 4)}.`;
    const { found, path, factors } = this.where(view.selected, view.micro);
    if (path >= found.length || !factors) return `${head}.`;
    const edge = found[path][factors - 1];
    const [above, below] = data.edges[edge];
    const product = found[path].slice(0, factors).reduce((made, one) => made * view.s[one], 1);
    return `${head}: factor ${factors} of ${found[path].length}, ∂${words.plain(above)}/∂${words.plain(below)} is ${digits(view.s[edge], 4)}; product ${digits(product, 4)}.`;
  }
}

// One quantity: its equation, the chain along every path, numbers put in, and where else it stands.

import { digits, equality, factor, fraction, number, safe } from "./words.js";
import { h, say } from "./dom.js";
import { scrub, tidy } from "./fields.js";


export class Why {
  constructor(host, data, words, paths, act) {
    Object.assign(this, { host, data, words, paths, act });
    this.title = h("h2", { class: "quantity" });
    this.value = h("p", { class: "big" });
    this.links = h("p", { class: "links" });
    this.body = h("div", { class: "work" });
    host.append(h("div", { class: "row headline" }, this.title, this.value), this.links, this.body);
    host.addEventListener("click", (event) => {
      const to = event.target.closest("[data-go]");
      if (to) act.select(Number(to.dataset.go));
    });
  }

  show(view) {
    const { words, data } = this;
    const place = view.selected;
    const key = [place, view.version].join();
    if (key === this.key) return;
    this.key = key;
    if (this.place !== place) {
      this.place = place;
      this.title.innerHTML = `<math>${words.mathml(place)}</math>`;
      this.title.setAttribute("aria-label", words.spoken(place));
    }
    say(this.value, digits(view.v[place]));
    this.where(place, view);
    const parts = [];
    const back = words.wrt.get(place);
    const state = words.stateOf.get(place);
    const kind = words.kind(place);
    const says = { inputs: "An input: it is given.", targets: "A target: what the output should be.", constants: "Fixed: training does not change it.", parameters: "A weight: training changes it.", settings: "A number of the optimizer.", states: "What the optimizer remembers." };
    if (says[kind]) parts.push(`<p class="hint">${says[kind]}</p>`);
    if (view.wrongAt === place) parts.push(`<p class="planted">A mistake is planted here: the number comes from the wrong formula.</p>`);
    if (data.formulas[place]) parts.push(`<div class="formula">${this.equation(place, view)}</div>`);
    const below = back ?? (state === undefined && (this.paths.count(place) || kind === "parameters") && place !== data.loss ? place : undefined);
    if (below !== undefined) parts.push(this.chain(below, view, back === undefined));
    const next = words.nextOf.get(place);
    if (next !== undefined) parts.push(`<h3>The update</h3><div class="formula">${this.equation(next, view)}</div>`);
    const html = parts.join("");
    if (this.html !== html) {
      this.html = html;
      this.body.innerHTML = html;
    }
    this.change(place, kind);
  }

  // Symbols = numbers = result.
  equation(place, view) {
    const { words, data } = this;
    const v = words.stateOf.has(place) ? view.whole : view.v;
    const wrong = view.wrongAt === place ? view.mistake.wrong : null;
    const forms = wrong ? [wrong] : data.formulas[place];
    const last = forms.at(-1);
    return equality([words.mathml(place), ...forms.map((form) => words.named(form)), words.numbered(last, v), number(v[place])]);
  }

  chain(place, view, titled) {
    const { words, paths, data } = this;
    const all = paths.count(place);
    const title = titled ? "Its gradient" : "The chain";
    if (!all) return `<h3>${title}</h3><p class="hint">The loss does not depend on it.</p>`;
    const name = fraction(words.mathml(data.loss), words.mathml(place));
    const found = paths.from(place);
    const products = found.map((edges) => edges.reduce((made, edge) => made * view.s[edge], 1));
    const total = all > found.length ? paths.derivatives(data.loss, view.s).get(place) : products.reduce((a, b) => a + b, 0);
    const few = products.slice(0, all > 6 ? 3 : 6);
    const terms = few.map((product) => factor(product, all > 2 ? 4 : 6)).join("<mo>+</mo>") + (all > few.length ? "<mo>+</mo><mo>…</mo>" : "");
    const parts = [`<h3>${title}${all > 1 ? `: ${all} paths add up` : ", along the one path"}</h3>`];
    parts.push(`<div class="formula sum">${equality([name, all > 1 ? terms : "", number(total)])}</div>`);
    if (view.batch.length > 1) {
      const k = view.parameterOf.get(place);
      if (k !== undefined) parts.push(`<p class="hint">This is sample ${view.sample + 1}. The ${data.reduction} over the ${view.batch.length} samples of this step is <b>${digits(view.gradients[k])}</b>.</p>`);
    }
    found.forEach((edges, path) => parts.push(this.path(place, edges, products[path], view, path === 0)));
    if (all > found.length) parts.push(`<p class="hint">and ${all - found.length} more paths.</p>`);
    return parts.join("");
  }

  // The product along one path, and where each of its factors comes from.
  path(place, edges, product, view, open) {
    const { words, data } = this;
    const ups = [...edges].reverse().map((edge) => data.edges[edge][0]);
    const way = [place, ...ups].map((one) => safe(words.plain(one))).join(" → ");
    const names = edges.map((edge) => this.slope(edge)).join("<mo>·</mo>");
    const numbers = edges.map((edge) => factor(view.s[edge], 5)).join("<mo>·</mo>");
    const formula = equality([names, numbers, number(product)], { wide: 20 });
    return `<details class="path"${open ? " open" : ""}><summary><span class="way">${way}</span><span class="amount">${digits(product, 6)}</span></summary><div class="formula">${formula}</div>${this.factors(edges, view)}</details>`;
  }

  slope(edge) {
    const [above, below, held] = this.data.edges[edge];
    return fraction(this.words.mathml(above), this.words.mathml(below), held);
  }

  factors(edges, view) {
    const { words, data } = this;
    const rows = edges.map((edge) => {
      const form = data.edges[edge][3];
      return `<li class="formula">${equality([this.slope(edge), words.named(form), words.numbered(form, view.v), number(view.s[edge])], { wide: 34 })}</li>`;
    });
    return `<ol class="factors">${rows.join("")}</ol>`;
  }

  // The cell of the workbook, the lines of the derivation, and the quantity that belongs to it.
  where(place, view) {
    const cell = this.act.cell(place, view);
    const lines = this.data.equations[place] ?? [];
    const other = this.words.gradientOf.get(place) ?? this.words.wrt.get(place) ?? this.words.stateOf.get(place);
    const key = [place, cell, lines].join();
    if (this.whereKey === key) return;
    this.whereKey = key;
    const parts = [];
    if (cell) parts.push(h("span", {}, "cell ", h("button", { type: "button", class: "cell", title: "Copy the address", onclick: () => this.act.copy(cell) }, cell)));
    if (lines.length) parts.push(h("span", {}, lines.length > 1 ? "equations " : "equation ", ...lines.map((line) => h("button", { type: "button", class: "equation", onclick: () => this.act.line(line) }, `(${line})`))));
    if (other !== undefined) parts.push(h("button", { type: "button", class: "go", "data-go": other }, this.words.spoken(other)));
    this.links.replaceChildren(...parts);
  }

  // A number that is given can be changed here as well.
  change(place, kind) {
    if (!["inputs", "targets", "parameters", "constants", "settings"].includes(kind)) {
      this.slider?.remove();
      this.slider = null;
      return;
    }
    if (!this.slider) {
      const input = h("input", { type: "range", step: "any", oninput: () => this.act.change(this.place, tidy(Number(input.value))) });
      this.slider = h("label", { class: "slider" }, h("span", { class: "scrub" }, "change"), input);
      scrub(this.slider.firstChild, () => this.act.value(this.place), (value) => this.act.change(this.place, value));
      this.links.after(this.slider);
      this.input = input;
    }
    const value = this.act.value(place);
    if (this.slid !== place) {
      this.slid = place;
      const reach = Math.max(1, 2 * Math.abs(value));
      this.input.min = kind === "settings" ? 0 : -reach;
      this.input.max = reach;
    }
    this.input.setAttribute("aria-label", `Change ${this.words.plain(place)}`);
    if (Number(this.input.value) !== value) this.input.value = value;
  }
}

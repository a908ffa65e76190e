// The picture of the network: where everything stands, and what it shows.

import { brief, digits } from "./words.js";
import { flag, say, set, svg } from "./dom.js";
import { laidOut } from "./layout.js";

const MOST_LABELS = 4;

// `a_h1` as a letter and what stands below it.
export function split(plain) {
  const match = /^([^_]+)_(.+)$/.exec(plain) ?? /^(\D+)(\d.*)$/.exec(plain);
  return match ? [match[1], match[2].replaceAll("_", ",")] : [plain, ""];
}

// As many digits as there is room for in a neuron.
function fitting(value, radius) {
  const room = radius < 22 ? 5 : radius < 28 ? 6 : 7;
  const texts = [4, 3, 2, 1].map((most) => (most > 2 ? digits(value, most, 1e-3) : brief(value, most)));
  return texts.find((text) => text.length < room) ?? texts.at(-1);
}

export class Network {
  constructor(host, data, words, act) {
    Object.assign(this, { host, data, words, act });
    this.folded = true;
    this.zoom = 1;
    this.middle = null;
    this.current = 0;
    this.draw();
  }

  // Everything anew: after folding, or when the screen has become narrow.
  draw() {
    const { data, host } = this;
    const tall = Math.max(...this.counted());
    this.down = host.clientWidth > 0 && host.clientWidth < 560 && tall <= 4;
    this.layout = laidOut(data.picture, { down: this.down, folded: this.folded });
    const { width, height } = this.layout;
    this.lines = [];
    this.nodes = [];
    const into = new Map();
    for (const [, end] of data.picture.lines) into.set(end, (into.get(end) ?? 0) + 1);
    const back = svg("g", {}), front = svg("g", {}), labels = svg("g", {});
    data.picture.lines.forEach(([start, end, weights], id) => {
      const [a, b] = [this.layout.nodes.get(start), this.layout.nodes.get(end)];
      if (!a || !b) return;
      const line = this.line(id, a, b, weights, into.get(end) <= MOST_LABELS);
      this.lines.push(line);
      back.append(line.path);
      if (line.label) labels.append(line.label);
    });
    for (const node of this.layout.nodes.values()) front.append(this.node(node));
    for (const { x, y, count } of this.layout.pills) {
      front.append(svg("g", { class: "pill", onclick: () => this.act.fold() },
        svg("rect", { x: x - 26, y: y - 11, width: 52, height: 22, rx: 11 }),
        svg("text", { x, y: y + 4 }, `+ ${count}`)));
    }
    this.svg = svg("svg", { class: "network", role: "group", "aria-label": "The network: arrow keys move, Enter selects", preserveAspectRatio: "xMidYMid meet" }, back, front, labels);
    this.groups = this.order();
    host.replaceChildren(this.svg);
    this.size = { width, height };
    this.fit();
    this.listen();
  }

  counted() {
    const counts = [];
    for (const { column, kind } of this.data.picture.neurons) if (kind !== "target") counts[column] = (counts[column] ?? 0) + 1;
    return counts.map((count) => count ?? 0);
  }

  line(id, a, b, weights, labelled) {
    const { radius } = this.layout;
    const { down } = this;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length = Math.hypot(dx, dy);
    const from = [a.x + (dx / length) * radius, a.y + (dy / length) * radius];
    const to = [b.x - (dx / length) * radius, b.y - (dy / length) * radius];
    const far = b.place - a.place > 1;
    const bend = far ? (down ? [36, 0] : [0, -36]) : [0, 0];
    const d = far
      ? `M${from} C${from[0] + dx / 3 + bend[0]},${from[1] + dy / 3 + bend[1]} ${to[0] - dx / 3 + bend[0]},${to[1] - dy / 3 + bend[1]} ${to}`
      : `M${from} L${to}`;
    const path = svg("path", { class: "wire", d, "data-line": id });
    const made = { id, a, b, weights, path };
    if (!weights.length) return made;
    const spread = Math.min(0.24, 0.08 * (b.rows - 1));
    const across = down && Math.abs(dx) < 1 ? 0.72 : 0.18 + 0.24 * (a.row % 2);
    const share = down ? across : 0.34 - spread / 4 + spread * b.share;
    const at = [from[0] + (to[0] - from[0]) * share + bend[0] * 0.7, from[1] + (to[1] - from[1]) * share + bend[1] * 0.7];
    made.value = svg("tspan", { class: "amount" });
    const [letter, below] = split(this.words.plain(weights[0]));
    const text = svg("text", { x: at[0], y: at[1] + 4 }, svg("tspan", { class: "of" }, letter, svg("tspan", { class: "below", dy: 3 }, below)), svg("tspan", { dy: below ? -3 : 0 }, " "), made.value);
    made.back = svg("rect", { x: at[0] - 34, y: at[1] - 11, width: 68, height: 22, rx: 11 });
    made.at = at;
    made.always = labelled;
    made.label = this.button(svg("g", { class: "weight scrub" }, made.back, text), weights[0]);
    return made;
  }

  node(one) {
    const { radius } = this.layout;
    const { x, y } = one;
    const main = one.of.at(-1);
    const given = one.kind === "input" || one.kind === "target";
    const shape = given
      ? svg("rect", { class: "body", x: x - radius * 0.95, y: y - radius * 0.8, width: radius * 1.9, height: radius * 1.6, rx: radius * 0.35 })
      : svg("circle", { class: "body", cx: x, cy: y, r: radius });
    const small = radius < 22;
    const [letter, below] = split(this.words.plain(main));
    const value = svg("text", { class: "value", x, y: y + (small ? radius * 0.52 : 13), "font-size": Math.max(8, Math.min(15.5, radius * 0.45)) });
    const name = svg("text", { class: "name", x, y: y - (small ? radius * 0.16 : 6), "font-size": Math.max(8, Math.min(14, radius * 0.42)) },
      letter, svg("tspan", { class: "below", dy: 3, "font-size": "80%" }, below));
    const parts = [shape, name, value];
    const made = { ...one, main, value, shape };
    if (one.of.length > 1 && this.layout.notes) {
      made.sum = svg("text", { class: "aside", x, y: y + radius + 15 });
      parts.push(made.sum);
    }
    if (one.biases.length && this.layout.notes) {
      made.bias = this.button(svg("g", { class: "weight bias scrub" }, svg("rect", { x: x - 34, y: y - radius - 24, width: 68, height: 20, rx: 10 }), svg("text", { x, y: y - radius - 10 })), one.biases[0]);
      made.biasText = made.bias.querySelector("text");
      parts.push(made.bias);
    }
    made.group = this.button(svg("g", { class: `neuron ${one.kind}${given ? " scrub" : ""}` }, ...parts), main);
    if (made.bias) {
      made.group = svg("g", { class: `neuron ${one.kind}` }, this.button(svg("g", { class: "inner" }, ...parts.filter((part) => part !== made.bias)), main), made.bias);
    }
    this.nodes.push(made);
    return made.group;
  }

  button(element, place) {
    set(element, "role", "button");
    set(element, "tabindex", "-1");
    set(element, "data-place", place);
    return element;
  }

  // Where the arrow keys go: neurons of a column, then the weights behind them, and so on.
  order() {
    const groups = [];
    for (let place = 0; place < this.layout.columns; place++) {
      groups.push(this.nodes.filter((node) => node.place === place).map((node) => (node.bias ? node.group.firstChild : node.group)));
      groups.push(this.nodes.filter((node) => node.place === place && node.bias).map((node) => node.bias));
      groups.push(this.lines.filter((line) => line.a.place === place && line.label).map((line) => line.label));
    }
    const found = groups.filter((group) => group.length);
    if (found.length) set(found[0][0], "tabindex", "0");
    return found;
  }

  move(from, key) {
    const column = this.groups.findIndex((group) => group.includes(from));
    const row = this.groups[column].indexOf(from);
    const [along, across] = this.down ? [["ArrowUp", "ArrowDown"], ["ArrowLeft", "ArrowRight"]] : [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"]];
    let to = null;
    if (across.includes(key)) to = this.groups[column][row + (key === across[1] ? 1 : -1)];
    if (along.includes(key)) {
      const next = this.groups[column + (key === along[1] ? 1 : -1)];
      to = next?.[Math.min(row, next.length - 1)];
    }
    if (!to) return;
    set(from, "tabindex", "-1");
    set(to, "tabindex", "0");
    to.focus();
  }

  listen() {
    this.svg.addEventListener("keydown", (event) => {
      const here = event.target.closest("[data-place]");
      if (!here) return;
      if (event.key.startsWith("Arrow")) {
        event.preventDefault();
        event.stopPropagation();
        this.move(here, event.key);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        this.act.select(Number(here.dataset.place));
      }
    });
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const here = event.target.closest("[data-place]");
      const place = here ? Number(here.dataset.place) : null;
      const scrub = here?.classList.contains("scrub");
      const begin = { x: event.clientX, y: event.clientY, middle: this.middle, value: scrub ? this.act.value(place) : 0, moved: false };
      const move = (now) => {
        const far = now.clientX - begin.x;
        if (!begin.moved && Math.hypot(far, now.clientY - begin.y) < 4) return;
        if (!begin.moved) {
          begin.moved = true;
          this.svg.setPointerCapture(event.pointerId);
        }
        if (scrub) this.act.change(place, begin.value + far * (now.shiftKey ? 0.0005 : 0.005));
        else if (this.zoom > 1) this.pan(begin, now);
      };
      const end = () => {
        this.svg.removeEventListener("pointermove", move);
        this.svg.removeEventListener("pointerup", end);
        this.svg.removeEventListener("pointercancel", end);
        if (!begin.moved && place !== null) this.act.select(place);
        const wire = event.target.closest("[data-line]");
        if (!begin.moved && wire) this.act.select(this.data.picture.lines[wire.dataset.line][2][0] ?? this.data.loss);
      };
      this.svg.addEventListener("pointermove", move);
      this.svg.addEventListener("pointerup", end);
      this.svg.addEventListener("pointercancel", end);
    });
    for (const kind of ["pointerover", "focusin"]) this.svg.addEventListener(kind, (event) => this.hover(event.target.closest?.("[data-place], [data-line]")));
    for (const kind of ["pointerleave", "focusout"]) this.svg.addEventListener(kind, () => this.hover(null));
  }

  // Labels of wide layers show for the line or neuron that is pointed at.
  hover(element) {
    const line = element?.dataset.line;
    const place = element?.dataset.place;
    for (const one of this.lines) {
      const near = String(one.id) === line || (place !== undefined && (one.weights.includes(Number(place)) || one.a.of.includes(Number(place)) && this.lines.length < 24 || one.b.of.includes(Number(place))));
      flag(one.path, "near", near);
      if (one.label && !one.always) flag(one.label, "shown", near);
    }
  }

  fit() {
    this.zoom = 1;
    this.middle = [this.size.width / 2, this.size.height / 2];
    this.box();
  }

  zoomBy(factor) {
    this.zoom = Math.max(1, Math.min(6, this.zoom * factor));
    if (this.zoom === 1) this.middle = [this.size.width / 2, this.size.height / 2];
    this.box();
  }

  pan(begin, now) {
    const scale = this.size.width / this.zoom / this.svg.clientWidth;
    this.middle = [begin.middle[0] - (now.clientX - begin.x) * scale, begin.middle[1] - (now.clientY - begin.y) * scale];
    this.box();
  }

  box() {
    const [width, height] = [this.size.width / this.zoom, this.size.height / this.zoom];
    set(this.svg, "viewBox", `${this.middle[0] - width / 2} ${this.middle[1] - height / 2} ${width} ${height}`);
    flag(this.svg, "zoomed", this.zoom > 1);
  }

  // What is seen at this moment.
  show(view) {
    const { words } = this;
    const { v, phase, micro, lit, wrongAt } = view;
    const biggest = Math.max(1e-9, ...this.lines.flatMap((line) => line.weights.map((w) => Math.abs(this.amount(w, view)))));
    for (const node of this.nodes) {
      const shown = this.reached(node, view);
      const gradient = words.gradientOf.get(node.main);
      const back = phase === 2 && (gradient !== undefined || node.main === this.data.loss);
      const value = !back ? v[node.main] : gradient === undefined ? 1 : v[gradient];
      say(node.value, !shown ? "·" : fitting(value, this.layout.radius));
      const tint = !shown || (phase === 2 && !back) || !(Math.abs(value) > 0) ? "none" : value > 0 ? "plus" : "minus";
      set(node.shape, "data-sign", tint);
      set(node.shape, "fill-opacity", tint === "none" ? 0.08 : (0.1 + 0.4 * Math.min(1, Math.abs(value))).toFixed(2));
      if (node.sum) {
        const inner = node.of[0];
        const below = words.gradientOf.get(inner);
        say(node.sum, !shown ? "" : phase === 2 && below !== undefined ? `∂/∂${words.plain(inner)} ${brief(v[below])}` : `${words.plain(inner)} = ${digits(v[inner], 4, 1e-3)}`);
      }
      if (node.biasText) say(node.biasText, `${words.plain(node.biases[0])} ${this.label(node.biases[0], view)}`);
      const target = node.bias ? node.group.firstChild : node.group;
      flag(node.group, "on", lit.neurons.has(node.id));
      flag(node.group, "now", lit.now === node.id);
      flag(node.group, "dim", !shown || (phase === 2 && !back));
      flag(node.group, "selected", node.of.includes(view.selected) || node.of.includes(words.wrt.get(view.selected)));
      set(target, "aria-pressed", node.of.includes(view.selected));
      set(target, "aria-label", node.of.map((place) => `${words.plain(place)} ${digits(v[place], 6)}`).join(", "));
      if (node.bias) set(node.bias, "aria-label", `${words.plain(node.biases[0])} ${digits(v[node.biases[0]], 6)}`);
    }
    for (const line of this.lines) {
      const [weight] = line.weights;
      const amount = weight === undefined ? 1 : this.amount(weight, view);
      set(line.path, "data-sign", weight === undefined ? "none" : amount < 0 ? "minus" : "plus");
      set(line.path, "stroke-width", weight === undefined ? 1.5 : (1 + 5 * Math.min(1, Math.abs(amount) / biggest)).toFixed(2));
      flag(line.path, "on", lit.lines.has(line.id));
      flag(line.path, "now", lit.nowLine === line.id);
      flag(line.path, "wrong", line.weights.some((w) => words.gradientOf.get(w) === wrongAt || words.nextOf.get(w) === wrongAt));
      if (!line.label) continue;
      const text = this.label(weight, view);
      if (line.value.textContent !== text) {
        say(line.value, text);
        const width = 24 + 7.4 * (text.length + words.plain(weight).length);
        set(line.back, "width", width);
        set(line.back, "x", line.at[0] - width / 2);
      }
      const chosen = line.weights.includes(view.selected) || line.weights.includes(words.wrt.get(view.selected));
      flag(line.label, "selected", chosen);
      flag(line.label, "hidden", !line.always && !chosen && !lit.lines.has(line.id));
      flag(line.label, "on", lit.lines.has(line.id));
      set(line.label, "aria-pressed", chosen);
      set(line.label, "aria-label", `${words.plain(weight)} ${digits(v[weight], 6)}`);
    }
  }

  // Whether a neuron's number is known by now.
  reached(node, { phase, micro, columns }) {
    if (phase === 0) return node.kind === "input" || node.kind === "target" || (node.kind !== "loss" && node.column <= micro);
    if (phase === 1) return node.kind !== "loss" || node.column <= (columns.loss[micro] ?? Infinity);
    return true;
  }

  amount(weight, { v, phase, gradients, parameterOf }) {
    if (phase !== 2) return v[weight];
    const k = parameterOf.get(weight);
    return k === undefined ? 0 : gradients[k];
  }

  label(weight, view) {
    const next = this.words.nextOf.get(weight);
    if (view.phase === 3 && view.micro > 0 && next !== undefined) return `→ ${digits(view.v[next], 4, 1e-3)}`;
    return view.phase === 2 ? brief(this.amount(weight, view)) : digits(this.amount(weight, view), 4, 1e-3);
  }
}

export const hint = (phase) => [
  ["values", "weights"], ["values", "weights"], ["∂loss/∂(its output)", "∂loss/∂(the weight)"], ["values", "weights after the step"],
][phase];


// The loss at every step, one curve for each learning rate.

import { digits } from "./words.js";
import { flag, h, say, set, svg } from "./dom.js";

const MOST_POINTS = 300;
const LEFT = 58, RIGHT = 14, TOP = 12, BOTTOM = 34;

export const COLOURS = 7;
const DASHES = ["", "7 4", "2 3", "10 3 2 3", "5 2", "1 3", "12 4"];

function ticks(low, high, count) {
  const raw = (high - low) / count || 1;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * size).find((k) => k >= raw);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) found.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  return found;
}

export class Curves {
  constructor(host, act) {
    this.host = host;
    this.act = act;
    this.hovered = null;
    this.axes = svg("g", { class: "axes" });
    this.lines = svg("g", {});
    this.marks = svg("g", {});
    this.cursor = svg("line", { class: "cursor", y1: TOP });
    this.svg = svg("svg", { class: "plot", role: "img" }, this.axes, this.lines, this.cursor, this.marks);
    host.append(this.svg);
    this.svg.addEventListener("pointermove", (event) => {
      this.hovered = this.stepAt(event);
      act.hover(this.hovered);
    });
    this.svg.addEventListener("pointerleave", () => {
      this.hovered = null;
      act.hover(null);
    });
    this.svg.addEventListener("click", (event) => act.step(this.stepAt(event)));
    new ResizeObserver(() => act.resized()).observe(host);
  }

  stepAt(event) {
    const box = this.svg.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / Math.max(1, box.width - LEFT - RIGHT);
    return Math.round(Math.max(0, Math.min(1, share)) * this.steps);
  }

  show({ runs, reference, chosen, step, log, steps }) {
    const width = Math.max(240, this.host.clientWidth), height = Math.max(170, Math.min(300, width * 0.4));
    this.steps = steps;
    set(this.svg, "viewBox", `0 0 ${width} ${height}`);
    set(this.svg, "height", height);
    const all = reference ? [...runs, reference] : runs;
    let low = Infinity, high = -Infinity;
    const starts = Math.max(...all.map((run) => (Number.isFinite(run.losses[0]) ? run.losses[0] : 0)));
    for (const run of all) {
      for (let k = 0; k <= steps; k += Math.max(1, Math.floor(steps / MOST_POINTS))) {
        const loss = run.losses[k];
        if (!Number.isFinite(loss) || (log && loss <= 0)) continue;
        if (loss < low) low = loss;
        if (loss > high) high = loss;
      }
    }
    if (!Number.isFinite(low)) [low, high] = [log ? 0.1 : 0, 1];
    if (starts > 0) high = Math.min(high, starts * 3);
    if (!log && low > 0) low = 0;
    if (high <= low) high = low + (Math.abs(low) || 1);
    const f = log ? Math.log10 : (x) => x;
    const [bottom, top] = [f(low), f(high)];
    const x = (k) => LEFT + (k / Math.max(1, steps)) * (width - LEFT - RIGHT);
    const y = (loss) => Math.max(TOP - 20, height - BOTTOM - ((f(loss) - bottom) / (top - bottom || 1)) * (height - TOP - BOTTOM));
    this.drawAxes({ x, y, low, high, log, steps, width, height });
    this.drawLines(all, { x, y, steps, log, chosen, reference });
    const at = this.hovered ?? step;
    set(this.cursor, "x1", x(at));
    set(this.cursor, "x2", x(at));
    set(this.cursor, "y2", height - BOTTOM);
    this.drawMarks(runs, { x, y, at: this.hovered ?? step, log, chosen });
    set(this.svg, "aria-label", `Loss at step ${step}: ${runs.map((run) => `rate ${digits(run.rate, 4)}: ${digits(run.losses[step], 4)}`).join("; ")}`);
  }

  drawAxes({ x, y, low, high, log, steps, width, height }) {
    const key = [low.toPrecision(3), high.toPrecision(3), log, steps, width].join();
    if (this.key === key) return;
    this.key = key;
    const made = [];
    const decades = Math.log10(high / low);
    let values = ticks(low, high, 4);
    if (log) {
      const every = Math.max(1, Math.ceil(decades / 5));
      values = [];
      for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += every) {
        for (const k of decades < 1.6 ? [1, 2, 5] : [1]) values.push(k * 10 ** power);
      }
      values = values.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    }
    for (const value of values) {
      made.push(svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }), svg("text", { class: "tick", x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, digits(value, 3)));
    }
    for (const value of ticks(0, steps, width < 420 ? 4 : 8)) {
      if (!Number.isInteger(value)) continue;
      made.push(svg("text", { class: "tick", x: x(value), y: height - BOTTOM + 16, "text-anchor": "middle" }, String(value)));
    }
    made.push(svg("text", { class: "tick", x: width - RIGHT, y: height - 3, "text-anchor": "end" }, "step"));
    this.axes.replaceChildren(...made);
  }

  drawLines(all, { x, y, steps, log, chosen, reference }) {
    while (this.lines.childElementCount > all.length) this.lines.lastChild.remove();
    while (this.lines.childElementCount < all.length) this.lines.append(svg("path", { class: "curve" }));
    all.forEach((run, place) => {
      const path = this.lines.children[place];
      const every = Math.max(1, Math.ceil(steps / MOST_POINTS));
      let d = "";
      for (let k = 0; k <= steps; k += every) {
        const loss = run.losses[k];
        if (!Number.isFinite(loss) || (log && loss <= 0)) break;
        d += `${d ? "L" : "M"}${x(k).toFixed(1)},${y(loss).toFixed(1)}`;
      }
      set(path, "d", d || null);
      const other = run === reference;
      set(path, "data-colour", other ? null : run.colour % COLOURS);
      set(path, "stroke-dasharray", other ? "3 4" : DASHES[run.colour % DASHES.length]);
      flag(path, "reference", other);
      flag(path, "chosen", run === chosen);
    });
  }

  drawMarks(runs, { x, y, at, log, chosen }) {
    while (this.marks.childElementCount > runs.length) this.marks.lastChild.remove();
    while (this.marks.childElementCount < runs.length) this.marks.append(svg("circle", { class: "mark", r: 4 }));
    runs.forEach((run, place) => {
      const mark = this.marks.children[place];
      const loss = run.losses[at];
      const there = Number.isFinite(loss) && !(log && loss <= 0);
      set(mark, "visibility", there ? null : "hidden");
      if (!there) return;
      set(mark, "cx", x(at).toFixed(1));
      set(mark, "cy", y(loss).toFixed(1));
      set(mark, "data-colour", run.colour % COLOURS);
      set(mark, "r", run === chosen ? 5.5 : 4);
    });
  }
}

// The learning rates as buttons, with the loss at the step that is pointed at.
export class Rates {
  constructor(host, act) {
    Object.assign(this, { host, act, made: new Map() });
  }

  show({ runs, chosen, step, hovered }) {
    const at = hovered ?? step;
    for (const [rate, entry] of this.made) {
      if (!runs.some((run) => run.rate === rate)) {
        entry.row.remove();
        this.made.delete(rate);
      }
    }
    for (const run of runs) {
      if (!this.made.has(run.rate)) this.made.set(run.rate, this.entry(run));
      const { row, pick, loss, drop, line } = this.made.get(run.rate);
      set(pick, "aria-pressed", run === chosen);
      flag(row, "chosen", run === chosen);
      set(line, "data-colour", run.colour % COLOURS);
      set(line, "stroke-dasharray", DASHES[run.colour % DASHES.length]);
      say(loss, run.diverged >= 0 && at >= run.diverged ? `diverged at ${run.diverged}` : digits(run.losses[at], 6));
      drop.hidden = runs.length < 2;
    }
  }

  entry(run) {
    const loss = h("span", { class: "amount" });
    const line = svg("line", { class: "curve", x1: 0, x2: 26, y1: 6, y2: 6 });
    const pick = h("button", { type: "button", class: "rate", onclick: () => this.act.rate(run.rate) }, svg("svg", { width: 26, height: 12, "aria-hidden": "true" }, line), h("b", {}, digits(run.rate, 6)), loss);
    const drop = h("button", { type: "button", class: "drop", "aria-label": `Remove learning rate ${digits(run.rate, 6)}`, onclick: () => this.act.drop(run.rate) }, "×");
    const row = h("span", { class: "one-rate" }, pick, drop);
    this.host.append(row);
    return { row, pick, loss, drop, line };
  }
}

// Whether a formula for a quantity is right: both are computed at random points, never at the page's own numbers.

import { NOTHING_WRONG } from "./engine.js";
import { FormulaError, read } from "./formula.js";

const POINTS = 12;
const CLOSE = 1e-9;

// The same numbers every time (mulberry32).
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Judge {
  constructor(engine, paths, words) {
    Object.assign(this, { engine, paths, words });
    this.points = [];
    const draw = random(20);
    for (let place = 0; place < POINTS; place++) this.points.push(this.point(draw));
  }

  // Every quantity where the leaves are of both signs and away from zero.
  point(draw) {
    const { data, program } = this.engine;
    const v = new Float64Array(data.size);
    const last = data.groups.settings[1];
    for (let place = 0; place < last; place++) v[place] = (0.25 + 1.25 * draw()) * (draw() < 0.5 ? -1 : 1);
    for (const [from, to] of [data.groups.states, data.groups.settings]) {
      for (let place = from; place < to; place++) v[place] = 0.1 + 0.8 * draw();
    }
    let from = data.groups.targets[0];
    data.targetSizes.forEach((size, place) => {
      const words = data.constraints[place];
      if (words) {
        for (let k = from; k < from + size; k++) v[k] = 0.1 + 0.8 * draw();
        if (words === "sums to 1") {
          const whole = v.subarray(from, from + size).reduce((a, b) => a + b, 0);
          for (let k = from; k < from + size; k++) v[k] /= whole;
        }
      }
      from += size;
    });
    program.forward(v);
    program.backward(v, NOTHING_WRONG);
    const s = new Float64Array(data.edges.length);
    program.slopes(v, s);
    program.update(v, NOTHING_WRONG);
    return { v, s, slopes: new Map() };
  }

  // What names mean: quantities of the page, the loss by its usual letters, and ∂X/∂y.
  names() {
    const { words, paths, engine } = this;
    const plain = (place) => ({ name: words.plain(place), place, value: (p) => p.v[place] });
    const derivative = (of, wrt) => {
      const [above, below] = [words.called(of) ?? this.alias(of), words.called(wrt)];
      if (above === undefined || below === undefined) return null;
      const known = above === engine.data.loss ? words.called(`d${words.plain(above)}_d${words.plain(below)}`) : undefined;
      if (known !== undefined) return plain(known);
      return {
        name: `∂${of}/∂${wrt}`,
        value: (p) => {
          if (!p.slopes.has(above)) p.slopes.set(above, paths.derivatives(above, p.s));
          return p.slopes.get(above).get(below) ?? 0;
        },
      };
    };
    return {
      knows: (name) => words.called(name) !== undefined || this.alias(name) !== undefined,
      derivative,
      near: (name) => words.near(name),
      find: (name) => {
        const place = words.called(name) ?? this.alias(name);
        if (place !== undefined) return plain(place);
        for (const cut of name.matchAll(/_d/g)) {
          const found = name.startsWith("d") && derivative(name.slice(1, cut.index), name.slice(cut.index + 2));
          if (found) return found;
        }
        return null;
      },
    };
  }

  alias(name) {
    return ["E", "L", "C", "loss"].includes(name) ? this.engine.data.loss : undefined;
  }

  // { verdict: "true" | "false" | "unread", message, witness }
  judge(target, text) {
    const names = this.names();
    const [left, right, ...more] = text.split("=");
    let wanted = null, formula;
    try {
      if (more.length) throw new FormulaError("Write one equation, with one =.", 1);
      wanted = right === undefined ? names.find(target) ?? this.slope(target, names) : this.slope(left.trim(), names);
      if (!wanted) throw new FormulaError(`Nothing is called '${right === undefined ? target : left.trim()}' on this page.`, 1);
      formula = read(right ?? left, names);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      const column = right === undefined ? error.column : left.length + 1 + error.column;
      return { verdict: "unread", message: error.message, column };
    }
    return { ...this.compared(wanted, formula), target: wanted.name };
  }

  slope(text, names) {
    try {
      const found = read(text, names);
      return found.used.size === 1 ? { name: [...found.used.keys()][0], value: found.value } : null;
    } catch {
      return null;
    }
  }

  compared(wanted, formula) {
    let good = 0, worst = null;
    for (const point of this.points) {
      const [right, yours] = [wanted.value(point), formula.value(point)];
      if (!Number.isFinite(right) || !Number.isFinite(yours)) continue;
      good += 1;
      const error = Math.abs(right - yours) / Math.max(Math.abs(right), Math.abs(yours), 1e-12);
      if (!worst || error > worst.error) worst = { error, right, yours, point };
    }
    if (2 * good < POINTS) {
      return { verdict: "false", message: "At most random points this formula is no number (a root or logarithm of a negative number, or a division by zero)." };
    }
    if (worst.error <= CLOSE) return { verdict: "true", message: `It agrees at ${good} random points.` };
    const at = [...formula.used].map(([name, value]) => [name, value(worst.point)]);
    return { verdict: "false", message: "", witness: { yours: worst.yours, right: worst.right, at } };
  }
}

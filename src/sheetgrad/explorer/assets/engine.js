// The network with numbers: one step, whole runs, and the check of its gradients.

export const NOTHING_WRONG = { at: -1, make: null };
const TOLERANCE = 1e-7; // of the largest gradient: a difference that is less sure gives no verdict
const CLOSE = 1e-6; // of the gradient itself: what is further off is wrong, if rounding cannot explain it
const ROUNDING = 4e-15; // of the loss, for each evaluation; a loss near 0 is still made of larger numbers
const FLOOR = 1e-11; // of the largest gradient: below it, terms that cancel leave noise
const HALVINGS = [5, 6, 7, 8, 9, 10, 11, 12, 13];

export class Engine {
  constructor(data, program) {
    this.data = data;
    this.program = program;
    this.width = data.start.length + data.states.length;
    this.work = new Float64Array(data.size);
    this.sum = new Float64Array(data.gradients.length);
    this.reset();
  }

  // The numbers that the page was made with.
  reset() {
    const { samples, constants, start, states, settings } = this.data;
    this.samples = samples.map((row) => Float64Array.from(row));
    this.constants = Float64Array.from(constants);
    this.start = Float64Array.from([...start, ...states]);
    this.settings = Float64Array.from(settings);
  }

  // The samples of a step.
  batch(step) {
    const { update, batch, order } = this.data;
    const count = this.samples.length;
    if (count === 1) return [0];
    if (update === "batch") return this.everything ??= Array.from({ length: count }, (_, place) => place);
    if (update === "sample" || !order.length) return [step % count];
    this.sizes ??= this.starts(count, batch);
    const from = this.sizes[step], to = this.sizes[step + 1] ?? order.length;
    return order.slice(from, to);
  }

  // Where the samples of each step begin; the last batch of a pass may be smaller.
  starts(count, batch) {
    const starts = [0];
    let left = count;
    while (starts.at(-1) < this.data.order.length) {
      const size = Math.min(batch, left);
      starts.push(starts.at(-1) + size);
      left = left === size ? count : left - size;
    }
    return starts;
  }

  load(v, state, sample, rate) {
    const { groups } = this.data;
    v.set(this.samples[sample], 0);
    v.set(this.constants, groups.constants[0]);
    v.set(state, groups.parameters[0]);
    if (this.settings.length) {
      v.set(this.settings, groups.settings[0]);
      v[groups.settings[0]] = rate;
    }
  }

  // Gradients over a batch, into `sum`; gives the loss.
  gradients(v, state, batch, rate, wrong) {
    const { data, program, sum } = this;
    sum.fill(0);
    let loss = 0;
    for (const sample of batch) {
      this.load(v, state, sample, rate);
      program.forward(v);
      program.backward(v, wrong);
      loss += v[data.loss];
      for (let k = 0; k < sum.length; k++) sum[k] += v[data.gradients[k]];
    }
    const share = data.reduction === "mean" ? 1 / batch.length : 1;
    if (batch.length > 1) for (let k = 0; k < sum.length; k++) sum[k] *= share;
    return batch.length > 1 ? loss * share : loss;
  }

  // One update from `state` into `next`; gives the loss before it.
  step(state, next, step, rate, wrong = NOTHING_WRONG) {
    const { data, work } = this;
    const batch = this.batch(step);
    const loss = this.gradients(work, state, batch, rate, wrong);
    if (batch.length > 1) for (let k = 0; k < this.sum.length; k++) work[data.gradients[k]] = this.sum[k];
    this.program.update(work, wrong);
    for (let k = 0; k < this.width; k++) {
      const place = data.following[k];
      next[k] = place < 0 ? state[k] : work[place];
    }
    return loss;
  }

  // The loss of a batch, without anything backward.
  loss(state, batch) {
    let loss = 0;
    for (const sample of batch) {
      this.load(this.work, state, sample, 0);
      this.program.forward(this.work);
      loss += this.work[this.data.loss];
    }
    return this.data.reduction === "mean" ? loss / batch.length : loss;
  }

  // Every number of one sample at one moment: forward, backward, slopes, and the update of the whole batch.
  look(state, step, sample, rate, wrong = NOTHING_WRONG) {
    const { data, program } = this;
    const batch = this.batch(step);
    const loss = this.gradients(this.work, state, batch, rate, wrong);
    const gradients = Float64Array.from(this.sum);
    const v = new Float64Array(data.size);
    this.load(v, state, sample, rate);
    program.forward(v);
    program.backward(v, wrong);
    const s = new Float64Array(data.edges.length);
    program.slopes(v, s);
    const whole = Float64Array.from(v);
    for (let k = 0; k < gradients.length; k++) whole[data.gradients[k]] = gradients[k];
    program.update(whole, wrong);
    const [from, to] = data.groups.updates;
    v.set(whole.subarray(from, to), from);
    return { v, s, gradients, loss, batch };
  }

  // How much work it is to look at a batch once.
  get cost() {
    return this.data.size * Math.max(1, this.data.update === "batch" ? this.samples.length : this.data.batch);
  }

  // The gradients against central differences of the loss: for each parameter both, and how far apart they are.
  check(state, step, rate, wrong = NOTHING_WRONG, most = 200) {
    const batch = this.batch(step);
    this.gradients(this.work, state, batch, rate, wrong);
    const found = Float64Array.from(this.sum);
    const parameters = found.length;
    const stride = Math.max(1, Math.ceil(parameters / most));
    const moved = Float64Array.from(state);
    const rows = [];
    for (let k = 0; k < parameters; k += stride) {
      rows.push({ parameter: k, backward: found[k], ...this.difference(moved, k, batch) });
    }
    const scale = Math.max(...rows.map((row) => Math.abs(row.difference)).filter(Number.isFinite), 0) || 1;
    for (const row of rows) {
      row.error = Math.abs(row.backward - row.difference) / scale;
      row.own = Math.abs(row.backward - row.difference) / (Math.abs(row.difference) || scale);
      row.sure = row.spread <= TOLERANCE * scale;
      row.wrong = row.sure ? !(Math.abs(row.backward - row.difference) <= CLOSE * Math.abs(row.difference) + row.noise + FLOOR * scale) : !Number.isFinite(row.backward);
    }
    return { rows, scale, wrong: rows.filter((row) => row.wrong), unsure: rows.filter((row) => !row.sure).length, all: stride === 1 };
  }

  // Halve h again and again; take the estimate whose neighbour agrees best.
  difference(moved, k, batch) {
    const middle = moved[k];
    const scale = Math.max(1, Math.abs(middle));
    const central = HALVINGS.map((halvings) => {
      const h = scale * 0.5 ** halvings;
      moved[k] = middle + h;
      const above = this.loss(moved, batch);
      moved[k] = middle - h;
      const below = this.loss(moved, batch);
      moved[k] = middle;
      return (above - below) / (middle + h - (middle - h));
    });
    const rounding = ROUNDING * Math.max(0.1, Math.abs(this.loss(moved, batch)));
    let best = { difference: NaN, spread: Infinity, noise: Infinity };
    let before = NaN;
    for (let place = 1; place < central.length; place++) {
      const difference = (4 * central[place] - central[place - 1]) / 3;
      const spread = Math.abs(difference - before);
      const h = scale * 0.5 ** HALVINGS[place];
      if (spread < best.spread) best = { difference, spread, noise: 4 * spread + rounding / h };
      before = difference;
    }
    return best;
  }
}

// A run at one learning rate, made bit by bit: `done` steps are known.
export class Run {
  constructor(engine, rate, steps, wrong = NOTHING_WRONG) {
    Object.assign(this, { engine, rate, steps, wrong, done: 0, diverged: -1 });
    this.losses = new Float64Array(steps + 1).fill(NaN);
    this.states = new Float64Array((steps + 2) * engine.width);
    this.states.set(engine.start, 0);
  }

  state(step) {
    const { width } = this.engine;
    return this.states.subarray(step * width, (step + 1) * width);
  }

  get finished() {
    return this.diverged >= 0 || this.done > this.steps;
  }

  // Goes on until the clock says so, or until a step is known.
  advance(until, step = Infinity) {
    const every = Math.max(1, Math.ceil(20_000 / this.engine.cost));
    while (!this.finished && this.done <= step) {
      for (let count = 0; count < every && !this.finished; count++) this.once();
      if (performance.now() > until) return;
    }
  }

  once() {
    const step = this.done;
    const loss = this.engine.step(this.state(step), this.state(step + 1), step, this.rate, this.wrong);
    this.losses[step] = loss;
    if (!Number.isFinite(loss)) this.diverged = step;
    this.done += 1;
  }

  // The last step that has numbers.
  get last() {
    return this.diverged >= 0 ? Math.max(0, this.diverged - 1) : this.steps;
  }
}

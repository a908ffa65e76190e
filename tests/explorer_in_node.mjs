// Runs the page's own modules under Node: reads what is asked for as JSON, writes the numbers as JSON.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , assets] = process.argv;
const from = (name) => import(pathToFileURL(`${assets}/${name}.js`));
const { Engine, NOTHING_WRONG, Run } = await from("engine");
const { Paths } = await from("paths");
const { Words } = await from("words");
const { Judge } = await from("judge");

const made = (source) => new Function(`${source}\nreturn program;`)();

// Every quantity at every step, each step from the state that is given for it.
function steps({ data, source, states, rate }) {
  const engine = new Engine(data, made(source));
  return states.map((state, step) => {
    const next = new Float64Array(engine.width);
    const loss = engine.step(Float64Array.from(state), next, step, rate);
    const { v } = engine.look(Float64Array.from(state), step, engine.batch(step)[0], rate);
    return { loss, next: [...next], v: [...v], gradients: [...engine.look(Float64Array.from(state), step, 0, rate).gradients] };
  });
}

// Whole runs: the loss at the end.
function runs({ data, source, rates, steps: count }) {
  const engine = new Engine(data, made(source));
  return rates.map((rate) => {
    const run = new Run(engine, rate, count);
    run.advance(Infinity);
    return [...run.losses];
  });
}

// The gradient check, right and with every mistake planted.
function checks({ data, source }) {
  const program = made(source);
  const engine = new Engine(data, program);
  const rate = data.rates[0];
  const look = (wrong) => {
    const { rows, wrong: found, unsure } = engine.check(engine.start, 0, rate, wrong);
    return { wrong: found.map((row) => [row.parameter, row.own, row.backward]), unsure, slopes: rows.map((row) => row.difference) };
  };
  return [NOTHING_WRONG, ...data.mistakes.map((one, place) => ({ at: one[1], make: program.wrongs[place] }))].map(look);
}

// What the check calls wrong at the start, in the middle and at the end of a run with nothing planted.
function greens({ data, source }) {
  const engine = new Engine(data, made(source));
  const rate = data.groups.inputs[0] === data.groups.inputs[1] ? 0.001 : data.rates[0];
  const run = new Run(engine, rate, Math.min(100, data.steps));
  run.advance(Infinity);
  return [0, Math.floor(run.last / 2), run.last].flatMap((step) => engine.check(run.state(step), step, rate).wrong.map((row) => [step, row]));
}

// Every gradient as the sum over its paths, and by sweeping back from the loss.
function paths({ data, source }) {
  const engine = new Engine(data, made(source));
  const ways = new Paths(data);
  const { v, s } = engine.look(engine.start, 0, 0, data.rates[0]);
  const swept = ways.derivatives(data.loss, s);
  return data.gradients.map((place, k) => {
    const weight = data.groups.parameters[0] + k;
    const sum = ways.from(weight, 5000).reduce((all, edges) => all + edges.reduce((product, edge) => product * s[edge], 1), 0);
    return [v[place], sum, swept.get(weight) ?? 0, ways.count(weight)];
  });
}

function judged({ data, source, claims }) {
  const engine = new Engine(data, made(source));
  const judge = new Judge(engine, new Paths(data), new Words(data));
  return claims.map(([target, text]) => judge.judge(target, text));
}

const asked = JSON.parse(readFileSync(0, "utf-8"));
const deeds = { steps, runs, checks, greens, paths, judged };
const text = JSON.stringify(asked.map((one) => deeds[one.what](one)), (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value));
process.stdout.write(text);

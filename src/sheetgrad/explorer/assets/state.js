// What is chosen and changed, as plain text for a link, and back.

import { numbersOf, whole } from "./link.js";
import { parse } from "./fields.js";
import { homeOf } from "./numbers.js";
import { PHASES } from "./walk.js";

export const TABS = ["why", "numbers", "break", "mine"];

// Learning rates in order, each with its colour.
export function coloured(rates) {
  return [...new Set(rates)].sort((a, b) => a - b).map((rate, colour) => ({ rate, colour }));
}

export function stateOf(app) {
  const { chosen, data, words, engine } = app;
  const changed = [];
  const compare = (now, then, from, mark = "") => now.forEach((value, k) => value !== then[k] && changed.push(`${words.plain(from + k)}${mark}:${value}`));
  engine.samples.forEach((row, sample) => compare(row, data.samples[sample], 0, sample ? `@${sample + 1}` : ""));
  compare(engine.constants, data.constants, data.groups.constants[0]);
  compare(engine.start, [...data.start, ...data.states], data.groups.parameters[0]);
  engine.settings.forEach((value, k) => k && value !== data.settings[k] && changed.push(`${words.plain(data.groups.settings[0] + k)}:${value}`));
  const rates = app.rates.map(({ rate }) => rate).join();
  const given = coloured(data.rates).map(({ rate }) => rate).join();
  const planted = chosen.planted === null ? null : plantedAs(app, chosen.planted);
  return {
    step: chosen.t || null, phase: PHASES[chosen.phase].toLowerCase(), at: chosen.micro === app.walk.last(chosen.phase, chosen.selected) ? null : chosen.micro,
    show: words.plain(chosen.selected), sample: chosen.sample ? chosen.sample + 1 : null, rate: app.rate, rates: rates === given ? null : rates,
    log: chosen.log ? 1 : null, tab: chosen.tab === "why" ? null : chosen.tab, mistake: planted, set: changed.slice(0, 400).join(), of: chosen.asked?.[0], mine: chosen.asked?.[1],
  };
}

// A mistake by its code, its quantity and which version.
function plantedAs(app, index) {
  const { data, words } = app;
  const [code, target] = data.mistakes[index];
  const same = data.mistakes.map((one, place) => [one, place]).filter(([one]) => one[0] === code && one[1] === target);
  return `${Object.keys(data.codes)[code]}:${words.plain(target)}:${same.findIndex(([, place]) => place === index) + 1}`;
}

export function apply(app, state) {
  const { chosen, data, words, engine } = app;
  engine.reset();
  const place = words.called(state.show);
  if (place !== undefined) chosen.selected = place;
  chosen.t = whole(state.step, 0, data.steps) ?? 0;
  chosen.phase = Math.max(0, PHASES.findIndex((phase) => phase.toLowerCase() === state.phase));
  chosen.micro = whole(state.at, 0, app.walk.last(chosen.phase, chosen.selected)) ?? app.walk.last(chosen.phase, chosen.selected);
  chosen.sample = (whole(state.sample, 1, data.samples.length) ?? 1) - 1;
  chosen.log = state.log === "1";
  app.part("log").checked = chosen.log;
  const rates = (state.rates ?? "").split(",").map(parse).filter((rate) => rate !== null);
  app.rates = coloured(rates.length ? rates.slice(0, 12) : data.rates);
  const rate = parse(state.rate ?? "");
  if (rate !== null && !app.rates.some((one) => one.rate === rate)) app.rates.push({ rate, colour: app.rates.length });
  app.rate = rate ?? (rates.length ? app.rates[0].rate : data.rates[0]);
  applyNumbers(app, state.set);
  const [code, target, version] = (state.mistake ?? "").split(":");
  const same = [...data.mistakes.keys()].filter((one) => Object.keys(data.codes)[data.mistakes[one][0]] === code && words.plain(data.mistakes[one][1]) === target);
  chosen.planted = same[Number(version) - 1] ?? null;
  app.tab(TABS.includes(state.tab) ? state.tab : "why");
  if (state.mine && state.of) app.mine.restore(state.of, state.mine.slice(0, 2000));
}

function applyNumbers(app, text) {
  const { words, engine, chosen, data } = app;
  for (const [name, value] of numbersOf(text, (name) => words.called(name.split("@")[0]) !== undefined)) {
    const [plain, sample] = name.split("@");
    const place = words.called(plain);
    const kept = chosen.sample;
    chosen.sample = (whole(sample ?? "1", 1, data.samples.length) ?? 1) - 1;
    const home = homeOf(app, place);
    if (home) home[0][home[1]] = value;
    chosen.sample = kept;
  }
  return engine;
}

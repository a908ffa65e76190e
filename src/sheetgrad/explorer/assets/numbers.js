// The numbers that can be changed, and the learning rates that are compared.

import { flag } from "./dom.js";
import { parse } from "./fields.js";

export function homeOf(app, place) {
  const { groups } = app.data;
  const kind = app.words.kind(place);
  const { engine, chosen } = app;
  if (kind === "inputs" || kind === "targets") return [engine.samples[chosen.sample], place];
  if (kind === "constants") return [engine.constants, place - groups.constants[0]];
  if (kind === "parameters" || kind === "states") return [engine.start, place - groups.parameters[0]];
  if (kind === "settings" && place !== groups.settings[0]) return [engine.settings, place - groups.settings[0]];
  return null;
}

export function valueOf(app, place) {
  const home = homeOf(app, place);
  if (home) return home[0][home[1]];
  return place === app.data.groups.settings[0] ? app.rate : NaN;
}

export function change(app, place, value) {
  if (!Number.isFinite(value)) return;
  const home = homeOf(app, place);
  if (home) home[0][home[1]] = value;
  else if (place === app.data.groups.settings[0]) setRate(app, value);
  app.changed();
}

function setRate(app, value) {
  const entry = app.rates.find(({ rate }) => rate === app.rate);
  if (app.rates.some(({ rate }) => rate === value)) {
    if (value !== app.rate) app.rates = app.rates.filter((one) => one !== entry);
  } else entry.rate = value;
  app.rate = value;
}

export function addRate(app) {
  const input = app.part("new-rate");
  const rate = parse(input.value);
  flag(input, "bad", rate === null);
  if (rate === null) return;
  if (!app.rates.some((one) => one.rate === rate)) {
    if (app.rates.length >= 12) app.rates.pop();
    const used = new Set(app.rates.map(({ colour }) => colour));
    let colour = 0;
    while (used.has(colour)) colour += 1;
    app.rates.push({ rate, colour });
  }
  app.rate = rate;
  input.value = "";
  app.changed();
}

export function dropRate(app, rate) {
  app.rates = app.rates.filter((one) => one.rate !== rate);
  if (app.rate === rate) app.rate = app.rates[0].rate;
  app.changed();
}

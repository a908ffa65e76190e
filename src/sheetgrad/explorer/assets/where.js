// Where a quantity stands elsewhere, and the quantity that stands at a place.

import { say } from "./dom.js";

// The address in the workbook.
export function cellOf(app, place, view) {
  const { cells, names } = app.data;
  if (!cells.step) return "";
  const set_ = cells.rates.indexOf(view.run.rate);
  const state = app.words.stateOf.get(place);
  const [here, t] = state === undefined ? [place, view.t] : [state, view.t + 1];
  if (set_ < 0 || t > cells.steps) return "";
  const sheet = (name) => (set_ ? `'${name === "Steps" ? "Rate" : name} ${set_ + 1}'` : name);
  const own = cells.batch?.[here];
  if (own) {
    const before = cells.sizes.slice(0, t).reduce((a, b) => a + b, 0);
    return `${sheet("Batch")}!${own}${cells.first + before + Math.max(0, view.batch.indexOf(view.sample))}`;
  }
  return cells.step[here] && names ? `${sheet("Steps")}!${cells.step[here]}${cells.first + t}` : "";
}

// A name, the number of an equation, or a cell.
export function find(app, text) {
  const answer = (words) => say(app.part("find-answer"), words);
  answer("");
  const line = /^\((\d+)\)$/.exec(text);
  if (line) {
    const place = app.lines.quantities.get(Number(line[1]));
    return place === undefined ? answer(`There is no equation (${line[1]}) about one quantity.`) : app.select(place);
  }
  const cell = /^'?(Steps|Rate|Batch)(?: (\d+))?'?!\$?([A-Z]{1,3})\$?(\d+)$/i.exec(text);
  if (cell) return findCell(app, cell, answer);
  const names = app.findJudge().names();
  const slope = /^(?:∂|d)(.+?)\s*\/\s*(?:∂|d)(.+)$/.exec(text);
  const found = slope ? names.derivative(slope[1], slope[2]) : names.find(text);
  const place = app.words.called(text) ?? found?.place;
  if (place === undefined) {
    const near = names.near(text);
    return answer(`Nothing is called ${text}${near ? `; did you mean ${near}?` : "."}`);
  }
  return app.select(place);
}

function findCell(app, [, sheet, number, letters, row], answer) {
  const { cells } = app.data;
  const batch = sheet.toLowerCase() === "batch";
  const columns = (batch ? cells.batch : cells.step) ?? {};
  const place = Object.keys(columns).find((key) => columns[key] === letters.toUpperCase());
  let t = Number(row) - (cells.first ?? 0);
  if (batch && cells.sizes) {
    let left = t;
    t = cells.sizes.findIndex((size) => (left -= size) < 0);
  }
  if (place === undefined || t < 0 || t > app.data.steps) return answer("No quantity stands in that cell.");
  const rate = cells.rates?.[Number(number ?? 1) - 1];
  if (app.runs.has(rate)) app.rate = rate;
  app.select(Number(place));
  return app.go({ t });
}

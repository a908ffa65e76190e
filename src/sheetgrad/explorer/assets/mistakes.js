// Break it: one of the known mistakes in one of this network's formulas, and what shows it.

import { digits, equality, safe } from "./words.js";
import { choices, flag, h, say } from "./dom.js";

export class Mistakes {
  constructor(part, data, words, act) {
    Object.assign(this, { part, data, words, act });
    this.codes = Object.keys(data.codes);
    this.chosen = this.first();
    for (const name of ["code", "target", "version"]) {
      part(`mistake-${name}`).addEventListener("change", () => this.pick(name));
    }
    this.table = h("table", { class: "check" });
    part("check").append(h("p", { class: "summary" }), h("div", { class: "table", role: "region", "aria-label": "Gradient check" }, this.table));
    if (!data.mistakes.length) part("plant").disabled = true;
  }

  // The slip that most people make: an index of the hidden layer, in the gradient of a weight below it.
  first() {
    const { data, words } = this;
    const code = this.codes.indexOf("wrong-index");
    const is = (place) => data.mistakes[place][0] === code && words.wrt.has(data.mistakes[place][1]);
    const all = data.mistakes.keys().filter ? [...data.mistakes.keys()].filter(is) : [];
    const [from, to] = data.groups.parameters;
    const deep = all.filter((place) => {
      const below = words.wrt.get(data.mistakes[place][1]);
      return from <= below && below < to && below - from >= 2;
    });
    const junction = deep.find((place) => data.mistakes[place][1] > data.gradients[0] && data.formulas[data.mistakes[place][1]]);
    const best = deep.filter((place) => data.mistakes[place][1] === words.called(`d${words.plain(data.loss)}_dw3`))[0];
    return best ?? junction ?? all[0] ?? 0;
  }

  pick(name) {
    const { data, part } = this;
    const [code, target] = [Number(part("mistake-code").value), Number(part("mistake-target").value)];
    const same = [...data.mistakes.keys()].filter((place) => data.mistakes[place][0] === code);
    if (name === "code") this.chosen = same.find((place) => data.mistakes[place][1] === target) ?? same[0];
    else if (name === "target") this.chosen = same.find((place) => data.mistakes[place][1] === target);
    else this.chosen = Number(part("mistake-version").value);
    if (this.act.planted() !== null) this.act.plant(this.chosen);
    else this.act.refresh();
  }

  show(view) {
    const { data, words, part } = this;
    if (view.planted !== null) this.chosen = view.planted;
    const mistake = data.mistakes[this.chosen];
    if (mistake) {
      const [code, target] = mistake;
      const same = [...data.mistakes.keys()].filter((place) => data.mistakes[place][0] === code);
      choices(part("mistake-code"), this.codes.map((name, place) => [place, data.codes[name][0]]), code);
      choices(part("mistake-target"), [...new Set(same.map((place) => data.mistakes[place][1]))].map((place) => [place, words.spoken(place)]), target);
      const versions = same.filter((place) => data.mistakes[place][1] === target);
      choices(part("mistake-version"), versions.map((place, k) => [place, `version ${k + 1}`]), this.chosen);
      part("mistake-version").parentElement.hidden = versions.length < 2;
      this.explain(mistake, view);
    } else part("mistake").replaceChildren(h("p", { class: "hint" }, "There are no mistakes to plant in this page."));
    say(part("plant"), view.planted === null ? "Plant it" : "Put it right");
    flag(part("plant"), "danger", view.planted === null);
    this.check(view);
  }

  explain([code, target, right, wrong], view) {
    const { data, words, part } = this;
    const on = view.planted !== null;
    const key = [this.chosen, on].join();
    if (this.key !== key) {
      this.key = key;
      const [, meaning, why, see] = data.codes[this.codes[code]];
      const name = words.mathml(target);
      part("mistake").innerHTML = `<dl><dt>right</dt><dd class="formula">${equality([name, words.named(right)], { oneLine: true })}</dd><dt class="bad">planted</dt><dd class="formula">${equality([name, words.named(wrong)], { oneLine: true })}</dd></dl><p>${safe(meaning)}</p><p><b>Why it happens.</b> ${safe(why)}</p><p><b>How to see it.</b> ${safe(see)}</p><p class="outcome"></p>`;
    }
    const outcome = part("mistake").querySelector(".outcome");
    if (!on) return say(outcome, "");
    const [run, other] = [view.run, view.reference];
    const end = Math.min(run.done - 1, run.last);
    const falls = run.losses[end] < run.losses[0];
    const same = other ? other.losses[Math.min(other.done - 1, other.last)] : NaN;
    say(outcome, falls
      ? `The loss still falls: from ${digits(run.losses[0], 4)} to ${digits(run.losses[end], 6)} in ${end} steps. Without the mistake it comes to ${digits(same, 6)}. The curve does not show it; the gradient check does.`
      : `The loss does not fall: ${digits(run.losses[0], 4)} at the start, ${digits(run.losses[end], 4)} after ${end} steps (${digits(same, 4)} without the mistake).`);
  }

  check(view) {
    const { words, data } = this;
    const { check } = view;
    const summary = this.part("check").querySelector(".summary");
    const { text, bad } = verdict(check, words, data);
    say(summary, text);
    flag(summary, "bad", bad);
    if (!check || this.part("check").closest("[role=tabpanel]").hidden || this.version === check) return;
    this.version = check;
    const head = h("tr", {}, ...["", "backward", "difference", "off by"].map((word) => h("th", { scope: "col" }, word)));
    const [from] = data.groups.parameters;
    const rows = [...check.rows].sort((a, b) => b.wrong - a.wrong).slice(0, 60).map((row) => h("tr", { class: row.wrong ? "bad" : "" },
      h("th", { scope: "row" }, words.spoken(words.gradientOf.get(from + row.parameter) ?? from + row.parameter)),
      h("td", {}, digits(row.backward, 7)), h("td", {}, row.sure ? digits(row.difference, 7) : "unsure"), h("td", {}, row.sure ? (row.wrong ? `✗ ${percent(row.own)}` : "✓") : "–")));
    this.table.replaceChildren(h("thead", {}, head), h("tbody", {}, ...rows));
  }
}

export const percent = (share) => (share >= 10 ? `${digits(share, 3)} times` : `${digits(100 * share, 2)} %`);

// One line on the gradient check.
export function verdict(check, words, data) {
  if (!check) return { text: "Gradient check …", bad: false };
  const [from] = data.groups.parameters;
  const count = check.rows.length;
  if (!check.wrong.length) {
    const error = Math.max(0, ...check.rows.filter((row) => row.sure).map((row) => row.error));
    const unsure = check.unsure ? `, ${check.unsure} unsure` : "";
    return { text: `✓ Gradient check: ${check.all ? "all" : "a sample of"} ${count} right (error ${digits(error, 1)}${unsure})`, bad: false };
  }
  const worst = check.wrong.reduce((a, b) => (a.error > b.error ? a : b));
  const place = words.gradientOf.get(from + worst.parameter);
  return { text: `✗ Gradient check: ${check.wrong.length} of ${count} wrong; ${words.spoken(place)} is off by ${percent(worst.own)}`, bad: true };
}


// Check mine: a formula that somebody has typed, told true or false, with a witness.

import { digits } from "./words.js";
import { choices, h } from "./dom.js";

export class Mine {
  constructor(part, data, words, judge, act) {
    Object.assign(this, { part, data, words, judge, act });
    const places = [...data.gradients, ...[...words.wrt.keys()].filter((place) => !data.gradients.includes(place)), ...Object.keys(data.formulas).map(Number)];
    this.pairs = [...new Set(places)].slice(0, 400).map((place) => [place, words.spoken(place)]);
    choices(part("mine-target"), this.pairs, this.pairs[0]?.[0]);
    part("mine").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    part("mine-text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.ask();
      }
    });
    part("mine-target").addEventListener("change", () => part("mine-text").value.trim() && this.ask());
    this.listNames();
  }

  listNames() {
    const { words, data, part } = this;
    const [until] = data.groups.updates;
    const places = Array.from({ length: Math.min(until, 160) }, (_, place) => place);
    part("names").replaceChildren(...places.map((place) => h("button", { type: "button", onclick: () => this.insert(words.plain(place)) }, words.plain(place))));
  }

  insert(name) {
    const text = this.part("mine-text");
    text.setRangeText(name, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  }

  ask() {
    const { part, words } = this;
    const text = part("mine-text").value.trim();
    if (!text) return part("mine-answer").replaceChildren();
    const target = words.plain(Number(part("mine-target").value));
    const answer = this.judge().judge(target, text);
    part("mine-answer").replaceChildren(...this.said(answer));
    part("mine-answer").dataset.verdict = answer.verdict;
    this.act.asked(target, text);
  }

  said({ verdict, message, witness, column, target }) {
    const heading = { true: "✓ True", false: "✗ False", unread: "? Not understood" }[verdict];
    const parts = [h("p", { class: "verdict-word" }, heading)];
    if (message) parts.push(h("p", {}, column ? `${message} (at character ${column})` : message));
    if (witness) {
      parts.push(h("p", {}, "A witness: at these numbers"), h("p", { class: "amount" }, witness.at.map(([name, value]) => `${name} = ${digits(value, 6)}`).join(", ")));
      parts.push(h("table", {}, h("tbody", {}, row("yours gives", witness.yours), row(`${target} is`, witness.right), ...ratio(witness))));
    }
    return parts;
  }

  restore(target, text) {
    const place = this.words.called(target);
    if (place === undefined) return;
    this.part("mine-target").value = String(place);
    this.part("mine-text").value = text;
    this.ask();
  }
}

const row = (name, value) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, digits(value)));
const ratio = ({ yours, right }) => (right && yours ? [row("a factor", yours / right)] : []);

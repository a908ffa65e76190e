// Numbers to type, to change with the arrow keys, or to drag by their name.

import { flag, h } from "./dom.js";
import { split } from "./network.js";

const MOST_FIELDS = 72;

export class Fields {
  constructor(host, data, words, act) {
    Object.assign(this, { host, data, words, act, inputs: new Map() });
    const { groups } = data;
    const titles = [["inputs", "Inputs"], ["targets", "Targets"], ["parameters", "Weights"], ["constants", "Fixed"], ["settings", "Learning rate"]];
    for (const [name, title] of titles) {
      const [from, to] = groups[name];
      if (from === to) continue;
      const places = Array.from({ length: Math.min(to - from, MOST_FIELDS) }, (_, k) => from + k);
      const list = h("div", { class: "fields" }, ...places.map((place) => this.field(place)));
      const more = to - from > places.length ? h("p", { class: "hint" }, `and ${to - from - places.length} more: pick one on the picture to change it.`) : null;
      const label = name === "settings" && to - from > 1 ? "Learning rate and optimizer" : title;
      host.append(h("fieldset", {}, h("legend", {}, label), list, more));
    }
  }

  field(place) {
    const [letter, below] = split(this.words.plain(place));
    const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
    const name = h("span", { class: "scrub" }, letter === "eta" ? "η" : letter, below ? h("sub", {}, below) : null);
    const label = h("label", { class: "field" }, name, input);
    input.setAttribute("aria-label", this.words.plain(place));
    this.wire(input, name, place);
    this.inputs.set(place, input);
    return label;
  }

  wire(input, name, place) {
    const { act } = this;
    const take = () => {
      const value = parse(input.value);
      flag(input, "bad", value === null);
      if (value !== null) act.change(place, value);
    };
    input.addEventListener("input", take);
    input.addEventListener("blur", () => {
      flag(input, "bad", false);
      input.value = shown(act.value(place));
    });
    input.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (way) {
        event.preventDefault();
        act.change(place, tidy(act.value(place) + way * (event.shiftKey ? 0.1 : 0.01)));
        input.value = shown(act.value(place));
      } else if (event.key === "Enter") input.select();
    });
    scrub(name, () => act.value(place), (value) => act.change(place, value));
  }

  show(view) {
    const active = this.host.getRootNode().activeElement;
    for (const [place, input] of this.inputs) {
      if (input === active && document.hasFocus()) continue;
      const text = shown(this.act.value(place));
      if (input.value !== text) input.value = text;
    }
    this.sample = view.sample;
  }
}

export const tidy = (value) => Number(value.toPrecision(12));
const shown = (value) => String(tidy(value));

export function parse(text) {
  const clean = text.trim().replace(",", ".").replace("−", "-");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(clean) && Number.isFinite(Number(clean)) ? Number(clean) : null;
}

// Drag a name to the left or right to change its number.
export function scrub(element, value, change) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    const [x, begin] = [event.clientX, value()];
    element.setPointerCapture(event.pointerId);
    const move = (now) => change(tidy(begin + (now.clientX - x) * (now.shiftKey ? 0.0005 : 0.005)));
    const end = () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", end);
      element.removeEventListener("pointercancel", end);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  });
}


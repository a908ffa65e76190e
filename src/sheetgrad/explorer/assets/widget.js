// The page inside a notebook: in a shadow of its own, so that neither changes the other's looks.

import { start } from "./start.js";
import { apply, stateOf } from "./state.js";

const NAMES = ["step", "phase", "quantity", "rate", "values"];

// What the notebook is told.
function seen(app) {
  const { chosen, words, rate } = app;
  const values = Object.fromEntries((stateOf(app).set || "").split(",").filter(Boolean).map((pair) => {
    const cut = pair.lastIndexOf(":");
    return [pair.slice(0, cut), Number(pair.slice(cut + 1))];
  }));
  return { step: chosen.t, phase: chosen.phase, quantity: words.plain(chosen.selected), rate, values };
}

// What the notebook says.
function shown(app, model) {
  const [step, phase, quantity, rate, values] = NAMES.map((name) => model.get(name));
  const set = Object.entries(values ?? {}).map((pair) => pair.join(":")).join();
  const rates = [...new Set([...app.rates.map((one) => one.rate), rate])];
  const { planted, tab } = app.chosen;
  apply(app, { step: String(step), phase: ["forward", "loss", "backward", "update"][phase], show: quantity || app.words.plain(app.chosen.selected), rate: String(rate), rates: rates.join(), set, tab });
  app.chosen.planted = planted;
  app.changed();
}

export function widget(model, el, { program, given, markup, looks }) {
  const root = el.attachShadow({ mode: "open" });
  const sheet = document.createElement("style");
  sheet.textContent = looks;
  const holder = document.createElement("div");
  holder.innerHTML = markup;
  root.append(sheet, holder);
  let app = null, quiet = false;
  const listen = () => !quiet && app && shown(app, model);
  start(holder.querySelector(".explorer"), program, given, {
    embedded: true,
    onstate: (now) => {
      if (!app) return;
      const found = seen(now);
      const changed = NAMES.filter((name) => JSON.stringify(found[name]) !== JSON.stringify(model.get(name)));
      if (!changed.length) return;
      quiet = true;
      for (const name of changed) model.set(name, found[name]);
      model.save_changes();
      quiet = false;
    },
  }).then((made) => {
    app = made;
    if (model.get("step") || model.get("phase") || model.get("quantity") || Object.keys(model.get("values") ?? {}).length || model.get("rate") !== app.rate) listen();
  });
  for (const name of NAMES) model.on(`change:${name}`, listen);
  return () => {
    app?.play(false);
    for (const name of NAMES) model.off(`change:${name}`, listen);
  };
}

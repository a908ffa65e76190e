// The page: what is chosen, what follows from it, and who shows it.

import { Curves, Rates } from "./curves.js";
import { flag, say, set } from "./dom.js";
import { Engine, NOTHING_WRONG, Run } from "./engine.js";
import { Fields } from "./fields.js";
import { Judge } from "./judge.js";
import { Lines } from "./lines.js";
import { readLink, whole, written } from "./link.js";
import { Mine } from "./mine.js";
import { Mistakes, verdict } from "./mistakes.js";
import { Network, hint } from "./network.js";
import { addRate, change, dropRate, valueOf } from "./numbers.js";
import { Paths } from "./paths.js";
import { save } from "./save.js";
import { TABS, apply, coloured, stateOf } from "./state.js";
import { Walk } from "./walk.js";
import { cellOf, find } from "./where.js";
import { Why } from "./why.js";
import { Words, digits } from "./words.js";

const FRAME = 7; // milliseconds of a frame that runs may take
const QUICK = 600_000; // equations that a gradient check may take within a frame
const PAUSE = { factor: 1100, phase: 1400, step: 220 };

export class App {
  constructor(host, data, program, packed, { embedded = false, onstate = null } = {}) {
    Object.assign(this, { host, data, packed, embedded, onstate });
    this.engine = new Engine(data, program);
    this.words = new Words(data);
    this.paths = new Paths(data);
    this.walk = new Walk(data, this.words, this.paths);
    this.parameterOf = new Map(data.gradients.map((_, k) => [data.groups.parameters[0] + k, k]));
    this.part = (name) => host.querySelector(`[data-part="${name}"]`);
    this.chosen = { t: 0, phase: 0, micro: this.walk.last(0), selected: data.groups.parameters[0], sample: 0, planted: null, log: false, tab: "why", unit: "factor", asked: null };
    this.rates = coloured(data.rates);
    this.rate = data.rates[0];
    this.version = 0;
    this.runs = new Map();
    this.build();
    if (!embedded) apply(this, readLink(location.hash));
    this.changed();
  }

  build() {
    const { data, words, part } = this;
    const act = this.actions();
    say(part("title"), data.title);
    say(part("facts"), facts(data));
    part("notice").hidden = !data.leftOut.length;
    say(part("notice"), data.leftOut.join(" "));
    part("slider").max = data.steps;
    this.network = new Network(part("canvas"), data, words, act);
    this.curves = new Curves(part("chart"), act);
    this.rateList = new Rates(part("rates"), act);
    this.fields = new Fields(part("fields"), data, words, act);
    this.why = new Why(part("why"), data, words, this.paths, act);
    this.mistakes = new Mistakes(part, data, words, act);
    const judge = () => (this.judge ??= new Judge(this.engine, this.paths, words));
    this.mine = new Mine(part, data, words, judge, act);
    this.findJudge = judge;
    this.lines = new Lines(part, data, this.packed, act);
    part("sample-label").hidden = data.samples.length < 2;
    part("sample").max = data.samples.length;
    for (const name of ["share", "print"]) this.host.querySelector(`[data-do="${name}"]`).hidden = this.embedded;
    this.listen();
  }

  // What the parts may ask for.
  actions() {
    return {
      select: (place) => this.select(place),
      value: (place) => valueOf(this, place),
      change: (place, value) => change(this, place, value),
      fold: () => this.fold(),
      hover: () => this.refresh(),
      step: (t) => this.go({ t }),
      resized: () => this.refresh(),
      rate: (rate) => { this.rate = rate; this.touch(); },
      drop: (rate) => dropRate(this, rate),
      plant: (place) => { this.chosen.planted = place; this.changed(); },
      planted: () => this.chosen.planted,
      refresh: () => this.refresh(),
      cell: (place, view) => cellOf(this, place, view),
      copy: (text) => this.copy(text),
      line: (number) => this.lines.line(number),
      opened: () => this.reach(),
      asked: (target, text) => { this.chosen.asked = [target, text]; this.remember(); },
    };
  }

  listen() {
    const { host, part } = this;
    host.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do], [data-phase], [data-tab]");
      if (!button) return;
      if (button.dataset.phase) this.toPhase(Number(button.dataset.phase));
      else if (button.dataset.tab) this.tab(button.dataset.tab);
      else this.do(button.dataset.do);
    });
    part("slider").addEventListener("input", () => this.go({ t: Number(part("slider").value) }));
    part("unit").addEventListener("change", () => { this.chosen.unit = part("unit").value; });
    part("log").addEventListener("change", () => { this.chosen.log = part("log").checked; this.touch(); });
    part("sample").addEventListener("input", () => {
      const sample = whole(part("sample").value, 1, this.data.samples.length);
      if (sample) { this.chosen.sample = sample - 1; this.touch(); }
    });
    part("add-rate").addEventListener("submit", (event) => { event.preventDefault(); addRate(this); });
    part("find").addEventListener("submit", (event) => { event.preventDefault(); find(this, part("find-text").value.trim()); });
    host.querySelector(".tabs").addEventListener("keydown", (event) => this.alongTabs(event));
    host.querySelector(".stage").addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("click", (event) => {
      if (!event.target.closest(".menu")) part("menu").open = false;
    });
    host.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && part("menu").open) {
        part("menu").open = false;
        part("menu").firstElementChild.focus();
      }
    });
    if (!this.embedded) addEventListener("hashchange", () => { if (location.hash.slice(1) !== this.link) { apply(this, readLink(location.hash)); this.changed(); } });
    let width = this.part("canvas").clientWidth;
    new ResizeObserver(() => {
      const now = this.part("canvas").clientWidth;
      if ((now < 560) !== (width < 560)) this.network.draw();
      width = now;
      this.refresh();
    }).observe(this.part("canvas"));
  }

  key(event) {
    if (event.target.matches("input, select, textarea")) return;
    const what = { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last" }[event.key];
    if (what) {
      event.preventDefault();
      this.do(what);
    } else if (/^[1-4]$/.test(event.key)) this.toPhase(Number(event.key) - 1);
  }

  do(what) {
    const { network } = this;
    const deeds = {
      next: () => this.move(1), back: () => this.move(-1), first: () => this.go({ t: 0 }), last: () => this.go({ t: this.data.steps }),
      play: () => this.play(!this.playing), reset: () => this.reset(), share: () => this.share(), print: () => print(), fold: () => this.fold(),
      "zoom-in": () => network.zoomBy(1.4), "zoom-out": () => network.zoomBy(1 / 1.4), "zoom-fit": () => network.fit(),
      plant: () => { this.chosen.planted = this.chosen.planted === null ? this.mistakes.chosen : null; this.changed(); },
      "show-check": () => { this.tab("break"); this.part("check").scrollIntoView({ block: "nearest" }); },
    };
    if (what.startsWith("save-")) {
      this.part("menu").open = false;
      return save(this, what.slice(5));
    }
    return deeds[what]?.();
  }

  // --- moving -------------------------------------------------------------------------------------

  toPhase(phase) {
    const again = phase === this.chosen.phase && this.chosen.micro === this.walk.last(phase, this.chosen.selected);
    this.go({ phase, micro: again ? 0 : this.walk.last(phase, this.chosen.selected) }, true);
  }

  move(way) {
    let { t, phase, micro } = this.chosen;
    const { unit, selected } = this.chosen;
    if (unit === "step") return this.go({ t: t + way }, true);
    micro = unit === "phase" ? (way > 0 ? Infinity : -1) : micro + way;
    if (micro > this.walk.last(phase, selected)) {
      if (t >= this.data.steps && phase === 3) return this.play(false);
      phase += 1;
      if (phase > 3) [phase, t] = [0, t + 1];
      micro = unit === "phase" ? this.walk.last(phase, selected) : 0;
    } else if (micro < 0) {
      if (t === 0 && phase === 0) return undefined;
      phase -= 1;
      if (phase < 0) [phase, t] = [3, t - 1];
      micro = this.walk.last(phase, selected);
    }
    return this.go({ t, phase, micro }, true);
  }

  go(to, told = false) {
    Object.assign(this.chosen, to);
    this.chosen.t = Math.max(0, Math.min(this.data.steps, this.chosen.t));
    this.told = told;
    this.touch();
    if (this.playing && this.chosen.unit === "step" && this.chosen.t >= this.data.steps) this.play(false);
  }

  play(on) {
    clearInterval(this.clock);
    this.playing = on;
    if (on) {
      if (this.chosen.t >= this.data.steps) this.chosen.t = 0;
      this.clock = setInterval(() => this.move(1), PAUSE[this.chosen.unit]);
      const { unit } = this.chosen;
      this.part("unit").onchange = () => this.playing && unit !== this.part("unit").value && this.play(true);
    }
    say(this.part("play"), on ? "Pause" : "Play");
    this.touch();
  }

  select(place) {
    this.chosen.selected = place;
    this.chosen.micro = Math.min(this.chosen.micro, this.walk.last(this.chosen.phase, place));
    if (this.chosen.phase === 2) this.chosen.micro = this.walk.last(2, place);
    if (this.chosen.tab !== "why" && this.chosen.tab !== "numbers") this.tab("why");
    this.touch();
  }

  tab(name, focus = false) {
    this.chosen.tab = name;
    for (const button of this.host.querySelectorAll("[data-tab]")) {
      const on = button.dataset.tab === name;
      set(button, "aria-selected", on);
      set(button, "tabindex", on ? 0 : -1);
      this.host.querySelector(`#${button.getAttribute("aria-controls")}`).hidden = !on;
      if (on && focus) button.focus();
    }
    this.touch();
  }

  alongTabs(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const place = (TABS.indexOf(this.chosen.tab) + way + TABS.length) % TABS.length;
    this.tab(TABS[place], true);
  }

  fold() {
    this.network.folded = !this.network.folded;
    this.network.draw();
    this.refresh();
  }

  reset() {
    this.engine.reset();
    this.rates = coloured(this.data.rates);
    this.rate = this.data.rates[0];
    Object.assign(this.chosen, { t: 0, phase: 0, micro: this.walk.last(0), planted: null, sample: 0 });
    this.play(false);
    this.changed();
  }  // --- what follows -------------------------------------------------------------------------------

  // Numbers have changed: every run begins anew.
  changed() {
    this.version += 1;
    this.stale = true;
    this.touch();
  }

  // Something else is shown.
  touch() {
    this.remember();
    this.refresh();
  }

  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.frame();
    });
  }

  get wrong() {
    const { planted } = this.chosen;
    if (planted === null) return NOTHING_WRONG;
    return { at: this.data.mistakes[planted][1], make: this.engine.program.wrongs[planted] };
  }

  begin() {
    const { engine, data } = this;
    this.runs = new Map(this.rates.map(({ rate, colour }) => [rate, Object.assign(new Run(engine, rate, data.steps, this.wrong), { colour })]));
    this.reference = this.chosen.planted === null ? null : new Run(engine, this.rate, data.steps);
    this.referenceRate = this.rate;
    this.stale = false;
  }

  get run() {
    return this.runs.get(this.rate);
  }

  frame() {
    const began = performance.now();
    if (this.stale || (this.reference && this.referenceRate !== this.rate)) this.begin();
    const { run, chosen } = this;
    run.advance(Infinity, chosen.t);
    const until = began + FRAME;
    for (const one of [run, ...(this.reference ? [this.reference] : []), ...this.runs.values()]) if (performance.now() < until) one.advance(until);
    const view = this.view();
    this.show(view);
    this.last = { view, script: performance.now() - began };
    this.longest = Math.max(this.longest ?? 0, this.last.script);
    if ([...this.runs.values(), ...(this.reference ? [this.reference] : [])].some((one) => !one.finished)) this.refresh();
  }

  view() {
    const { engine, chosen, data, run, walk } = this;
    const t = Math.min(chosen.t, run.last);
    const batch = engine.batch(t);
    const sample = data.samples.length > 1 && !batch.includes(chosen.sample) ? batch[0] : chosen.sample;
    const key = [this.version, t, sample, this.rate].join();
    if (this.lookKey !== key) {
      this.lookKey = key;
      this.looked = engine.look(run.state(t), t, sample, run.rate, this.wrong);
      const wholeStep = Float64Array.from(this.looked.v);
      if (batch.length > 1) data.gradients.forEach((place, k) => { wholeStep[place] = this.looked.gradients[k]; });
      this.looked.whole = wholeStep;
      this.lookVersion = (this.lookVersion ?? 0) + 1;
      this.checkLater(t);
    }
    const { planted } = chosen;
    const mistake = planted === null ? null : { target: data.mistakes[planted][1], right: data.mistakes[planted][2], wrong: data.mistakes[planted][3] };
    const view = {
      ...this.looked, t, sample, phase: chosen.phase, micro: chosen.micro, selected: chosen.selected, planted, mistake, wrongAt: mistake?.target ?? -1,
      run, reference: this.reference, check: this.check, parameterOf: this.parameterOf, columns: walk.columns, version: this.lookVersion,
    };
    view.lit = walk.lit(view);
    return view;
  }

  // The gradient check at once where it is quick, else when nothing has changed for a moment.
  checkLater(t) {
    const { engine, run } = this;
    const work = engine.cost * Math.min(200, this.data.gradients.length) * 18;
    clearTimeout(this.checkClock);
    const check = () => { this.check = engine.check(run.state(t), t, run.rate, run.wrong, work > 40 * QUICK ? 24 : 200); };
    if (work <= QUICK) check();
    else {
      this.check = null;
      this.checkClock = setTimeout(() => { check(); this.refresh(); }, 250);
    }
  }

  show(view) {
    const { part, data, network } = this;
    network.show(view);
    for (const button of this.host.querySelectorAll("[data-phase]")) set(button, "aria-pressed", Number(button.dataset.phase) === view.phase);
    const [nodes, lines] = hint(view.phase);
    say(part("legend"), `On the neurons: ${nodes}. On the lines: ${lines}.`);
    part("fold").hidden = !network.layout.foldable;
    say(part("fold"), network.folded ? "Show all" : "Fold");
    const { title, body } = this.walk.caption(view);
    const html = `<h2>${title.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</h2>${body}`;
    if (this.captioned !== html) {
      this.captioned = html;
      part("caption").innerHTML = html;
    }
    if (this.told) {
      say(part("spoken"), this.walk.spoken(view));
      this.told = false;
    }
    if (Number(part("slider").value) !== view.t) part("slider").value = view.t;
    set(part("slider"), "aria-valuetext", `step ${view.t}, loss ${digits(view.loss, 4)}`);
    say(part("step-text"), `${view.t} of ${data.steps}`);
    if (!part("sample").matches(":focus")) part("sample").value = view.sample + 1;
    say(part("loss"), `Loss ${digits(view.loss)}${view.batch.length > 1 ? ` (${data.reduction} of ${view.batch.length} samples)` : ""}${view.run.diverged >= 0 ? `; diverged at step ${view.run.diverged}` : ""}`);
    const found = verdict(view.check, this.words, data);
    say(part("verdict"), found.text);
    flag(part("verdict"), "bad", found.bad);
    const seen = { runs: [...this.runs.values()], reference: view.reference, chosen: view.run, step: view.t, hovered: this.curves.hovered, log: this.chosen.log, steps: data.steps };
    this.curves.show(seen);
    this.rateList.show(seen);
    const { tab } = this.chosen;
    if (tab === "why") this.why.show(view);
    if (tab === "numbers") this.fields.show(view);
    this.mistakes.show(view);
    this.lines.show(view.selected);
    clearTimeout(this.reachClock);
    this.reachClock = setTimeout(() => this.reach(), 200);
  }

  // What scrolls can be reached with the keyboard.
  reach() {
    for (const box of this.host.querySelectorAll(".formula, .table")) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      set(box, "tabindex", scrolls ? 0 : null);
    }
  }

  // --- the address --------------------------------------------------------------------------------

  remember() {
    clearTimeout(this.rememberClock);
    this.rememberClock = setTimeout(() => {
      this.link = written(stateOf(this));
      if (this.onstate) this.onstate(this);
      if (this.embedded) return;
      try {
        history.replaceState(null, "", `#${this.link}`);
      } catch {
        // a page in a sandbox has no history of its own; the link can still be copied
      }
    }, 200);
  }

  share() {
    this.link = written(stateOf(this));
    return this.copy(`${location.href.split("#")[0]}#${this.link}`, true);
  }

  async copy(text, isLink = false) {
    try {
      await navigator.clipboard.writeText(text);
      say(this.part("spoken"), "Copied.");
      this.toast(isLink ? "Link copied" : `${text} copied`);
    } catch {
      this.part("link").hidden = false;
      this.part("link-text").value = text;
      this.part("link-text").select();
    }
  }

  toast(text) {
    const { part } = this;
    const notice = part("notice");
    notice.hidden = false;
    say(notice, text);
    clearTimeout(this.toastClock);
    this.toastClock = setTimeout(() => {
      say(notice, this.data.leftOut.join(" "));
      notice.hidden = !this.data.leftOut.length;
    }, 2500);
  }
}

// The network in a line.
function facts(data) {
  const count = (name) => data.groups[name][1] - data.groups[name][0];
  const parts = [`${count("inputs")} input${count("inputs") === 1 ? "" : "s"}`, `${count("parameters")} weights`, `${data.samples.length} sample${data.samples.length > 1 ? "s" : ""}`, `${data.steps} steps`];
  return parts.filter((part) => !part.startsWith("0 ")).join(" · ");
}

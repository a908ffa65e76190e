"use strict";
(() => {
  const { shown, texts } = JSON.parse(document.getElementById("packed").textContent);
  const place = document.getElementById("variant");
  const controls = document.querySelector(".controls");
  const everything = document.getElementById("everything");
  const everywhere = document.getElementById("numbers");
  const first = place.innerHTML;
  let current = shown;

  // Base64 of deflated text, back to text. Everything packed was made, and escaped, by the program that wrote this page.
  async function unpacked(key) {
    const bytes = Uint8Array.from(atob(texts[key]), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  }

  // The path of an equation in the picture.
  let marked = null;
  function mark(line) {
    if (line === marked) return;
    marked = line;
    for (const old of place.querySelectorAll("svg .on")) old.classList.remove("on");
    if (!line) return;
    for (const name of line.dataset.path.split(" ").filter(Boolean)) {
      for (const found of place.querySelectorAll(`svg [data-mark="${name}"]`)) found.classList.add("on");
    }
  }
  const lineOf = (target) => (target instanceof Element ? target.closest("div.line") : null);
  place.addEventListener("mouseover", (event) => mark(lineOf(event.target) || lineOf(document.activeElement)));
  place.addEventListener("mouseleave", () => mark(lineOf(document.activeElement)));
  place.addEventListener("focusin", (event) => mark(lineOf(event.target)));
  place.addEventListener("focusout", () => mark(null));
  place.addEventListener("keydown", (event) => {
    const line = lineOf(event.target);
    if (!line || event.target !== line) return;
    const lines = [...place.querySelectorAll("div.line")];
    const next = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (next) {
      event.preventDefault();
      lines[lines.indexOf(line) + next]?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      const details = line.querySelector(":scope > details");
      if (details) {
        event.preventDefault();
        details.open = !details.open;
      }
    }
  });

  // Long runs of equations are unpacked when they are opened.
  async function unfold(details) {
    if (details.dataset.done) return;
    details.dataset.done = "yes";
    details.insertAdjacentHTML("beforeend", await unpacked(`${current} ${details.dataset.folded}`));
    showNumbers(details);
  }
  const lists = {};
  async function fill(details) {
    if (!details.dataset.numbers || details.dataset.done) return;
    details.dataset.done = "yes";
    lists[current] ??= unpacked(`${current} numbers`).then((text) => text.split("\n"));
    details.insertAdjacentHTML("beforeend", (await lists[current])[+details.dataset.numbers]);
  }
  place.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    if (event.target.matches("details.more")) unfold(event.target);
    else fill(event.target);
  }, true);

  function showNumbers(within) {
    if (everywhere.checked) for (const found of within.querySelectorAll("div.line > details")) found.open = true;
  }
  function unfoldAll() {
    everything.parentElement.hidden = !place.querySelector("details.more");
    if (everything.checked) for (const found of place.querySelectorAll("details.more")) found.open = true;
  }
  everything.addEventListener("change", () => {
    for (const found of place.querySelectorAll("details.more")) found.open = everything.checked;
  });
  everywhere.addEventListener("change", () => {
    for (const found of place.querySelectorAll("div.line > details")) found.open = everywhere.checked;
  });

  // The other forms and notations.
  const chosen = (name) => controls.querySelector(`input[name="${name}"]:checked`)?.value ?? current.split(" ")[name === "form" ? 0 : 1];
  const known = (key) => key === shown || key in texts;
  async function show(key) {
    const text = key === shown ? first : await unpacked(key);
    current = key;
    mark(null);
    place.innerHTML = text;
    showNumbers(place);
    unfoldAll();
    disable();
  }
  function disable() {
    const [form, notation] = current.split(" ");
    for (const input of controls.querySelectorAll("input[name]")) {
      input.disabled = !known(input.name === "form" ? `${input.value} ${notation}` : `${form} ${input.value}`);
    }
  }
  controls.addEventListener("change", (event) => {
    if (event.target.name) show(`${chosen("form")} ${chosen("notation")}`);
  });
  controls.addEventListener("submit", (event) => event.preventDefault());

  // On paper nothing scrolls: what is wider than the page is made smaller.
  const PAGE = 640;
  const formulas = () => place.querySelectorAll(".formula > math");
  addEventListener("beforeprint", () => {
    for (const formula of formulas()) {
      const width = formula.getBoundingClientRect().width;
      if (width > PAGE) formula.style.zoom = Math.max(PAGE / width, 0.3);
    }
  });
  addEventListener("afterprint", () => {
    for (const formula of formulas()) formula.style.zoom = "";
  });

  // A link to an equation that is folded away opens what it is in.
  async function reveal() {
    const number = /^#eq-(\d+)$/.exec(location.hash)?.[1];
    if (!number || document.getElementById(`eq-${number}`)) return;
    for (const details of place.querySelectorAll("details.more")) {
      if (+details.dataset.first <= +number && +number <= +details.dataset.last) {
        details.open = true;
        await unfold(details);
        document.getElementById(`eq-${number}`)?.scrollIntoView();
      }
    }
  }
  addEventListener("hashchange", reveal);
  reveal();
  // On a phone the contents start closed.
  if (matchMedia("(max-width: 62rem)").matches) place.querySelector("nav details").open = false;
  unfoldAll();
  controls.hidden = false;
})();

// The derivation, unpacked when it is opened; its equations and the picture point at each other.

export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

export class Lines {
  constructor(part, data, packed, act) {
    Object.assign(this, { part, data, packed, act });
    this.quantities = new Map();
    for (const [place, lines] of Object.entries(data.equations)) for (const line of lines) if (!this.quantities.has(line)) this.quantities.set(line, Number(place));
    const details = part("derivation");
    if (!packed.derivation) details.hidden = true;
    details.addEventListener("toggle", () => details.open && this.open());
    part("lines").addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#eq-'], a[href^='#part-']");
      const line = event.target.closest(".line");
      if (link) event.preventDefault();
      if (link && !link.classList.contains("number")) return this.to(link.getAttribute("href").slice(1));
      if (line && !String(getSelection())) this.pick(line);
    });
    part("lines").addEventListener("keydown", (event) => {
      const line = event.target.closest(".line");
      if (line && event.target === line && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        this.pick(line);
      }
    });
  }

  async open() {
    this.opened ??= unpacked(this.packed.derivation).then((text) => {
      this.part("lines").innerHTML = text; // made, and escaped, by the program that wrote this page
    });
    await this.opened;
    this.show(this.selected);
    this.act.opened();
  }

  pick(line) {
    const place = this.quantities.get(Number(line.id.slice(3)));
    if (place !== undefined) this.act.select(place);
  }

  async line(number) {
    this.part("derivation").open = true;
    await this.open();
    this.to(`eq-${number}`);
  }

  to(id) {
    const found = this.part("lines").querySelector(`#${CSS.escape(id)}`);
    found?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    found?.focus({ preventScroll: true });
  }

  show(selected) {
    this.selected = selected;
    if (!this.opened || this.marked === selected) return;
    const wanted = new Set(this.data.equations[selected] ?? []);
    for (const line of this.part("lines").querySelectorAll(".line")) {
      const on = wanted.has(Number(line.id.slice(3)));
      line.classList.toggle("on", on);
      this.marked = selected;
    }
  }
}

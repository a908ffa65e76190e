// Pictures and numbers to keep.

import { unpacked } from "./lines.js";

const PAINT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "font-family", "font-size", "font-weight", "text-anchor", "paint-order", "visibility", "display"];

export function download(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// The picture on its own: how it looks here becomes part of it.
export function pictured(source) {
  const copy = source.cloneNode(true);
  const [from, to] = [[source, ...source.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  from.forEach((element, place) => {
    const style = getComputedStyle(element);
    for (const name of PAINT) {
      const value = style.getPropertyValue(name);
      if (value) to[place].setAttribute(name, value);
    }
    for (const name of ["class", "role", "tabindex", "aria-label", "aria-pressed", "data-place", "data-line", "data-sign"]) to[place].removeAttribute(name);
  });
  const [x, y, width, height] = source.getAttribute("viewBox").split(" ").map(Number);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, fill: getComputedStyle(source.closest(".card")).backgroundColor })) back.setAttribute(name, value);
  copy.prepend(back);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

export async function asPng({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  const scale = Math.min(3, 4000 / Math.max(width, height));
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

// Every quantity at every step, as `sheetgrad train --trace` writes it.
export function table(app) {
  const { data, words, engine } = app;
  const places = Array.from({ length: data.groups.updates[0] }, (_, place) => place);
  const rows = [["step", ...places.map((place) => words.plain(place))].join(",")];
  const run = app.run;
  run.advance(Infinity);
  for (let step = 0; step <= run.last; step++) {
    const { v } = engine.look(run.state(step), step, engine.batch(step)[0], run.rate, run.wrong);
    rows.push([step, ...places.map((place) => v[place])].join(","));
  }
  return `${rows.join("\n")}\n`;
}

export async function save(app, kind) {
  const name = app.data.name.replace(/[^\p{L}\p{N}_-]+/gu, "-") || "network";
  if (kind === "svg") download(`${name}.svg`, pictured(app.network.svg).text, "image/svg+xml");
  if (kind === "png") download(`${name}.png`, await asPng(pictured(app.network.svg)), "image/png");
  if (kind === "csv") download(`${name}.csv`, table(app), "text/csv");
  if (kind === "derivation") download(`${name}.md`, await unpacked(app.packed.markdown), "text/markdown");
}

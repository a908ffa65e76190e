// Begins when the page is there: reads what belongs to this network, and shows it.

import { App } from "./app.js";
import { unpacked } from "./lines.js";

export async function start(host, program, { data, packed }, options = {}) {
  const content = typeof data === "string" ? JSON.parse(await unpacked(data)) : data;
  return new App(host, content, program, packed, options);
}

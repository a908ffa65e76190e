// What the page shows, as the part of its address after #, so that it can be sent to somebody.

export function written(state) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== null && value !== undefined && value !== "") parts.set(key, value);
  return parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

export function readLink(text) {
  try {
    return Object.fromEntries(new URLSearchParams(text.replace(/^#/, "")));
  } catch {
    return {};
  }
}

// Numbers that were changed, `w1:0.3,i1:0.2`; only real numbers of known names are taken.
export function numbersOf(text, known) {
  const found = [];
  for (const pair of (text ?? "").split(",").slice(0, 5000)) {
    const [, name, value] = /^([\p{L}\p{N}_@]+):(.+)$/u.exec(pair) ?? [];
    if (name && value.trim() && Number.isFinite(Number(value)) && known(name)) found.push([name, Number(value)]);
  }
  return found;
}

export function whole(text, low, high) {
  const value = /^\d+$/.test(text ?? "") ? Number(text) : NaN;
  return value >= low && value <= high ? value : null;
}

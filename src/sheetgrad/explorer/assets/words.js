// Names and formulas: plain text, MathML, and numbers put into the gaps.

const GAP = /\ue000(\d+)\ue001/g;

// A number with so many digits that count, without zeros at the end.
export function digits(value, most = 9, least = 1e-4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no number" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < least || size >= 1e9 ? value.toExponential(most - 1) : size >= 10 ** most ? String(Number(value.toPrecision(most))) : value.toPrecision(most);
  return text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "").replace("-", "−").replace(/e[+]?/, "e").replace("e-", "e−");
}

// Short enough for a label.
export function brief(value, most = 3) {
  const size = Math.abs(value);
  return digits(value, size > 0 && size < 1e-3 ? Math.min(2, most) : most, 1e-3);
}

export function number(value, most = 9) {
  const text = digits(value, most);
  const [head, power] = text.split("e");
  const sign = head.startsWith("−") ? "<mo>−</mo>" : "";
  const mantissa = `${sign}<mn>${head.replace("−", "")}</mn>`;
  if (!power) return sign ? `<mrow>${mantissa}</mrow>` : mantissa;
  const raised = power.startsWith("−") ? `<mrow><mo>−</mo><mn>${power.slice(1)}</mn></mrow>` : `<mn>${power}</mn>`;
  return `<mrow>${mantissa}<mo>·</mo><msup><mn>10</mn>${raised}</msup></mrow>`;
}

// The same as part of a formula: what is negative, or a product, stands in brackets.
export function factor(value, most = 9) {
  const text = digits(value, most);
  const made = number(value, most);
  return /[−e]/.test(text) ? `<mrow><mo stretchy="false">(</mo>${made}<mo stretchy="false">)</mo></mrow>` : made;
}

// Text as part of markup.
export const safe = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export const fraction = (above, below, edge = false) => {
  const sign = edge ? "<msup><mo>∂</mo><mo>+</mo></msup>" : "<mo>∂</mo>";
  return `<mfrac><mrow>${sign}${above}</mrow><mrow>${sign}${below}</mrow></mfrac>`;
};

// `first = second = …`, over several lines where that would be wide.
export function equality(members, { wide = 46, oneLine = false } = {}) {
  const texts = members.filter((text, place) => text && text !== members[place - 1]);
  const letters = texts.join("").replace(/<[^>]*>/g, "").length;
  const line = (inner) => `<math display="block"><mrow>${inner}</mrow></math>`;
  if (oneLine || texts.length <= 2 || letters <= wide) return line(texts.join("<mo>=</mo>"));
  const [first, second, ...rest] = texts;
  const begun = wide < 30 ? [first, `<mspace width="1.2em"></mspace><mo>=</mo>${second}`] : [`${first}<mo>=</mo>${second}`];
  let length = wide;
  for (const text of rest) {
    const more = text.replace(/<[^>]*>/g, "").length;
    if (length + more < wide) begun.push(`${begun.pop()}<mo>=</mo>${text}`);
    else begun.push(`<mspace width="1.2em"></mspace><mo>=</mo>${text}`);
    length = length + more < wide ? length + more : more;
  }
  return begun.map(line).join("");
}

export class Words {
  constructor(data) {
    this.data = data;
    const { refs, plain, mathml, partials, nexts, other } = data.names;
    this.plains = new Array(data.size);
    this.typed = new Array(data.size);
    refs.forEach((place, k) => {
      this.plains[place] = plain[k];
      this.typed[place] = mathml[k];
    });
    const loss = data.loss;
    const [back, later] = [data.groups.backward[0], data.groups.updates[0]];
    this.wrt = new Map();
    this.gradientOf = new Map();
    partials.forEach((below, k) => {
      const place = back + k;
      this.wrt.set(place, below);
      this.gradientOf.set(below, place);
      this.plains[place] = `d${this.plains[loss]}_d${this.plains[below]}`;
      this.typed[place] = other[place] ?? fraction(this.typed[loss], this.typed[below]);
    });
    this.stateOf = new Map();
    this.nextOf = new Map();
    nexts.forEach((state, k) => {
      const place = later + k;
      this.stateOf.set(place, state);
      this.nextOf.set(state, place);
      this.plains[place] = `${this.plains[state]}_new`;
      this.typed[place] = `<msup>${this.typed[state]}<mi>new</mi></msup>`;
    });
    this.places = new Map(this.plains.map((name, place) => [name, place]));
  }

  plain(place) {
    return this.plains[place];
  }

  // For a screen reader, or a line of text: ∂E_total/∂w5.
  spoken(place) {
    const below = this.wrt.get(place);
    return below === undefined ? this.plains[place] : `∂${this.plains[this.data.loss]}/∂${this.plains[below]}`;
  }

  mathml(place) {
    return this.typed[place];
  }

  called(name) {
    return this.places.get(name);
  }

  near(name) {
    const wanted = name.toLowerCase().replaceAll("_", "");
    return this.plains.find((own) => own.toLowerCase().replaceAll("_", "") === wanted);
  }

  // A formula with its names, or with its numbers.
  named([shape, ...gaps]) {
    return this.data.shapes[shape].replace(GAP, (_, gap) => this.typed[gaps[gap]]);
  }

  numbered([shape, ...gaps], v) {
    const text = this.data.shapes[shape];
    if (/^\ue000\d+\ue001$/.test(text)) return number(v[gaps[0]]);
    return text.replace(GAP, (_, gap) => factor(v[gaps[gap]]));
  }

  // What kind of thing a quantity is.
  kind(place) {
    for (const [name, [from, to]] of Object.entries(this.data.groups)) if (from <= place && place < to) return name;
    return "";
  }
}

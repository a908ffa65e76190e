// Reads plain infix over the page's names, and computes it. The rules are those of the Python parser:
// ^ and ** are powers, bind tighter than a leading minus, and group from the right.

export class FormulaError extends Error {
  constructor(message, column) {
    super(message);
    this.column = column;
  }
}

const TOKEN = /(?<space>\s+)|(?<slope>(?:∂|d)(?<of>[\p{L}_][\p{L}\p{N}_]*)\s*\/\s*(?:∂|d)(?<wrt>[\p{L}_][\p{L}\p{N}_]*))|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<mark>\*\*|[-+*/^()[\],=−·×²³])/uy;
const SAME = { "−": "-", "·": "*", "×": "*", "^": "**" };
const MOST = 10_000;
const DEEPEST = 100;

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
export const FUNCTIONS = {
  exp: [1, Math.exp], log: [1, Math.log], ln: [1, Math.log], sqrt: [1, Math.sqrt], abs: [1, Math.abs],
  tanh: [1, Math.tanh], sigmoid: [1, sigmoid], "σ": [1, sigmoid], sigma: [1, sigmoid], identity: [1, (x) => x],
  held: [1, (x) => x], positive: [1, (x) => (x > 0 ? 1 : 0)], relu: [1, (x) => Math.max(0, x)],
  leaky_relu: [1, (x) => Math.max(0.01 * x, x)], softplus: [1, (x) => Math.max(0, x) + Math.log(1 + Math.exp(-Math.abs(x)))],
  max: [2, Math.max], min: [2, Math.min],
};

function tokens(text, names) {
  if (text.length > MOST) throw new FormulaError(`The formula has more than ${MOST} characters.`, 1);
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new FormulaError(`'${text[start]}' has no meaning here; use names, numbers and + - * / ** ( ).`, start + 1);
    const { space, slope, of, wrt, number, name, mark } = match.groups;
    if (space) continue;
    if (slope && (names.knows(of) || slope.startsWith("∂"))) found.push({ kind: "slope", of, wrt, text: slope, start });
    else if (slope) {
      // no derivative after all: `d1/d2` may be a name, a stroke and a name
      const word = /^[\p{L}\p{N}_∂]+/u.exec(slope)[0];
      found.push({ kind: "name", text: word, start });
      TOKEN.lastIndex = start + word.length;
    } else if (number) found.push({ kind: "number", text: number, start });
    else if (name) found.push({ kind: "name", text: name, start });
    else found.push({ kind: "mark", text: SAME[mark] ?? mark, start });
  }
  found.push({ kind: "end", text: "", start: text.length });
  return found;
}

// A function of a point that gives the formula's value there, and the names it uses.
export function read(text, names) {
  const list = tokens(text, names);
  let at = 0, depth = 0;
  const used = new Map();
  const fail = (message, token = list[at]) => new FormulaError(message, token.start + 1);
  const accept = (...marks) => list[at].kind === "mark" && marks.includes(list[at].text) ? list[at++].text : "";
  const deeper = (rule) => {
    if (++depth > DEEPEST) throw fail(`Brackets and signs are nested more than ${DEEPEST} deep.`);
    const made = rule();
    depth -= 1;
    return made;
  };

  function sum() {
    let left = product();
    for (let sign; (sign = accept("+", "-"));) {
      const [a, b] = [left, product()];
      left = sign === "+" ? (p) => a(p) + b(p) : (p) => a(p) - b(p);
    }
    return left;
  }
  function product() {
    let left = signed();
    for (let sign; (sign = accept("*", "/"));) {
      const [a, b] = [left, signed()];
      left = sign === "*" ? (p) => a(p) * b(p) : (p) => a(p) / b(p);
    }
    return left;
  }
  function signed() {
    if (accept("-")) {
      const inner = deeper(signed);
      return (p) => -inner(p);
    }
    return accept("+") ? deeper(signed) : power();
  }
  function power() {
    let base = atom();
    for (let mark; (mark = accept("²", "³"));) {
      const inner = base;
      base = mark === "²" ? (p) => inner(p) ** 2 : (p) => inner(p) ** 3;
    }
    if (!accept("**")) return base;
    const exponent = deeper(signed);
    return (p) => base(p) ** exponent(p);
  }
  function atom() {
    const token = list[at];
    if (token.kind === "number") {
      at += 1;
      const number = Number(token.text);
      return () => number;
    }
    if (token.kind === "slope") {
      at += 1;
      return quantity(names.derivative(token.of, token.wrt), token);
    }
    if (token.kind === "name") {
      at += 1;
      return list[at].text === "(" && list[at].kind === "mark" ? call(token) : quantity(names.find(token.text), token);
    }
    if (accept("(")) {
      const inner = deeper(sum);
      if (!accept(")")) throw fail("A bracket is opened and not closed.");
      return inner;
    }
    throw fail(token.kind === "end" ? "The formula ends too early." : `'${token.text}' cannot stand here.`);
  }
  function quantity(found, token) {
    if (!found) {
      const near = names.near(token.text);
      throw fail(`Nothing is called '${token.text}' on this page${near ? `; did you mean ${near}?` : "."}`, token);
    }
    used.set(found.name, found.value);
    return found.value;
  }
  function call(token) {
    const entry = Object.hasOwn(FUNCTIONS, token.text) ? FUNCTIONS[token.text] : null;
    if (!entry) throw fail(`No function is called '${token.text}'; write a product with *.`, token);
    at += 1;
    const inner = [deeper(sum)];
    while (accept(",")) inner.push(deeper(sum));
    if (!accept(")")) throw fail("A bracket is opened and not closed.");
    if (inner.length !== entry[0]) throw fail(`${token.text} takes ${entry[0]} argument${entry[0] > 1 ? "s" : ""}, not ${inner.length}.`, token);
    const [first, second] = inner;
    return second ? (p) => entry[1](first(p), second(p)) : (p) => entry[1](first(p));
  }

  const value = sum();
  const last = list[at];
  if (last.kind !== "end") {
    if (last.text === "=") throw fail("Write one formula, or one equation with its name on the left.");
    throw fail(last.text === ")" ? "')' closes nothing." : `An operator is missing before '${last.text}'; write products with *.`);
  }
  return { value, used };
}

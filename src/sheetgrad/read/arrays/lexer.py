"""Formulas with arrays cut into tokens: a label is a layer, an index marks what is about single neurons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.arrays.marks import BOLD, FENCE, TURN

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = {
    "σ": "sigmoid", "sigmoid": "sigmoid", "sigma": "sigmoid", "Sigmoid": "sigmoid", "logistic": "sigmoid",
    "tanh": "tanh", "relu": "relu", "ReLU": "relu", "RELU": "relu", "Relu": "relu", "softmax": "softmax",
    "Softmax": "softmax", "SoftMax": "softmax", "exp": "exp", "log": "log", "ln": "log", "sqrt": "sqrt",
    "sum": "sum", "mean": "mean", "dot": "dot", "matmul": "matmul", "outer": "outer", "multiply": "multiply",
    "diag": "diag", "transpose": "transpose", "softplus": "softplus", "max": "max", "square": "square",
    "φ": "φ", "g": "g", "f": "f", "act": "act", "activation": "act", "hadamard": "multiply", "diagonal": "diag",
}  # fmt: skip
GENERIC = frozenset({"φ", "g", "f", "act"})
"""Letters for an activation that the text may leave open."""
SLOPES = {"dsigmoid": "sigmoid", "drelu": "relu", "dtanh": "tanh", "dReLU": "relu"}
WORDS = frozenset(
    ["yhat", "out", "net", "delta", "alpha", "eta", "lr", "theta", "beta", "gamma", "lambda", "epsilon", "eps"]
)  # fmt: skip
MAYBE = frozenset({"target", "targets", "output", "outputs", "input", "inputs", "hidden", "error", "loss", "out"})
"""Words of prose that are names where they stand beside an operator."""
_BEFORE = re.compile(r"[-+*/⊙@(=]\s*\Z")
_AFTER = re.compile(r"\s*[-+*/⊙@)^=ᵀ]")
GREEK = {"delta": "δ", "Delta": "Δ", "alpha": "α", "eta": "η", "theta": "θ", "beta": "β", "gamma": "γ"}
PRODUCTS = frozenset("WXAHZYUVSBwxahzybEQK")
INDICES = frozenset("ijknpqmcdrs")
LONGEST = 40


class Token(NamedTuple):
    """One token: `kind` is name, function, slope, number, mark, frac, sqrt, sum, word or indexed."""

    kind: str
    text: str
    start: int
    end: int
    label: str = ""


_LABEL = r"\^\s*\{\s*[(\[]\s*[^()\[\]{}]{1,6}\s*[)\]]\s*('*)\s*\}|\^\s*[(\[]\s*[^()\[\]{}]{1,6}\s*[)\]]"
_BARE = r"\^\s*\{\s*[lL]\s*(?:[-+]\s*\d)?\s*\}|\^\s*[lL](?![A-Za-z])"
_NEW = r"\^\s*\{\s*(?:new|\+|t\s*\+\s*1|k\s*\+\s*1)\s*\}|\^\s*\{\s*\{\s*new\s*\}\s*\}|\^\s*\+(?=\s*=)"
_LABEL_NEW = r"\^\s*\{\s*[(\[]\s*[^()\[\]{}]{1,6}\s*[)\]]\s*,?\s*\{?\s*(?:new|\+)\s*\}?\s*\}"
_OLD = r"\^\s*\{\s*(?:old|t|k)\s*\}|\^\s*\{\s*\{\s*old\s*\}\s*\}"
_SUB = r"_\s*\{(?:[^{}]*\{[^{}]*\}[^{}]*|[^{}]*)\}|_\s*[A-Za-z0-9αβγδ]+"
_PIECES = re.compile(
    rf"(?P<space>[\s]+)|(?P<frac>\\frac)|(?P<sqrt>\\sqrt)|(?P<sum>\\sum|[Σ∑])"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)"
    rf"|(?P<ones>{BOLD}1(?!\d))"
    rf"|(?P<name>{BOLD}?(?:\{{\s*{BOLD}?[A-Za-z_ ]{{2,24}}\s*\}}|[^\W\d_ᵀ∂]+)(?:(?<=[^\W\d_])\d+)?)"
    r"|(?P<mark>\*\*|-=|\+=|[-+*/^=()\[\]{},:;.|'⊙⊘@∇∂‖≈→⇒…?!<>])"
    rf"|(?P<turn>{TURN})|(?P<fence>{FENCE})|(?P<bold>{BOLD})|(?P<other>.)",
    re.DOTALL,
)  # fmt: skip
_SUFFIX = re.compile(
    rf"\s*(?:(?P<labelnew>{_LABEL_NEW})|(?P<label>{_LABEL})|(?P<new>{_NEW})|(?P<old>{_OLD})|(?P<bare>{_BARE})"
    rf"|(?P<sub>{_SUB})|(?P<raised>\^\s*(?:\{{\s*[1-9]\s*\}}|[1-9](?!\d))))"
)


@dataclass(frozen=True, slots=True)
class Customs:
    """What a text does throughout: words that are names, and whether W^2 is the second layer."""

    words: frozenset[str] = frozenset()
    raised: bool = False
    strict: bool = False
    """Whether matrix products have a sign of their own (@ or dot), so that * is entry by entry."""


def tokens(text: str, customs: Customs) -> list[Token]:
    """Cut one statement up."""
    found: list[Token] = []
    place = 0
    formula = FENCE not in text
    while place < len(text):
        match = _PIECES.match(text, place)
        if match is None:
            break
        place = match.end()
        kind = match.lastgroup or "other"
        if kind == "space":
            continue
        if kind == "fence":
            formula = not formula
            found.append(Token("word", "", match.start(), match.end()))
        elif kind == "name" and not formula:
            found.append(Token("word", match.group(), match.start(), match.end()))
        elif kind == "name":
            made, place = _named(text, match, customs)
            found += made
        elif kind in {"bold", "other"}:
            found.append(Token("word", match.group(), match.start(), match.end()))
        elif kind == "turn":
            found.append(Token("mark", TURN, match.start(), match.end()))
        elif formula:
            sign = "⊙" if customs.strict and match.group() == "*" else match.group()
            found.append(Token(kind, sign, match.start(), match.end()))
    return found


def _named(text: str, match: re.Match[str], customs: Customs) -> tuple[list[Token], int]:
    """The token or tokens of a run of letters, with the labels that belong to the last."""
    run = match.group()
    bold = BOLD if BOLD in run else ""
    wrapped = "{" in run
    run = run.replace(BOLD, "").strip("{} ")
    start, end = match.start(), match.end()
    digits = re.search(r"\d+$", run)
    letters = run[: digits.start()] if digits else run
    number = digits.group() if digits else ""
    tail, end = _suffixes(text, end, customs, letters)
    if wrapped and " " in letters:
        return [Token("word", run, start, end)], end
    between = letters in MAYBE and (_BEFORE.search(text[max(start - 3, 0) : start]) or _AFTER.match(text, end))
    pieces = [letters] if wrapped or between else _apart(letters, customs, labelled=bool(number or tail))
    if not pieces:
        return [Token("word", run, start, end)], end
    made: list[Token] = []
    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        label, rest = (number, tail) if last else ("", [])
        at = start + (0 if place == 0 else sum(map(len, pieces[:place])))
        upto = end if last else at + len(piece)
        made.append(_token(bold, piece, label, rest, at, upto))
    return made, end


def _suffixes(text: str, end: int, customs: Customs, letters: str) -> tuple[list[tuple[str, str]], int]:
    found: list[tuple[str, str]] = []
    while match := _SUFFIX.match(text, end):
        kind = match.lastgroup or ""
        if kind == "raised" and (not customs.raised or (letters in FUNCTIONS and letters not in GENERIC)):
            break
        if kind in {"bare", "label"} and letters == "e":
            break
        found.append((kind, match.group().strip()))
        end = match.end()
    return found, end


def _apart(letters: str, customs: Customs, *, labelled: bool) -> list[str]:
    """A run of letters as one name or the product of several; nothing where it is a word of prose."""
    if len(letters) == 1 or letters in FUNCTIONS or letters in SLOPES or letters in customs.words or letters in WORDS:
        return [letters]
    if letters in {"new", "old"} or len(letters) > LONGEST:
        return []
    if letters[0] in "dΔ" and (rest := _apart(letters[1:], customs, labelled=labelled)) and len(rest) == 1:
        return [letters]
    if len(letters) <= 3 and set(letters) <= PRODUCTS and not letters.islower():
        return list(letters)
    if letters in {"wx", "xw", "wa", "aw", "wh"}:
        return list(letters)
    if letters[0] in "σφ" and len(letters) == 2:
        return list(letters)
    if letters.endswith("hat") and len(letters) == 4:
        return [letters]
    if labelled and len(letters) <= 8 and letters not in {"layer", "step", "eq", "equation", "fig", "line", "part"}:
        return [letters]
    return []


def _token(  # noqa: PLR0917 -- all that is known of one name
    bold: str, letters: str, number: str, suffixes: list[tuple[str, str]], start: int, end: int
) -> Token:
    """One name with its layer; names with the index of a neuron are of the kind `indexed`."""
    label, kind, new = number, "name", ""
    base = GREEK.get(letters, letters)
    for what, piece in suffixes:
        inner = re.sub(r"[\s^_{}\[\]()']", "", piece)
        if what == "labelnew":
            label, new = re.sub(r",?(?:new|\+)$", "", inner), "new"
        elif what in {"label", "bare", "raised"}:
            kind = "indexed" if label and label.isdigit() and number == "" else kind
            label = inner
            new = "'" if "'" in piece else new
        elif what == "new":
            new = "new"
        elif what == "sub":
            base, label, kind = _sub(base, label, inner, kind, labelled=bool(label))
    if letters in FUNCTIONS and letters not in WORDS:
        if base.endswith(("_prime", "_derivative", "_deriv", "_grad")):
            new = "'"
        return Token("slope" if new == "'" else "function", FUNCTIONS[letters], start, end, label)
    if letters in SLOPES:
        return Token("slope", SLOPES[letters], start, end, label)
    return Token(kind, bold + base + ("new" if new == "new" else ""), start, end, label)


def _sub(base: str, label: str, inner: str, kind: str, *, labelled: bool) -> tuple[str, str, str]:
    """What a subscript says: a layer, a neuron, or a part of the name."""
    if inner in {"hat", "pred", "hat,"}:
        return base + "hat", label, kind
    if inner in {"true", "old", "t"} and base not in {"h", "δ"}:
        return base, label, kind
    if re.fullmatch(r"\d", inner) and not labelled:
        return base, inner, kind
    if re.fullmatch(r"[lL](?:[-+]\d)?", inner) and not labelled:
        return base, inner, kind
    number = re.fullmatch(r"[\d,.]+", inner)
    letters = re.fullmatch(r"[a-z,]{1,3}", inner) and set(inner) - {","} <= INDICES
    if number or letters or re.search(r"[-+*=]", inner):
        return base, label, "indexed"
    return f"{base}_{inner}", label, kind


def runs(made: list[Token]) -> Iterator[list[Token]]:
    """Runs of mathematics between words and what separates."""
    run: list[Token] = []
    depth = 0
    for token in made:
        depth = max(0, depth + (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"}))
        apart = token.text in {";", "⇒", "→", ":", "?", "!", "≠", "≈", "…", "."} or (token.text == "," and not depth)
        if token.kind == "word" or (apart and token.kind == "mark"):
            if run:
                yield run
            run = []
            depth = 0 if token.kind == "word" else depth
            continue
        run.append(token)
    if run:
        yield run

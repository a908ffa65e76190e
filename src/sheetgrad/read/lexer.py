"""Plain-alphabet text cut into tokens: numbers, names, signs, words of prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from sheetgrad.read.names import apart, canonical, slipped

if TYPE_CHECKING:
    from sheetgrad.read.traced import Traced

TokenKind: TypeAlias = Literal["number", "name", "word", "partial", "function", "frac", "sqrt", "sum", "mark", "other"]


class Token(NamedTuple):
    """One token: what it is, its normal form, and where it stands in the text it was cut from."""

    kind: TokenKind
    text: str
    start: int
    end: int
    spelled: str = ""
    note: str = ""


FUNCTIONS = {
    "σ": "sigmoid", "sigmoid": "sigmoid", "sig": "sigmoid", "sigma": "sigmoid", "Sigmoid": "sigmoid",
    "logistic": "sigmoid",
    "exp": "exp", "Exp": "exp", "EXP": "exp", "log": "log", "ln": "log", "tanh": "tanh", "relu": "relu", "ReLU": "relu",
    "sqrt": "sqrt", "max": "max", "min": "min", "softplus": "softplus", "leaky_relu": "leaky_relu",
}  # fmt: skip

_NEXT = r"(?:\^\s*(?:\{[\s{]*(?:\+|new|New)[\s}]*\}|\+(?=\s*[=,]|$))|(?<=\d)\+(?=\s*=))"
_SUB = r"(?:_\s*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[^\W_]+))"
_LABEL = r"(?:\^\s*(?:\{\s*[\(\[]\s*\w+\s*[\)\]]\s*\}|[\(\[]\s*\w\s*[\)\]]))"
_LAYER, _RAISED = r"[\(\[]\s*\w+\s*[\)\]]", r"(?:\+|'|new|New)"
_LABEL_NEXT = rf"(?:\^\s*\{{\s*(?:{_LAYER}[\s,{{]*{_RAISED}|[{{]?{_RAISED}[\s,}}]*{_LAYER})[\s}}]*\}})"
"""A layer and the new value in one exponent: w^{(2)new}."""
_MORE = rf"{_SUB}|{_LABEL}|{_LABEL_NEXT}|{_NEXT}|\d+|_(?=[^\W\d_])"
_PIECES = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<frac>\\frac)|(?P<sqrt>\\sqrt)"
    r"|(?P<sum>(?:\\sum|[Σ∑])(?:\s*[_^]\s*(?:\{[^{}]*\}|\w))*)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"|(?P<greek>δ(?:" + _SUB + "|" + _LABEL + r"|\d+)+|(?<![/{])(?<![/{] )δ[A-Za-z]\w{0,8}(?=\s*[=*]))"
    r"|(?P<partial>[∂δ])"
    r"|(?P<name>(?:\{[A-Za-z]{1,12}_?[A-Za-z]*\}|[^\W\d_]+)"
    r"(?:" + _MORE + r")*(?:[^\W_]*(?:" + _SUB + r"|_[^\W_]+)*)*)"
    r"|(?P<mark>\*\*|[-+*/^=()\[\]{},:;.|'⊙≈→⇒…?!])"
    r"|(?P<other>.)",
    re.DOTALL,
)  # fmt: skip


LONGEST_NAME = 200
"""Characters; several names run together are shorter, and taking them apart takes long."""


def key_of(spelled: str) -> str:
    """The identifier without underscores, braces and blanks; a layer above is kept in brackets."""
    label = ""
    both = re.search(_LABEL_NEXT, spelled)
    if both:
        layer = re.sub(r"\W|new|New", "", both.group())
        return key_of(f"{spelled[: both.start()]}^{{({layer})}}{spelled[both.end() :]}") + "new"
    raised = re.search(_NEXT, spelled) or re.search(r"\+$", spelled)
    if raised:
        return key_of(spelled[: raised.start()] + spelled[raised.end() :]) + "new"
    match = re.search(_LABEL, spelled)
    if match:
        label = "(" + re.sub(r"[^\w]", "", match.group()) + ")"
        spelled = spelled[: match.start()] + spelled[match.end() :]
    key = re.sub(r"[\s_{}\\,]", "", spelled)
    below = re.fullmatch(r"([A-Za-zθΘ])(new)?(\d+)(new)?", key) if label else None
    if below and (below[2] or below[4]):  # w_{12,new}^{(2)}
        return f"{below[1]}{below[3]}{label}new"
    return key + label


def tokens(text: Traced, known: frozenset[str] = frozenset()) -> list[Token]:
    """Cut a line up; `known` are the keys that the document itself defines."""
    found: list[Token] = []
    for match in _PIECES.finditer(text.text):
        kind = match.lastgroup or "other"
        start, end = match.span()
        piece = match.group()
        if kind == "space":
            continue
        if kind == "name" and piece in {"d", "D"} and text.text[end : end + 1] in {"(", "["}:
            found.append(Token("partial", "∂", start, end, piece))
        elif kind == "greek":
            found.append(Token("name", key_of(piece), start, end, piece))
        elif kind == "name":
            found.extend(_named(piece, start, end, known))
        else:
            found.append(Token(kind, piece, start, end, piece))  # type: ignore[arg-type]
    return [_letter(found, place) for place in range(len(found))]


def _letter(found: list[Token], place: int) -> Token:
    """A single letter, with or without a number, is a name beside an operator; among words it is a word."""
    token = found[place]
    if token.kind != "word" or not re.fullmatch(r"[A-Za-z]\d{0,2}", token.text):
        return token
    if _is_conjunction(found, place):
        return token
    beside = {found[near].text for near in (place - 1, place + 1) if 0 <= near < len(found)}
    following = found[place + 1].text if place + 1 < len(found) else ""
    if token.text == "e" and following in {"^", "**", "-"}:
        return token
    return token._replace(kind="name") if beside & _BESIDE else token


def _is_conjunction(found: list[Token], place: int) -> bool:
    """Whether a lone letter stands apart between what ends one formula and a ∂ that begins another: « … y ∂… »."""
    if not 0 < place < len(found) - 1 or len(found[place].text) > 1:
        return False
    before, this, after = found[place - 1 : place + 2]
    apart_ = before.end < this.start and this.end < after.start
    return apart_ and after.kind == "partial" and (before.kind in {"name", "number"} or before.text in {")", "]", "}"})


_BESIDE = frozenset("+-*/=^()[]{}|,∂") | {"**", "⊙"}


def _named(spelled: str, start: int, end: int, known: frozenset[str]) -> list[Token]:
    if len(spelled) > LONGEST_NAME:
        return [Token("word", spelled, start, end, spelled)]
    key = key_of(spelled)
    plain = spelled.strip("{} ")
    if plain in FUNCTIONS:
        return [Token("function", FUNCTIONS[plain], start, end, spelled)]
    if key in known:
        return [Token("name", key, start, end, spelled)]
    for sign in ("d", "D"):
        rest = key[1:]
        if key.startswith(sign) and rest and (rest in known or canonical(rest) or slipped(rest) or rest in FUNCTIONS):
            cut = start + spelled.index(sign) + 1
            return [
                Token("partial", "∂", start, cut, sign),
                *_named(spelled[cut - start :].lstrip("_"), cut, end, known),
            ]
    if _looks_like_a_name(key, spelled):
        return [Token("name", key, start, end, spelled)]
    right = slipped(key)
    if right:
        return [Token("name", key, start, end, spelled, "zero-for-o")]
    pieces = apart(key)
    if pieces:
        return [Token("name", piece, start, end, spelled) for piece in pieces]
    function = re.match(r"(σ|sigmoid|exp)_?", spelled)
    if function and function.end() < len(spelled):
        cut = start + function.end()
        return [
            Token("function", FUNCTIONS[function[1]], start, cut, function[1]),
            *_named(spelled[function.end() :], cut, end, known),
        ]
    return [Token("word", key, start, end, spelled)]


def _looks_like_a_name(key: str, spelled: str) -> bool:
    """Whether it is a quantity of some network and not a word of prose."""
    if canonical(key) is not None:
        return key not in {
            "error",
            "loss",
            "Error",
            "Loss",
            "cost",
            "C",
            "J",
            "n",
            "total",
            "rate",
            "learning",
        }
    if slipped(key) is not None:
        return False
    if key.endswith("new") and canonical(key[:-3]) is not None:
        return True
    return bool(re.search(r"[_^(]", spelled.strip())) and len(key) <= 24 and not _runs_together(key)


def _runs_together(key: str) -> bool:
    return apart(key) is not None

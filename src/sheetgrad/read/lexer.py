"""Plain-alphabet text cut into tokens: numbers, names, signs, words of prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.read.in_context import in_context
from sheetgrad.read.names import apart, canonical, slipped
from sheetgrad.read.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.read.traced import Traced

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
    r"|(?P<name>(?:\{[A-Za-z]{1,12}_?[A-Za-z]*\}|[^\W\d_δ]+)"
    r"(?:" + _MORE + r")*(?:[^\W_δ]*(?:" + _SUB + r"|_[^\W_]+)*)*)"
    r"|(?P<mark>\*\*|[-+*/^=()\[\]{},:;.|'⊙≈→⇒…?!<>])"
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
        elif kind == "name" and _BRACED.fullmatch(piece):
            inner = _named(piece[1:-1], start + 1, end - 1, known)
            found += [Token("mark", "{", start, start + 1, "{"), *inner, Token("mark", "}", end - 1, end, "}")]
        elif kind == "name":
            for one, first in _side_by_side(piece, known):
                found.extend(_named(one, start + first, start + first + len(one), known))
        else:
            found.append(Token(kind, piece, start, end, piece))  # type: ignore[arg-type]
    return in_context(found, known)


_JOINED = re.compile(r"[^\W\d_]+(?:\^\s*\{[^{}]*\})?_\s*\{[^{}]*\}(?:\^\s*\{[^{}]*\})?(?=[^\W\d_])(?!new|New|old)")


def _side_by_side(piece: str, known: frozenset[str]) -> Iterator[tuple[str, int]]:
    """`w_{ji}x_i` as its two names, each with where it begins."""
    match = None if key_of(piece) in known else _JOINED.match(piece)
    if match is None or not re.search(r"_", piece[match.end() :]):
        yield piece, 0
        return
    yield match.group(), 0
    for one, first in _side_by_side(piece[match.end() :], known):
        yield one, first + match.end()


_BRACED = re.compile(r"\{[^{}]*\}")


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

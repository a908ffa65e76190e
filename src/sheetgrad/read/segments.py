"""Runs of mathematics in a statement, and the equations in a run: prose and numbers of equations set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.read.folding import CLOSING, OPENING
from sheetgrad.read.statements import BOUNDARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.token import Token

_SEPARATES = {",", ";", "⇒", "→", ":", "?", "!", "≠", "<", ">"}
_INSIDE = {",", "<", ">"}
"""Signs that separate only outside brackets."""


def segments(made: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of mathematics between words, semicolons and commas outside brackets."""
    run: list[Token] = []
    depth = outside = 0  # brackets that are open, and those that begin with a word
    for place, token in enumerate(made):
        if token.text in CLOSING and not depth and outside:
            outside -= 1
            if run:
                yield run
            run = []
            continue
        if token.text in OPENING or token.text == "{":
            depth += 1
        elif token.text in CLOSING or token.text == "}":
            depth = max(0, depth - 1)
        if token.text == BOUNDARY:
            if run and ends_operand(run[-1]) and place + 1 < len(made) and _begins_operand(made[place + 1]):
                yield run
                run = []
            continue
        word = (token.kind == "word" and not _is_euler(made, place)) or token.kind == "other" or token.text == "…"
        apart = token.text in _SEPARATES and (depth == 0 or token.text not in _INSIDE)
        sentence = token.text == "." and token.kind == "mark"
        if word or apart or sentence:
            outside += bool(word and run and run[-1].text == "(")
            if run:
                yield run
            run = []
            if word:
                depth = 0
            continue
        run.append(token)
    if run:
        yield run


def ends_operand(token: Token) -> bool:
    """Whether a factor or a term may end with it."""
    return token.kind in {"name", "number"} or token.text in CLOSING


def _begins_operand(token: Token) -> bool:
    return token.kind in {"name", "number", "partial", "function", "frac"} or token.text in OPENING


def _is_euler(made: Sequence[Token], place: int) -> bool:
    following = made[place + 1].text if place + 1 < len(made) else ""
    return made[place].text == "e" and following in {"^", "**", "-"}


def chains(segment: list[Token]) -> Iterator[list[Token]]:
    """Several equations run together on one line are taken apart: `h1 = … h2 = …`, `… (η = 0.5)`."""
    trimmed = _trimmed(segment)
    if aside := _aside(trimmed):
        first, last = aside
        yield from chains(trimmed[:first])
        yield from chains(trimmed[first + 1 : last])
        yield from chains(trimmed[last + 1 :])
        return
    start = 0
    for place in range(2, len(trimmed) - 2):
        before, number, name, after = trimmed[place - 1 : place + 3]
        apart = before.text == after.text == "=" and number.kind == "number" and name.kind == "name"
        if apart and name.start > number.end:
            yield trimmed[start : place + 1]
            start = place + 1
    if trimmed[start:]:
        yield trimmed[start:]


def _aside(made: Sequence[Token]) -> tuple[int, int] | None:
    """Where a bracket opens and closes that holds an equation of its own."""
    open_: list[int] = []
    for place, token in enumerate(made):
        if token.text in OPENING:
            open_.append(place)
        elif token.text in CLOSING and open_:
            first = open_.pop()
            inside = made[first + 1 : place]
            own = sum(token.text == "=" for token in inside) and not any(token.text in OPENING for token in inside)
            if own and first > 1 and ends_operand(made[first - 1]) and made[first].start > made[first - 1].end:
                return first, place
    return None


_TAG = re.compile(r"^(?:\d{1,2}(?:\.\d)?|[ivx]{1,5}|[a-z])$")


def _trimmed(segment: list[Token]) -> list[Token]:
    """Without a number for the equation at its end, and dashes or stars round it."""
    made = list(segment)
    while made and made[0].text in {"*", "**", "+", "/", ")", "]", "'", "^", ","}:
        made.pop(0)
    while made and made[0].text == "-" and len(made) > 1 and made[1].text in {"-", "="}:
        made.pop(0)
    made = without_tag(made)
    while made and made[-1].text in {"*", "**", "-", "'", "/", "^", "+", ".", ",", "{", "(", "["}:
        made.pop()
    return made


def without_tag(made: list[Token]) -> list[Token]:
    """`… ---- (3)` and `… (3)` after blanks: the number of the equation."""
    if len(made) < 5 or made[-1].text not in CLOSING or made[-3].text not in OPENING or not _TAG.match(made[-2].text):
        return made
    gap = made[-3].start - made[-4].end
    dashes = made[-4].text in {"-", "*", "."}
    if gap < 2 and not dashes:
        return made
    made = made[:-3]
    while made and made[-1].text in {"-", ".", "*"}:
        made.pop()
    return made

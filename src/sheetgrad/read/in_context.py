"""What a token is by what stands beside it: a letter, the d of a derivative, a δ, the arguments of a loss."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.read.names import canonical
from sheetgrad.read.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator


def in_context(found: list[Token], known: frozenset[str]) -> list[Token]:
    """The tokens of a line, each as its neighbours have it; `known` are the keys that the document defines."""
    found = list(_below(found))
    found = [_letter(found, place) for place in range(len(found))]
    found = [_beside_a_letter(found, place) for place in range(len(found))]
    return _error_signals(list(_without_arguments(found)), known)


_DIFFERENTIAL = re.compile(r"[dD]([^\W\d_]{1,6}\d{0,3})")


def _below(found: list[Token]) -> Iterator[Token]:
    """The d of `dv1` where it stands below a derivative sign: dL/dv1."""
    for place, token in enumerate(found):
        match = _DIFFERENTIAL.fullmatch(token.text) if token.kind == "word" else None
        if match is None or not _over(found, place):
            yield token
            continue
        cut = token.start + 1
        yield Token("partial", "∂", token.start, cut, token.spelled[:1])
        yield Token("name", match[1], cut, token.end, token.spelled[1:])


def _over(found: list[Token], place: int) -> bool:
    """Whether a derivative sign stands over the stroke before this place."""
    if place < 3:
        return False
    if found[place - 1].text == "/":
        return found[place - 3].kind == "partial"
    if (found[place - 2].text, found[place - 1].text) != ("}", "{"):
        return False
    opening = next((n for n in range(place - 3, max(place - 12, -1), -1) if found[n].text == "{"), None)
    return opening is not None and found[opening + 1].kind == "partial" and found[opening - 1].kind == "frac"


def _error_signals(found: list[Token], known: frozenset[str]) -> list[Token]:
    """δo1 as one name where the document defines it; over or under a stroke it is a derivative sign."""
    made: list[Token] = []
    place = 0
    while place < len(found):
        token, following = found[place], found[place + 1] if place + 1 < len(found) else None
        key = f"δ{following.text}" if following is not None else ""
        if token.text == "δ" and token.kind == "partial" and following is not None and key in known:
            before = found[place - 1].text if place else ""
            after = found[place + 2].text if place + 2 < len(found) else ""
            if following.start == token.end and "/" not in {before, after} and (before, after) != ("{", "}"):
                whole = token.spelled + following.spelled
                made.append(Token("name", key, token.start, following.end, whole))
                place += 2
                continue
        made.append(token)
        place += 1
    return made


def _letter(found: list[Token], place: int) -> Token:
    """A single letter, with or without a number, is a name beside an operator; among words it is a word."""
    token = found[place]
    if token.kind != "word" or not re.fullmatch(r"[^\W\d_]\d{0,2}", token.text):
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


def _beside_a_letter(found: list[Token], place: int) -> Token:
    """The v of `p = m v`: a letter straight after a name of one letter is a factor, unless it is an article."""
    token = found[place]
    before = found[place - 1] if place else None
    if token.kind != "word" or before is None or not re.fullmatch(r"[b-zB-HJ-Z]", token.text):
        return token
    after_letter = before.kind == "name" and len(before.text) == 1 and token.start == before.end + 1
    return token._replace(kind="name") if after_letter else token


def _without_arguments(found: list[Token]) -> Iterator[Token]:
    """J(θ) and L(ŷ, y) are J and L: what a loss depends on is no factor."""
    place = 0
    while place < len(found):
        yield found[place]
        place = _behind_arguments(found, place + 1)


def _behind_arguments(found: list[Token], place: int) -> int:
    """The place after `(θ, b)` behind a loss; the same place where there is nothing of the kind."""
    token = found[place - 1]
    if token.kind != "name" or canonical(token.text) != "E_total" or place >= len(found):
        return place
    if found[place].text != "(" or found[place].start != token.end:
        return place
    for end in range(place + 1, min(len(found), place + MOST_ARGUMENTS)):
        inner = found[end]
        if inner.text == ")":
            return end + 1 if end > place + 1 else place
        separates = (end - place) % 2 == 0
        if inner.text not in {",", ";"} if separates else inner.kind not in {"name", "word"}:
            return place
    return place


MOST_ARGUMENTS = 16

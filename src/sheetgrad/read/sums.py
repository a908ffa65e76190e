"""Sums over an index, as tokens: how far the summand goes, and the terms written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.folding import CLOSING, OPENING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.token import Token


def body_end(made: Sequence[Token], start: int) -> int:
    """Where the summand ends: at a plus, a minus or an equals sign outside brackets, or at a closing bracket."""
    depth = 0
    for place in range(start, len(made)):
        text = made[place].text
        depth += (text in OPENING or text == "{") - (text in CLOSING or text == "}")
        if depth < 0 or (depth == 0 and place > start and text in {"+", "-", "=", ","}):
            return place
    return len(made)


def summed(terms: list[list[Token]], body: Sequence[Token]) -> Iterator[Token]:
    """The terms in brackets, with plus signs between them; all stand where the summand stands."""
    near = body[0]._replace(kind="mark", note="")
    yield near._replace(text="(", spelled="(", end=near.start)
    for number, term in enumerate(terms):
        if number:
            yield near._replace(text="+", spelled="+", end=near.start)
        yield near._replace(text="(", spelled="(", end=near.start)
        yield from term
        yield near._replace(text=")", spelled=")", start=body[-1].end, end=body[-1].end)
    yield near._replace(text=")", spelled=")", start=body[-1].end, end=body[-1].end)

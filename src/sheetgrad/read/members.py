"""One side of an equality: its tokens, where they stand, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.read.folding import Slip, Unreadable, folded
from sheetgrad.read.grammar import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.expr import Expr
    from sheetgrad.read.statements import Piece
    from sheetgrad.read.token import Token

MOST_KEPT = 20_000
_READ: dict[tuple[tuple[str, str, str], ...], Expr] = {}
"""What sides of the text at hand were read as: the same side often stands in many lines."""


def forget() -> None:
    """Begin with a new text."""
    _READ.clear()


@dataclass(frozen=True, slots=True)
class Member:
    """One side: its tokens, what they mean (None where unread, with the reason), and what was mended."""

    tokens: tuple[Token, ...]
    spelled: str
    offset: int
    value: Expr | None
    reason: str = ""
    slips: tuple[Slip, ...] = ()
    end: int = 0
    """Where it ends in the source."""
    raw: str = ""
    """The text that the tokens were cut from; `tokens[0]` begins it."""
    goes_on: bool = False
    """Whether it stands on a new line that begins with `=`."""


def member(side: list[Token], piece: Piece) -> Member:
    """A side of an equality, read."""
    raw = piece.text.text[side[0].start : side[-1].end]
    spelled = " ".join(raw.split())
    offset = piece.text.at[side[0].start]
    end = _end(piece.text.at, side[-1].end)
    key = tuple((token.kind, token.text, token.note) for token in side)
    if key in _READ:
        return Member(tuple(side), spelled, offset, _READ[key], end=end, raw=raw)
    balanced = _without_loose_braces(side)
    try:
        reader = Reader(folded(balanced))
        value = reader.read()
        if not reader.slips and len(_READ) < MOST_KEPT:
            _READ[key] = value
        return Member(tuple(side), spelled, offset, value, slips=tuple(reader.slips), end=end, raw=raw)
    except Unreadable as unread:
        return Member(tuple(side), spelled, offset, None, unread.reason, end=end, raw=raw)
    except RecursionError:
        return Member(tuple(side), spelled, offset, None, "brackets are nested too deep", end=end, raw=raw)


def _end(at: Sequence[int], end: int) -> int:
    """Where in the source a stretch of the text ends: before the next character, if that is near."""
    last = at[end - 1]
    following = at[end] if end < len(at) else 0
    return following if last < following <= last + LONGEST_CHARACTER else last + 1


LONGEST_CHARACTER = 9
"""As long as one character can be in a source: %E2%88%82."""


def _without_loose_braces(side: list[Token]) -> list[Token]:
    """Braces whose partner stands on the other side of `=` (as `{ a = b }`) are invisible."""
    open_: list[int] = []
    loose: set[int] = set()
    for place, token in enumerate(side):
        if token.text == "{":
            open_.append(place)
        elif token.text == "}":
            if open_:
                open_.pop()
            else:
                loose.add(place)
    loose.update(open_)
    return [token for place, token in enumerate(side) if place not in loose]

"""Tokens with the groups that belong together: fractions, roots and exponents; all other braces are invisible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.read.token import Token


OPENING = {"(": ")", "[": "]"}


CLOSING = {")": "(", "]": "["}


class Unreadable(Exception):  # noqa: N818 -- it is no error of the caller: it becomes the verdict `unread`
    """What stands here is not a formula we can read; `token` is where it stopped."""

    def __init__(self, reason: str, token: Token | None = None) -> None:
        """Keep the reason and the place."""
        super().__init__(reason)
        self.reason, self.token = reason, token


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that had to be mended to read a formula: its code, and how it was read."""

    code: str
    words: str
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Tokens in braces that belong together: the two parts of a fraction, or an exponent."""

    kind: str
    parts: tuple[tuple[Piece, ...], ...]
    token: Token


Piece: TypeAlias = "Token | Group"


def folded(tokens: Sequence[Token]) -> tuple[Piece, ...]:
    """Fractions, roots and exponents with their groups; all other braces are invisible and go."""
    pieces: list[Piece] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind in {"frac", "sqrt"} or (token.text in {"^", "**"} and _is(tokens, place + 1, "{")):
            count = 2 if token.kind == "frac" else 1
            kind = "power" if token.text in {"^", "**"} else token.kind
            parts, place = _groups(tokens, place + 1, count, token)
            pieces.append(Group(kind, parts, token))
        else:
            if token.text not in {"{", "}"}:
                pieces.append(token)
            place += 1
    return tuple(pieces)


def _is(tokens: Sequence[Token], place: int, text: str) -> bool:
    return place < len(tokens) and tokens[place].text == text


def _groups(tokens: Sequence[Token], place: int, count: int, owner: Token) -> tuple[tuple[tuple[Piece, ...], ...], int]:
    parts = []
    for _ in range(count):
        if not _is(tokens, place, "{"):
            if place >= len(tokens):
                reason = "a fraction without its parts"
                raise Unreadable(reason, owner)
            parts.append(folded(tokens[place : place + 1]))
            place += 1
            continue
        depth, end = 0, place
        while end < len(tokens):
            depth += {"{": 1, "}": -1}.get(tokens[end].text, 0)
            if depth == 0:
                break
            end += 1
        else:
            reason = "a brace is opened and not closed"
            raise Unreadable(reason, tokens[place])
        parts.append(folded(tokens[place + 1 : end]))
        place = end + 1
    return tuple(parts), place

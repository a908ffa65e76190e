"""One edit of somebody's own words, and what its tokens are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sheetgrad.read.token import Token

MOST_NAMES = 400
"""Quantities that are tried in a place; more than that are not written by hand."""


class Edit(NamedTuple):
    """One way to change a member: its code, the tokens that would stand there, and what changed."""

    code: str
    tokens: tuple[Token, ...]
    was: str
    now: str


def mark(text: str, near: Token) -> Token:
    """A sign, standing where another token stands."""
    return near._replace(kind="mark", text=text, spelled=text, note="")


def is_operand(token: Token) -> bool:
    """Whether a sign may follow it as the second of two operands."""
    return token.kind in {"name", "number"}


def words(tokens: tuple[Token, ...]) -> str:
    """The tokens as the author spells them."""
    return " ".join(token.spelled or token.text for token in tokens)

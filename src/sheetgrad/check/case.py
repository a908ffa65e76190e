"""A false equality with what is known of it, and what is said of it in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.network import named
from sheetgrad.expr import Partial, Ref

if TYPE_CHECKING:
    from sheetgrad.check.judge import Judge
    from sheetgrad.check.network import Network
    from sheetgrad.check.pairs import Pair, Side
    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Claim


class Repair(NamedTuple):
    """What is wrong, and what would be right."""

    code: str
    expected: str
    message: str


def sentence(words: str) -> str:
    """Words as a sentence; a name at the beginning keeps its letters."""
    first = words.split(" ", 1)[0]
    start = words[:1].upper() if first.isalpha() and first.isascii() and len(first) > 1 else words[:1]
    return start + words[1:] + ("." if words and not words.endswith(".") else "")


class Case(NamedTuple):
    """What the search for a repair looks at."""

    claim: Claim
    pair: Pair
    judge: Judge
    wrong: Side
    wanted: Values

    @property
    def network(self) -> Network:
        """What it was judged against."""
        return self.judge.network

    @property
    def target(self) -> Partial | None:
        """The derivative that the wrong side should be, where one side is a derivative."""
        sides = [side.node for side in (self.pair.left, self.pair.right) if side is not self.wrong]
        members = [member.value for member in self.claim.members if member is not self.wrong.member]
        for node in (*sides, *(named(value, self.network) for value in members if value is not None)):
            if isinstance(node, Partial) and isinstance(node.of, Ref):
                return node
        return None

"""One equality under judgement: its two sides, and the verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.check.network import all_references
from sheetgrad.check.points import has_partial
from sheetgrad.expr import Expr, Partial, Ref

if TYPE_CHECKING:
    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Member
    from sheetgrad.read.folding import Slip


NEW = re.compile(r"^(?:new|New|updated)_?(.+)$|^(.+?)_?(?:new|New|NEW|updated|\+)$")


@dataclass
class Side:
    """A member under the network's names, with its values; `reason` says why there are none."""

    member: Member
    node: Expr | None = None
    values: Values | None = None
    reason: str = ""
    slips: tuple[Slip, ...] = ()


@dataclass
class Pair:
    """One equality: the verdict, which side is blamed, and why."""

    left: Side
    right: Side
    verdict: Verdict
    blamed: Side | None = None
    reason: str = ""
    slips: tuple[Slip, ...] = ()


def is_change(node: Expr | None) -> bool:
    """Whether a rate or a derivative stands in it: then it says what becomes of a weight."""
    return node is None or has_partial(node) or any(use.symbol.name == "eta" for use in all_references(node))


def has_fraction(member: Member) -> bool:
    """Whether the number is written with decimals."""
    return any("." in token.text and len(token.text) > 3 for token in member.tokens)


def is_exact(node: Expr | None) -> bool:
    """Whether its value is known beyond doubt: a quantity, or a derivative of one quantity by another."""
    match node:
        case Ref():
            return True
        case Partial(of=of):
            return isinstance(of, Ref)
        case _:
            return False

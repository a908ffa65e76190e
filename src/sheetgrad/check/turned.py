"""The two indices of a weight in the other order: w_ij where the forward part has w_ji."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.check.network import Network, all_references, renamed
from sheetgrad.check.points import UnknownNameError
from sheetgrad.expr import Expr, Ref, Symbol
from sheetgrad.read.folding import Slip

if TYPE_CHECKING:
    from sheetgrad.check.pairs import Side

_TWO = re.compile(r"([^\W\d]+)(\d)(\d)(\(\w\))?")


def turned(left: Side, right: Side, network: Network) -> Slip | None:
    """What is to be said where both sides agree once the indices of one family are exchanged all along the line."""
    if left.node is None or right.node is None:
        return None
    for base in sorted({match[1] for node in (left.node, right.node) for match in _pairs_of(node)}):
        try:
            values = [network.points.value(_with_turned(node, base)) for node in (left.node, right.node)]
        except UnknownNameError:
            continue
        if network.points.close(*values):
            return Slip("index-order", f"the indices of {base} stand in the other order than in the forward part")
    return None


def _pairs_of(node: Expr) -> list[re.Match[str]]:
    """The names with two indices."""
    return [match for use in all_references(node) if (match := _TWO.fullmatch(use.symbol.name))]


def _with_turned(node: Expr, base: str) -> Expr:
    """With the two indices of one family in the other order."""
    exchanged: dict[Expr, Expr] = {}
    for use in all_references(node):
        match = _TWO.fullmatch(use.symbol.name)
        if match is not None and match[1] == base:
            exchanged[use] = Ref(Symbol(f"{base}{match[3]}{match[2]}{match[4] or ''}"))
    return renamed(node, exchanged)

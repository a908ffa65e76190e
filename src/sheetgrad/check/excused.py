"""Why an equality that does not hold is not to be called false: it is no law, or not all of it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.context import taken_back
from sheetgrad.check.network import all_references
from sheetgrad.check.pairs import is_change
from sheetgrad.expr import Ref
from sheetgrad.read.arithmetic import derivatives

if TYPE_CHECKING:
    from sheetgrad.check.judge import Judge
    from sheetgrad.check.pairs import Pair
    from sheetgrad.read.claims import Claim


def excused(judge: Judge, claim: Claim, pair: Pair) -> str:
    """The reason; empty where there is none."""
    return taken_back(claim.doubt, judge.network) or _assumed(judge, pair) or _cut_off(judge, pair)


def _assumed(judge: Judge, pair: Pair) -> str:
    """What is free to choose set to something: a case, no law. So is w1 = w2, a_o1 = t1, or w1 = 3*w2."""
    nodes = (pair.left.node, pair.right.node)
    first = pair.left.node
    if isinstance(first, Ref) and first.symbol.name in judge.network.leaves and not is_change(pair.right.node):
        return f"{judge.spelled(first.symbol.name)} is free to choose"
    keys = [node.symbol.name for node in nodes if isinstance(node, Ref)]
    free = [key for key in keys if key in judge.network.leaves]
    return "it is a case that is looked at" if len(keys) == len(nodes) and free else ""


def _cut_off(judge: Judge, pair: Pair) -> str:
    """A derivative through a quantity whose own equation was not read."""
    found = [part.of for side in (pair.left, pair.right) if side.node is not None for part in derivatives(side.node)]
    above = {use.symbol.name for of in found for use in all_references(of)}
    for key in sorted(judge.lost):
        if any(key == name or judge.network.feeds(key, name) for name in above):
            return f"what {judge.spelled(key)} is made from could not be read"
    return ""

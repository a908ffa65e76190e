"""Weight decay in a gradient: `dW + λW`, where the loss has no penalty of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_moves import fitted

if TYPE_CHECKING:
    from sheetgrad.check.code_points import CodePoints
    from sheetgrad.read.python.tape import Node


class Decayed(NamedTuple):
    """A gradient that is `factor` times the derivative plus `decay` times the weight."""

    factor: float
    decay: float


def decayed(points: CodePoints, loss: Node, node: Node, target: Node) -> Decayed | None:
    """The two numbers; None where it is no such sum, or where the loss punishes large weights itself."""
    import numpy as np

    if node.value.size != target.value.size or not target.name or penalised(points, loss, target):
        return None
    exact, weight = points.slope(loss, target), points.plain(target)
    made = points.claimed(node)
    columns = [np.concatenate([np.ravel(value) for value in values]) for values in (exact, weight, made)]
    if columns[0].size <= 2:
        return None
    found = fitted(columns[:2], columns[2])
    if found is None or not all(found):
        return None
    return Decayed(*found)


def penalised(points: CodePoints, loss: Node, target: Node) -> bool:
    """Whether the loss is made from something that is made from this weight alone."""
    leaves = 0
    for place in points.tape.leaves:
        leaves |= 1 << place
    own = 1 << target.place
    return any(
        loss.made_from(node)
        and node.uses & leaves == own
        and node.operation in {"square", "power", "multiply", "absolute"}
        for node in points.tape.between(target, loss)
    )

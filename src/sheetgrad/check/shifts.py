"""Largest values that are subtracted only against overflow: the loss does not depend on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import Call, Ref, Symbol

if TYPE_CHECKING:
    from sheetgrad.check.points import Points

SMALL = 1e-9
"""Of a slope that is zero but for rounding."""


def shifts(points: Points) -> list[str]:
    """Those of a network; they are held fixed in every derivative, as everybody does: no gradient changes."""
    definitions = points.definitions
    largest = [key for key, one in definitions.items() if isinstance(one, Call) and one.function == "max"]
    if not largest:
        return []
    loss = Ref(Symbol(_made_from_most(points)))
    return [key for key in largest if points.vanishes(points.derivative(loss, Ref(Symbol(key))))]


def _made_from_most(points: Points) -> str:
    """The quantity that most others go into, the last of several."""
    below: dict[str, set[str]] = {}
    for key in points.definitions:
        uses = points.uses(key)
        below[key] = set(uses).union(*(below.get(use, set()) for use in uses))
    return max(reversed(below), key=lambda key: len(below[key]))

"""Where the slope of a model jumps: how far every relu, max and |x| is from its kink."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.expr import Call, Expr, Number, Ref, Symbol, children, free_indices
from sheetgrad.functions import FUNCTIONS
from sheetgrad.model import Equation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.model import Model


def with_kinks(model: Model) -> tuple[Model, tuple[Ref, ...]]:
    """The model with one more equation for each use of a function that has a kink: its distance from it."""
    distances = dict.fromkeys(
        distance for equation in model.equations for distance in _distances(equation.value) if _is_free(distance)
    )
    made = []
    for number, distance in enumerate(distances, start=1):
        axes = tuple(sorted(free_indices(distance), key=lambda axis: (axis.name, axis.copy)))
        made.append(Equation(Symbol("kink", number, axes).whole, distance))
    targets = tuple(equation.target for equation in made if isinstance(equation.target, Ref))
    return replace(model, equations=(*model.equations, *made), checked=True), targets


def _distances(value: Expr) -> Iterator[Expr]:
    """What is 0 at the kink, for every function with one; what is held has no slope to jump."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            if node.function == "held":
                continue
            for kink in FUNCTIONS[node.function].kinks:
                first, *others = node.arguments
                yield first - (others[0] if others else Number(kink))
        stack.extend(children(node))


def _is_free(distance: Expr) -> bool:
    return not isinstance(distance, Number)

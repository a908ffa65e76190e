"""Losses: one term for every output, added up (or averaged) to the whole.

Each says which activations its outputs may have, and why no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from sheetgrad.expr import HALF, Expr, log
from sheetgrad.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ANY = (*(name for name, function in FUNCTIONS.items() if function.activation), "softmax")


class Loss(NamedTuple):
    """`E[k] = term(t[k], y[k])`, and the whole is the `reduce` of the terms."""

    name: str
    title: str
    term: Callable[[Expr, Expr], Expr]
    reduce: Literal["sum", "mean"] = "sum"
    outputs: tuple[str, ...] = ANY
    """Activations that the last layer may have."""
    why: str = ""
    """Why no other."""
    targets: Literal["any", "in [0, 1]", "sums to 1"] = "any"
    """What every row of targets must be."""


LOSSES: Mapping[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss("half_squared_error", "half the squared error", lambda t, y: HALF * (t - y) ** 2),
        Loss("squared_error", "the squared error", lambda t, y: (t - y) ** 2),
        Loss("mean_squared_error", "the mean squared error", lambda t, y: (t - y) ** 2, reduce="mean"),
        Loss(
            "binary_cross_entropy",
            "the binary cross-entropy",
            lambda t, y: -(t * log(y) + (1 - t) * log(1 - y)),
            outputs=("sigmoid",),
            why="it takes the logarithm of y and of 1 - y, so every output must lie between 0 and 1 on its own",
            targets="in [0, 1]",
        ),
        Loss(
            "cross_entropy",
            "the cross-entropy",
            lambda t, y: -(t * log(y)),
            outputs=("softmax",),
            why="it compares two distributions, so the outputs must be positive and sum to 1",
            targets="sums to 1",
        ),
    )
}

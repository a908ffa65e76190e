"""A learning rate that is too large: the loss rises, or sticks where nothing has been learnt."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sheetgrad.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.setup import Setup

RATES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
STEPS = 30
RISES = 1.01
"""From one step to the next the loss grows by at least a hundredth."""
STUCK = 0.5
"""Of the loss at the start: so much is left where training sticks."""
STILL = 1e-4


def rate_that_is_too_large(setup: Setup) -> float | None:
    """The smallest of a few learning rates at which the loss rises or sticks; None where none does.

    With the numbers of the class there is none: its outputs saturate close to their targets.

    >>> import sheetgrad
    >>> rate_that_is_too_large(sheetgrad.load("class")) is None
    True
    """
    from sheetgrad import engine

    for rate in RATES:
        try:
            losses = engine.train(setup, steps=STEPS, rate=rate, losses=True).losses or ()
        except DivergedError:
            return rate
        if rises(losses) or sticks(losses):
            return rate
    return None


def rises(losses: Sequence[float]) -> bool:
    """Whether the loss grows clearly in some step."""
    return any(after > before * RISES for before, after in pairwise(losses))


def sticks(losses: Sequence[float]) -> bool:
    """Whether most of the loss is left and it no longer falls."""
    half = len(losses) // 2
    return losses[-1] > STUCK * losses[0] and abs(losses[-1] - losses[half]) <= STILL * losses[0]

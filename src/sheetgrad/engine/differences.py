"""Central finite differences with a study of the step size: the judge that needs nothing but the forward part.

For a step h the central difference D(h) = (f(w + h) - f(w - h)) / 2h is wrong
by about h² f'''/6, and (4 D(h/2) - D(h)) / 3 by about h⁴ (Richardson, 1911);
rounding adds about 1e-16 |f| / h. So h is halved again and again, and for every
parameter that h is taken at which the neighbouring estimates agree best. The
gradient under judgement plays no part in the choice.
"""

from __future__ import annotations

from itertools import pairwise
from math import isfinite
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.engine.case import Case
    from sheetgrad.engine.task import State

MOST = ((10_000, 200), (10**12, 50))
"""Up to so many parameters, so many are judged; of more, a seeded sample of so many."""
HALVINGS = range(2, 18)
"""h is 2 to the minus so much, times the size of the parameter where that is above 1."""
FEWEST = 3
"""Estimates without which there is nothing to compare."""


class Estimate(NamedTuple):
    """An estimate of one slope from the steps h and h / 2."""

    h: float
    slope: float


class Study(NamedTuple):
    """One parameter: every estimate, and the one that was taken."""

    place: int
    estimates: tuple[Estimate, ...]
    """From the largest h to the smallest; those that cross a kink are left out."""
    chosen: Estimate | None
    spread: float
    """How far the neighbours of the chosen one are from it: how sure it is."""
    kinked: bool
    """Whether some step crossed a kink."""


def studies(case: Case) -> list[Study]:
    """A study for every parameter, or for a sample of them."""
    places = range(len(case.parameters))
    most = next(judged for limit, judged in MOST if len(places) <= limit)
    if len(places) > most:
        places = sorted(Random(case.setup.seed).sample(places, most))  # type: ignore[assignment]  # noqa: S311 -- a list of places is as good; no secrets
    start = case.loss(case.parameters)
    moving = case.movable()
    return [_study(case.loss, moving, start, place) for place in places]


def _study(loss: Callable[[State], list[float]], parameters: State, start: Sequence[float], place: int) -> Study:
    scale = max(1.0, abs(float(parameters[place])))
    steps = [scale * 0.5**halvings for halvings in HALVINGS]
    slopes = {h: _central(loss, parameters, place, h, start) for h in steps}
    estimates = []
    for h, half in pairwise(steps):
        wide, narrow = slopes[h], slopes[half]
        if wide is not None and narrow is not None:
            estimates.append(Estimate(h, (4 * narrow - wide) / 3))
    chosen, spread = _chosen(estimates)
    return Study(place, tuple(estimates), chosen, spread, kinked=None in slopes.values())


def _central(
    loss: Callable[[State], list[float]],
    parameters: State,
    place: int,
    h: float,
    start: Sequence[float],
) -> float | None:
    """The central difference; None where the way from w - h to w + h crosses a kink or leaves the numbers."""
    middle = float(parameters[place])
    parameters[place] = middle + h
    above = loss(parameters)
    parameters[place] = middle - h
    below = loss(parameters)
    parameters[place] = middle
    slope = (above[0] - below[0]) / ((middle + h) - (middle - h))
    crossed = any(_crosses(*sides) for sides in zip(start[1:], above[1:], below[1:], strict=True))
    return None if crossed or not isfinite(slope) else slope


def _crosses(middle: float, above: float, below: float) -> bool:
    """Whether the distance from a kink changes sign, or starts at 0 and leaves it."""
    if middle == 0:
        return above != 0 or below != 0
    return middle * above <= 0 or middle * below <= 0


def _chosen(estimates: Sequence[Estimate]) -> tuple[Estimate | None, float]:
    """The estimate nearest to its two neighbours, and how far the farther one is."""
    if len(estimates) < FEWEST:
        return None, float("inf")
    spreads: Mapping[int, float] = {
        place: max(abs(estimates[place].slope - estimates[place + side].slope) for side in (-1, 1))
        for place in range(1, len(estimates) - 1)
    }
    best = min(spreads, key=spreads.__getitem__)
    return estimates[best], spreads[best]

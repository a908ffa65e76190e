"""Where each network of a sweep starts: the same for the same seed and number, whatever else is swept.

Start 0 of the setup's own seed is what the setup says. All others draw the
weights evenly between −bound and +bound, as the network's initialisation says;
biases of layers start where the setup has them. Parameters of equations are drawn
between −1 and 1. A scale multiplies what can be drawn.

The draws come from Philox (Salmon, Moraes, Dror and Shaw, Parallel random numbers:
as easy as 1, 2, 3, SC 2011), which gives the numbers of any start without those
before it.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from sheetgrad.catalog.initialisations import INITIALISATIONS
from sheetgrad.engine.task import starting_state

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from sheetgrad.expr import Symbol
    from sheetgrad.setup import Setup
    from sheetgrad.sweep.plan import Plan

DRAWS = 4
"""Numbers that Philox gives at a time."""


def bounds(setup: Setup) -> list[float]:
    """How far from 0 each parameter may start, in the flat order; 0 for those that are not drawn."""
    layers = setup.origin.get("layers", ())
    ways = [layer.get("initialisation") or setup.origin.get("initialisation") or "xavier" for layer in layers]
    return [bound for symbol in setup.model.parameters for bound in [_bound(symbol, ways)] * prod(symbol.shape)]


def _bound(symbol: Symbol, ways: list[str]) -> float:
    if len(symbol.shape) < 2:  # noqa: PLR2004 -- weights have two axes
        return 0.0 if ways else 1.0
    way = ways[symbol.layer - 1] if 0 < symbol.layer <= len(ways) else "xavier"
    return INITIALISATIONS[way].bound(symbol.shape[-1], symbol.shape[-2])


def states(plan: Plan, networks: range) -> npt.NDArray[np.float64]:
    """The starting states of some networks in a row, of shape (S, networks)."""
    import numpy as np

    setup = plan.setup
    own = np.array(starting_state(setup, plan.program))
    reach = np.array(bounds(setup))
    table = np.repeat(own[:, None], len(networks), axis=1)
    count, place = len(reach), 0
    while place < len(networks):
        group, within = divmod(networks[place], plan.width)
        seed, start = divmod(within, plan.starts)
        size = min(plan.starts - start, len(networks) - place)
        part = table[:count, place : place + size]
        _draw(part, reach, plan.seeds[seed], range(start, start + size), keep_first=plan.seeds[seed] == setup.seed)
        scale = plan.scales[group % len(plan.scales)]
        if scale != 1:
            part[reach > 0] *= scale
        place += size
    return table


def _draw(
    part: npt.NDArray[np.float64], reach: npt.NDArray[np.float64], seed: int, starts: range, *, keep_first: bool
) -> None:
    """Put drawn numbers over the parameters that have a bound."""
    import numpy as np

    width = -(-len(reach) // DRAWS) * DRAWS
    generator = np.random.Philox(key=seed)
    generator.advance(starts[0] * width // DRAWS)
    raw = generator.random_raw(len(starts) * width).reshape(len(starts), width)[:, : len(reach)]
    even = (raw >> np.uint64(11)) * 2.0**-53
    drawn = (reach * (2 * even - 1)).T
    first = 1 if keep_first and starts[0] == 0 else 0
    drawable = reach > 0
    part[drawable, first:] = drawn[drawable, first:]

"""Some networks of a sweep: the one function that computes them, here and on a cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.engine.lanes import run_lanes
from sheetgrad.engine.schedule import is_fixed
from sheetgrad.sweep.plan import LEVELS
from sheetgrad.sweep.starts import states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.sweep.plan import Plan

ROOM = 64 * 2**20
"""Bytes of losses that are looked at together."""
NEVER = -1


class Block(NamedTuple):
    """What came of some networks; N of them."""

    final: npt.NDArray[np.float64]
    """The loss over all samples at the end; infinity where it is not a number. Shape (N,)."""
    diverged: npt.NDArray[np.int64]
    """The step at which each diverged, or -1. Shape (N,)."""
    reached: npt.NDArray[np.int64]
    """The step at which each was first seen at or below the threshold, or -1. Shape (N,), or (0,) without one."""
    losses: npt.NDArray[np.float64]
    """Of every kept step, shape (rows, N); or of every group the quantiles, shape (groups, rows, levels)."""


def computed(plan: Plan, number: int, progress: Callable[[float], object] | None = None) -> Block:
    """All networks of one block; `progress` is told the share that is done."""
    import numpy as np

    networks = plan.bounds(number)
    parts, done = [], 0
    for piece in _pieces(plan, networks):
        before = done

        def tell(step: int, steps: int, size: int = len(piece), before: int = before) -> None:
            if progress is not None:
                progress((before + size * step / max(1, steps)) / len(networks))

        parts.append(_part(plan, piece, tell))
        done += len(piece)
    losses = np.concatenate([part.losses for part in parts], axis=1)
    if plan.asked.quantiles:
        losses = _quantiles(losses, plan.width)
    return Block(
        np.concatenate([part.final for part in parts]),
        np.concatenate([part.diverged for part in parts]),
        np.concatenate([part.reached for part in parts]),
        losses,
    )


def _pieces(plan: Plan, networks: range) -> Iterator[range]:
    """Networks that are run together: whose losses fit into the room, and that share the order of samples."""
    most = max(1, ROOM // (8 * max(1, len(plan.looked_steps))))
    shuffled = len(plan.seeds) > 1 and not is_fixed(plan.setup)
    start = networks.start
    while start < networks.stop:
        stop = min(networks.stop, start + most)
        if shuffled:
            stop = min(stop, (start // plan.starts + 1) * plan.starts)
        yield range(start, stop)
        start = stop


def _part(plan: Plan, networks: range, tell: Callable[[int, int], object]) -> Block:
    import numpy as np

    seed = plan.seeds[networks[0] % plan.width // plan.starts]
    setup = replace(plan.setup, seed=seed)
    rates = np.arange(networks.start, networks.stop) // (plan.width * len(plan.scales))
    done = run_lanes(
        setup,
        states(plan, networks),
        np.array(plan.rates)[rates],
        steps=plan.steps,
        every=plan.every,
        crew=plan.crew,
        progress=tell,
    )
    threshold = plan.asked.threshold
    reached = np.empty(0, dtype=np.int64)
    if threshold is not None:
        met = done.losses <= threshold
        reached = np.where(met.any(axis=0), met.argmax(axis=0) * plan.every, NEVER)
    losses = done.losses if plan.asked.every else done.losses[:0]
    return Block(_or_infinity(done.final), done.diverged, reached, _or_infinity(losses))


def _or_infinity(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same with infinity for what is not a number, so that it stands at the end of every order."""
    import numpy as np

    return np.where(np.isnan(values), np.inf, values)


def _quantiles(losses: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """The quantiles over every group, shape (groups, rows, levels)."""
    return quantiles(losses.reshape(len(losses), -1, width)).transpose(2, 1, 0)


def quantiles(values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.float64]:
    """The quantiles over the last axis; first axis the levels. Each is one of the values, so infinity does no harm.

    `counts` is how many of the smallest values count, all of them unless given.

    >>> import numpy as np
    >>> quantiles(np.array([[3.0, 1.0, 2.0], [5.0, 5.0, np.inf]]))[2].tolist()
    [2.0, 5.0]
    """
    import numpy as np

    ordered = np.sort(values, axis=-1)
    number = np.full(values.shape[:-1], values.shape[-1]) if counts is None else counts
    places = [np.maximum(np.ceil(level * number).astype(np.int64) - 1, 0) for level in LEVELS]
    return np.stack([np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0] for place in places])

"""Which samples each step uses: a table of update modes, one generator each."""

from __future__ import annotations

from array import array
from itertools import groupby, islice
from typing import TYPE_CHECKING

from sheetgrad.engine.tape import is_built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.engine.task import Batch
    from sheetgrad.setup import Setup, Update


def _in_order(setup: Setup) -> Iterator[Batch]:
    """One sample after the other, again and again."""
    singles = [(sample,) for sample in range(setup.sample_count)]
    while True:
        yield from singles


def _shuffled(setup: Setup) -> Iterator[Batch]:
    """Every sample once in a new order, and again."""
    return _mini_batches(setup, size=1)


def _mini_batches(setup: Setup, size: int | None = None) -> Iterator[Batch]:
    """A new order for every pass, cut into batches; the last batch of a pass may be smaller."""
    size = min(size or setup.batch_size, setup.sample_count)
    for order in _orders(setup.seed, setup.sample_count):
        yield from (tuple(order[start : start + size]) for start in range(0, len(order), size))


def _orders(seed: int, count: int) -> Iterator[list[int]]:
    """All numbers below a count, shuffled again and again."""
    from random import Random

    chance = Random(seed)  # noqa: S311 -- it shuffles samples, it keeps no secrets
    order = list(range(count))
    if not is_built():
        while True:
            chance.shuffle(order)
            yield order
    from sheetgrad.engine._native import shuffled

    state, numbers = array("I", chance.getstate()[1]), array("i", order)
    while True:
        shuffled(state, numbers)
        yield numbers.tolist()


def _whole(setup: Setup) -> Iterator[Batch]:
    """All samples at every step."""
    batch = tuple(range(setup.sample_count))
    while True:
        yield batch


SCHEDULES: Mapping[Update, Callable[[Setup], Iterator[Batch]]] = {
    "sample": _in_order,
    "shuffled_sample": _shuffled,
    "mini_batch": _mini_batches,
    "batch": _whole,
}


def batches(setup: Setup) -> Iterator[Batch]:
    """The samples of step 0, 1, 2 … without end.

    The same seed gives the same batches.
    """
    return SCHEDULES[setup.update](setup)


def largest_batch(setup: Setup) -> int:
    """How many samples a full step has."""
    sizes = {"batch": setup.sample_count, "mini_batch": min(setup.batch_size, setup.sample_count)}
    return sizes.get(setup.update, 1)


def is_fixed(setup: Setup) -> bool:
    """Whether every step has the same samples in the same order."""
    return setup.sample_count == 1 or setup.update == "batch"


def chunks(schedule: Iterator[Batch], steps: int, longest: int, *, fixed: bool = False) -> Iterator[list[Batch]]:
    """The next `steps` batches in lists of at most `longest`, all of one size within a list.

    With `fixed`, every step has the batch that comes next.
    """
    left = steps
    while left:
        count = min(left, longest)
        taken = [next(schedule)] * count if fixed else list(islice(schedule, count))
        left -= count
        if fixed or len({*map(len, taken)}) == 1:
            yield taken
        else:
            yield from (list(group) for _, group in groupby(taken, key=len))

"""Many networks of one setup at once: each lane has its own starting parameters and learning rate.

The steps are made by a lane kernel (`lane_kernels` has the table). What is here
cuts them into stretches, notices which lanes have lost their numbers, and finds
the step at which each did.
"""

from __future__ import annotations

import math
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.derive import program as differentiated
from sheetgrad.engine import lane_arrays
from sheetgrad.engine.advance import Worker, advance
from sheetgrad.engine.arrays import family_name
from sheetgrad.engine.choose import choose
from sheetgrad.engine.lane_kernels import LANE_KERNELS, choose_lanes
from sheetgrad.engine.schedule import batches as scheduled
from sheetgrad.engine.schedule import is_fixed, largest_batch
from sheetgrad.engine.task import Chunk, Task, numbers_for
from sheetgrad.errors import DivergedError
from sheetgrad.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.engine.lane_kernels import LaneRunner
    from sheetgrad.engine.task import Batch
    from sheetgrad.setup import Setup

STRETCH = 1024
"""Steps after which every lane is looked at. The same for all kernels and any number of lanes."""


class Lanes(NamedTuple):
    """What became of every lane."""

    state: npt.NDArray[np.float64]
    """Parameters and states after the last step, shape (S, N)."""
    final: npt.NDArray[np.float64]
    """The loss over all samples after the last step, shape (N,)."""
    losses: npt.NDArray[np.float64]
    """Row r has the loss that step r·every computes over its own samples; shape (steps // every + 1, N)."""
    diverged: npt.NDArray[np.int64]
    """The step at which a lane was first not finite, -1 where it never was; shape (N,)."""


def run_lanes(
    setup: Setup,
    states: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
    *,
    steps: int,
    every: int = 0,
    kernel: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Lanes:
    """Train many networks of one setup, each from its own starting state and with its own learning rate.

    `states` has shape (S, N), in the order of `engine.task.starting_state`; `rates`
    has shape (N,). With `every`, the loss of every so many steps is kept. A lane
    that diverges goes on as IEEE 754 says; `diverged` has the step that `train`
    would name. What is lost and found again between two looks at all lanes (every
    1,024 steps, and wherever a loss is kept) is not called diverged.
    `progress(done, steps)` is called now and then.

    >>> import numpy as np
    >>> from sheetgrad.network import load
    >>> start = np.array([[0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]] * 2).T
    >>> done = run_lanes(load("class"), start, np.array([0.1, 0.5]), steps=100)
    >>> done.final.round(6).tolist(), done.diverged.tolist()
    ([0.133511, 0.029167], [-1, -1])
    """
    import numpy as np

    rows = steps // every + 1 if every else 0
    work = _Work(setup, np.array(states, dtype=np.float64, order="C"), np.asarray(rates, dtype=np.float64), kernel)
    losses = np.empty((rows, work.lanes))
    row, ahead = 0, next(scheduled(setup))
    for stretch in _stretches(setup, steps):
        row += work.advance(stretch, every, losses[row:])
        ahead = stretch.ahead
        if progress is not None:
            progress(stretch.first + len(stretch.batches), steps)
    if row < rows:
        losses[row] = work.look(ahead)
    final = work.whole_loss()
    work.diverged[(work.diverged < 0) & ~np.isfinite(final)] = steps
    return Lanes(work.state, final, losses, work.diverged)


class Stretch(NamedTuple):
    """Some steps in a row."""

    first: int
    """The number of the first one."""
    batches: list[Batch]
    ahead: Batch
    """What the step after them uses."""

    @property
    def groups(self) -> Iterator[list[Batch]]:
        """Batches of one size together."""
        return (list(group) for _, group in groupby(self.batches, key=len))


def _stretches(setup: Setup, steps: int) -> Iterator[Stretch]:
    schedule = scheduled(setup)
    ahead = next(schedule)
    for first in range(0, steps, STRETCH):
        taken = [ahead, *islice(schedule, min(STRETCH, steps - first))]
        ahead = taken.pop()
        yield Stretch(first, taken, ahead)


class _Work:
    """The table of states on its way, with a runner for each size of batch."""

    def __init__(
        self, setup: Setup, state: npt.NDArray[np.float64], rates: npt.NDArray[np.float64], kernel: str | None
    ) -> None:
        import numpy as np

        self.setup, self.state, self.rates = setup, state, rates
        self.lanes = state.shape[1]
        self.diverged = np.full(self.lanes, -1, dtype=np.int64)
        self._runners: dict[tuple[int, bool], LaneRunner] = {}
        program = self._task(largest_batch(setup)).program
        self._kernel = LANE_KERNELS[kernel] if kernel else choose_lanes(program, self.lanes)

    def advance(self, stretch: Stretch, every: int, losses: npt.NDArray[np.float64]) -> int:
        """Make the steps of a stretch; gives how many rows of losses it has written."""
        import numpy as np

        before = self.state.copy()
        row, first = 0, stretch.first
        for group in stretch.groups:
            wanted = range(-first % every, len(group), every) if every else range(0)
            self._runner(len(group[0]))(group, self.state, self.rates, wanted, losses[row : row + len(wanted)])
            row += len(wanted)
            first += len(group)
        ahead = self.look(stretch.ahead)
        fine = np.isfinite(self.state).all(axis=0) & np.isfinite(losses[:row]).all(axis=0) & np.isfinite(ahead)
        lost = np.flatnonzero(~fine & (self.diverged < 0))
        if len(lost):
            self.diverged[lost] = self._first_lost(stretch, before[:, lost], self.rates[lost])
        return row

    def look(self, batch: Batch) -> npt.NDArray[np.float64]:
        """The loss of every lane over a batch, without an update."""
        import numpy as np

        found = np.empty(self.lanes)
        self._runner(len(batch), update=False)([batch], self.state, self.rates, (0,), found[None])
        return found

    def whole_loss(self) -> npt.NDArray[np.float64]:
        """The loss of every lane over all samples, one after the other."""
        import numpy as np

        setup = self.setup
        program = Program(setup.model, ())
        task = Task(program, numbers_for(setup, program), family_name, update=False, fixed=False)
        runner = self._kernel.made(task)  # one sample is less than a batch: what takes that takes this
        count = sum(math.prod(symbol.shape) for symbol in setup.model.parameters)
        parameters = np.ascontiguousarray(self.state[:count])
        whole, one = np.zeros(self.lanes), np.empty((1, self.lanes))
        for sample in range(setup.sample_count):
            runner([(sample,)], parameters, self.rates, (0,), one)
            whole += one[0]
        return whole / setup.sample_count if setup.reduction == "mean" else whole

    def _first_lost(
        self, stretch: Stretch, state: npt.NDArray[np.float64], rates: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.int64]:
        """For lanes that are lost by the end of a stretch: the step at which each was."""
        import numpy as np

        if not lane_arrays.accepts(self._task(largest_batch(self.setup)).program):
            lanes = zip(state.T, rates, strict=True)
            return np.array([self._lost_alone(stretch, own.tolist(), float(rate)) for own, rate in lanes])
        watchers = {size: lane_arrays.LaneArrays(self._task(size)) for size in {*map(len, stretch.batches)}}
        found = np.full(len(rates), stretch.first + len(stretch.batches))
        left = np.arange(len(rates))
        for step, batch in enumerate(stretch.batches, start=stretch.first):
            loss, everything = watchers[len(batch)].watched(batch, state, rates)
            lost = ~(loss & np.isfinite(state).all(axis=0))
            found[left[lost]] = step + everything[lost]
            if lost.any():
                left, state, rates = left[~lost], state[:, ~lost], rates[~lost]
            if not len(left):
                break
        return found

    def _lost_alone(self, stretch: Stretch, state: list[float], rate: float) -> int:
        first = stretch.first
        for group in stretch.groups:
            task = self._task(len(group[0]))
            worker = Worker.made(task, choose(task.program, len(stretch.batches)))
            try:
                state, _ = advance(worker, Chunk(group, state, rate), first)
            except DivergedError as error:
                return error.step
            first += len(group)
        return first

    def _task(self, size: int, *, update: bool = True) -> Task:
        setup = self.setup
        program = differentiated(setup.model.batched(size, setup.reduction), setup.optimizer)
        numbers = numbers_for(setup, program)
        return Task(program, numbers, family_name, (program.loss,), update=update, fixed=is_fixed(setup))

    def _runner(self, size: int, *, update: bool = True) -> LaneRunner:
        found = self._runners.get((size, update))
        if found is None:
            found = self._runners[size, update] = self._kernel.made(self._task(size, update=update))
        return found

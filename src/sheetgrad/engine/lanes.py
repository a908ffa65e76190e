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
from sheetgrad.engine.choose import choose
from sheetgrad.engine.lane_code import MAKING
from sheetgrad.engine.lane_kernels import LANE_KERNELS, choose_lanes
from sheetgrad.engine.schedule import batches as scheduled
from sheetgrad.engine.schedule import is_fixed, largest_batch
from sheetgrad.engine.task import Chunk, Task, family_name, numbers_for
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
    crew: Crew | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Lanes:
    """Train many networks of one setup, each from its own starting state and with its own learning rate.

    `states` has shape (S, N), in the order of `engine.task.starting_state`; `rates`
    has shape (N,). With `every`, the loss of every so many steps is kept. A lane
    that diverges goes on as IEEE 754 says; `diverged` has the step that `train`
    would name. What is lost and found again between two looks at all lanes (every
    1,024 steps, and wherever a loss is kept) is not called diverged.
    `crew` has the runners, if they are there already; `progress(done, steps)` is
    called now and then.

    >>> import numpy as np
    >>> from sheetgrad.network import load
    >>> start = np.array([[0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]] * 2).T
    >>> done = run_lanes(load("class"), start, np.array([0.1, 0.5]), steps=100)
    >>> done.final.round(6).tolist(), done.diverged.tolist()
    ([0.133511, 0.029167], [-1, -1])
    """
    import numpy as np

    rows = steps // every + 1 if every else 0
    crew = crew or Crew(setup, len(rates))
    work = _Work(crew, np.array(states, dtype=np.float64, order="C"), np.asarray(rates, dtype=np.float64))
    losses = np.empty((rows, len(rates)))
    row, ahead = 0, next(scheduled(setup))
    for stretch in _stretches(setup, steps):
        row += work.advance(stretch, every, losses[row:])
        ahead = stretch.ahead
        if progress is not None:
            progress(stretch.first + len(stretch.batches), steps)
    if row < rows:
        losses[row] = work.look(ahead)
    final = crew.whole_loss(work.state)
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


class Crew:
    """The runners for a setup and a number of lanes, each made when first needed; threads may share them."""

    def __init__(self, setup: Setup, lanes: int, kernel: str | None = None) -> None:
        """Choose the kernel, unless it is named."""
        self.setup = setup
        self._runners: dict[tuple[int, str], LaneRunner] = {}
        with MAKING:
            program = self.task(largest_batch(setup)).program
            self.kernel = LANE_KERNELS[kernel] if kernel else choose_lanes(program, lanes)

    def task(self, size: int, *, update: bool = True) -> Task:
        """Steps on so many samples."""
        setup = self.setup
        program = differentiated(setup.model.batched(size, setup.reduction), setup.optimizer)
        numbers = numbers_for(setup, program)
        return Task(program, numbers, family_name, (program.loss,), update=update, fixed=is_fixed(setup))

    def steps(self, size: int) -> LaneRunner:
        """Makes steps on so many samples."""
        return self._made((size, "steps"), lambda: self.kernel.made(self.task(size)))

    def look(self, size: int) -> LaneRunner:
        """Computes the loss over so many samples, and changes nothing."""
        return self._made((size, "look"), lambda: self.kernel.made(self.task(size, update=False)))

    def watch(self, size: int) -> lane_arrays.LaneArrays:
        """Makes steps and sees what is finite."""
        found = self._made((size, "watch"), lambda: lane_arrays.LaneArrays(self.task(size)))
        assert isinstance(found, lane_arrays.LaneArrays)  # noqa: S101 -- as just made
        return found

    def whole_loss(self, state: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The loss of every lane over all samples, one sample after the other."""
        import numpy as np

        setup, lanes = self.setup, state.shape[1]
        runner = self._made((1, "sample"), self._of_one_sample)
        count = sum(math.prod(symbol.shape) for symbol in setup.model.parameters)
        parameters = np.ascontiguousarray(state[:count])
        whole, one = np.zeros(lanes), np.empty((1, lanes))
        for sample in range(setup.sample_count):
            runner([(sample,)], parameters, whole, (0,), one)
            whole += one[0]
        return whole / setup.sample_count if setup.reduction == "mean" else whole

    def _of_one_sample(self) -> LaneRunner:
        """What takes a batch takes one sample as well."""
        program = Program(self.setup.model, ())
        task = Task(program, numbers_for(self.setup, program), family_name, update=False, fixed=False)
        return self.kernel.made(task)

    def _made(self, key: tuple[int, str], make: Callable[[], LaneRunner]) -> LaneRunner:
        found = self._runners.get(key)
        if found is None:
            with MAKING:
                found = self._runners.setdefault(key, make())
        return found


class _Work:
    """The table of states on its way."""

    def __init__(self, crew: Crew, state: npt.NDArray[np.float64], rates: npt.NDArray[np.float64]) -> None:
        import numpy as np

        self.crew, self.state, self.rates = crew, state, rates
        self.diverged = np.full(len(rates), -1, dtype=np.int64)

    def advance(self, stretch: Stretch, every: int, losses: npt.NDArray[np.float64]) -> int:
        """Make the steps of a stretch; gives how many rows of losses it has written."""
        import numpy as np

        before = self.state.copy()
        row, first = 0, stretch.first
        for group in stretch.groups:
            wanted = range(-first % every, len(group), every) if every else range(0)
            self.crew.steps(len(group[0]))(group, self.state, self.rates, wanted, losses[row : row + len(wanted)])
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

        found = np.empty(self.state.shape[1])
        self.crew.look(len(batch))([batch], self.state, self.rates, (0,), found[None])
        return found

    def _first_lost(
        self, stretch: Stretch, state: npt.NDArray[np.float64], rates: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.int64]:
        """For lanes that are lost by the end of a stretch: the step at which each was."""
        import numpy as np

        if not lane_arrays.accepts(self.crew.task(largest_batch(self.crew.setup)).program):
            lanes = zip(state.T, rates, strict=True)
            return np.array([self._lost_alone(stretch, own.tolist(), float(rate)) for own, rate in lanes])
        found = np.full(len(rates), stretch.first + len(stretch.batches))
        left = np.arange(len(rates))
        for step, batch in enumerate(stretch.batches, start=stretch.first):
            loss, everything = self.crew.watch(len(batch)).watched(batch, state, rates)
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
            task = self.crew.task(len(group[0]))
            worker = Worker.made(task, choose(task.program, len(stretch.batches)))
            try:
                state, _ = advance(worker, Chunk(group, state, rate), first)
            except DivergedError as error:
                return error.step
            first += len(group)
        return first

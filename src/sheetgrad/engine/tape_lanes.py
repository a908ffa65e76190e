"""The lane kernel in C: the tape's operations on 64 networks at a time, by the machine's best instruction set.

Sums and products are those of the scalar tape, in the same order; exp and tanh
are the lanes' own, right to one and to about two units in the last place. A
lane's numbers depend on nothing but the lane and the instruction set. Other
threads run meanwhile, and Ctrl-C is heard.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from sheetgrad.engine import tape
from sheetgrad.engine.lane_code import MAKING
from sheetgrad.engine.task import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.engine import _native
    from sheetgrad.engine.task import Batch, Task

accepts = tape.accepts


class TapeLanes:
    """The kernel for one task."""

    def __init__(self, task: Task, *, instructions: str | None = None) -> None:
        """Make two tapes, one of which writes the loss down; `instructions` may name another than the best set."""
        self.task, self.instructions = task, instructions
        with MAKING:
            self._quiet = tape.Tape(replace(task, keep=())).native
            self._telling = tape.Tape(replace(task, keep=(task.program.loss,))).native

    def __call__(
        self,
        batches: Sequence[Batch],
        state: npt.NDArray[np.float64],
        rates: npt.NDArray[np.float64],
        wanted: Sequence[int] = (),
        losses: npt.NDArray[np.float64] | None = None,
    ) -> None:
        """Make the steps; see `lane_kernels`."""
        import numpy as np

        own = np.ascontiguousarray(state, dtype=np.float64)
        eta = np.ascontiguousarray(rates, dtype=np.float64)
        row = 0
        for first, count, kept in _stretches(len(batches), wanted):
            found = np.empty((count, len(eta)) if kept else 0)
            self._run(self._telling if kept else self._quiet, batches[first : first + count], own, eta, found)
            if kept and losses is not None:
                losses[row : row + count] = found
                row += count
        if self.task.update and own is not state:
            state[:] = own

    def _run(
        self,
        native: _native.Tape,
        batches: Sequence[Batch],
        state: npt.NDArray[np.float64],
        rates: npt.NDArray[np.float64],
        found: npt.NDArray[np.float64],
    ) -> None:
        program = self.task.program
        settings = array("d", settings_for(program, 0.0) if program.settings else ())
        used = batches[:1] if self.task.fixed else batches
        samples = array("i", chain.from_iterable(used))
        native.run_lanes(state, settings, samples, len(batches), found, rates, self.instructions)


def _stretches(steps: int, wanted: Sequence[int]) -> Iterator[tuple[int, int, bool]]:
    """First step, number of steps, and whether the loss of each is wanted."""
    done = 0
    for first, count in _runs(wanted):
        if done < first:
            yield done, first - done, False
        yield first, count, True
        done = first + count
    if done < steps:
        yield done, steps - done, False


def _runs(wanted: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Steps in a row, as the first and how many."""
    if not len(wanted):
        return
    first = last = wanted[0]
    for step in wanted[1:]:
        if step != last + 1:
            yield first, last + 1 - first
            first = step
        last = step
    yield first, last + 1 - first

"""The lane kernel for large networks and for few: one lane after the other, by the kernel that trains a single one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.engine.advance import losses_in
from sheetgrad.engine.choose import choose
from sheetgrad.engine.task import Chunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.engine.task import Batch, Runner, State, Task
    from sheetgrad.program import Program

MANY = 1_000_000
"""Steps for which the kernel is chosen: a sweep makes many."""


def accepts(program: Program) -> bool:
    """Every Program."""
    del program
    return True


class OneByOne:
    """The kernel for one task."""

    def __init__(self, task: Task) -> None:
        """Make the kernel of a single network twice: with the loss and without."""
        made = choose(task.program, MANY).made
        self._quiet = replace(task, keep=())
        self._telling = replace(task, keep=(task.program.loss,))
        self._runners = {task.width: made(task) for task in (self._quiet, self._telling)}

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

        task = self._telling if len(wanted) else self._quiet
        runner = self._runners[task.width]
        for lane in range(state.shape[1]):
            chunk = Chunk(batches, state[:, lane].tolist(), float(rates[lane]))
            kept = bytearray(8 * task.width * len(batches))
            state[:, lane] = _after(runner, chunk, kept)
            if losses is not None:
                losses[:, lane] = np.asarray(losses_in(task, kept))[list(wanted)]


def _after(runner: Runner, chunk: Chunk, kept: bytearray) -> State:
    """The state after the chunk: quickly, or carefully where a number leaves its range."""
    try:
        return runner(chunk, kept)
    except (ArithmeticError, ValueError, TypeError):  # out of range; a negative number to a fraction is complex
        return runner(chunk, kept, careful=True)

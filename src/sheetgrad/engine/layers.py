"""The layer kernel: whole layers of many samples in C.

Matrix products are computed in tiles that stay in registers, what is done with
them while they are near; samples stand side by side, so that no width is too small for
vectors. Numbers are doubles or floats.
"""

from __future__ import annotations

import os
from array import array
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from sheetgrad.engine import arrays, tape
from sheetgrad.engine.task import as_doubles, count, settings_for

if TYPE_CHECKING:
    from sheetgrad.engine import _native
    from sheetgrad.engine.task import Chunk, Memory, State, Task
    from sheetgrad.program import Program

PAYS = 5_000_000
"""Terms of a step from which a second thread pays."""


def accepts(program: Program) -> bool:
    """Whole families of at most two axes, the samples' among them, and the extension."""
    if not tape.is_built() or not arrays.accepts(program):
        return False
    from sheetgrad.engine.layer_loops import NoLoopsError
    from sheetgrad.engine.layer_plan import fits

    try:
        return fits(program)
    except NoLoopsError:
        return False


class Layers:
    """The kernel for one task."""

    def __init__(self, task: Task) -> None:
        """Keep the task; the loops are made when first needed."""
        self.task = task

    def __call__(self, chunk: Chunk, buffer: Memory, offset: int = 0, *, careful: bool = False) -> State:
        """Run the chunk (always by IEEE 754); Ctrl-C is heard meanwhile."""
        del careful
        state = as_doubles(chunk.state)
        if chunk.batches:
            program = self.task.program
            settings = array("d", settings_for(program, chunk.rate) if program.settings else ())
            used = chunk.batches[:1] if self.task.fixed else chunk.batches
            samples = array("i", chain.from_iterable(used))
            self.native.run(state, settings, samples, len(chunk.batches), buffer, offset, self._threads)
        return state

    @cached_property
    def native(self) -> _native.Layers:
        """The loops, checked and loaded."""
        from sheetgrad.engine.layer_layout import Layout

        return Layout(self.task).loaded()

    @cached_property
    def _threads(self) -> int:
        """As many as there are cores, where a step is so long that they pay; the numbers are the same."""
        from sheetgrad.engine.layer_plan import sample_of

        program = self.task.program
        weights = sum(count(symbol.whole) for symbol in program.model.parameters)
        if weights * sample_of(program).size < PAYS:
            return 1
        most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        asked = os.environ.get("OMP_NUM_THREADS", "")
        return max(1, min(most, int(asked) if asked.isdigit() else most, 64))

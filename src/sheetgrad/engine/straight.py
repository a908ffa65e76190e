"""The straight-line kernel: generated Python, one line a scalar equation, for any Program.

It costs nothing to import and about 30 ns an equation, which nothing else in
Python comes near for a small network. The quick version stops where a float
leaves its range (`math.exp(800)`, a division by zero); the careful version,
made only then, goes on as IEEE 754 says.
"""

from __future__ import annotations

import struct
from functools import cached_property
from itertools import chain, repeat
from typing import TYPE_CHECKING

from sheetgrad.emit.python import compiled, straight_line
from sheetgrad.engine.task import flat, settings_for, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sheetgrad.engine.task import Batch, Chunk, Memory, State, Task
    from sheetgrad.program import Program


def accepts(program: Program) -> bool:
    """Every Program: one over families is written out first."""
    del program
    return True


class Straight:
    """The kernel for one task."""

    def __init__(self, task: Task) -> None:
        """Write the Program out and put its data in order; the source is made when first needed."""
        self.task = task
        self.program = task.program if task.program.model.is_unrolled else task.program.unrolled()
        self._write = struct.Struct(f"{task.width}d").pack_into
        model = task.program.model
        self._constants = [number for symbol in model.constants for number in flat(task.numbers.values[symbol])]
        self._samples = [[flat(row) for row in task.numbers.samples[symbol]] for symbol in model.data]

    def __call__(self, chunk: Chunk, buffer: Memory, offset: int = 0, *, careful: bool = False) -> State:
        """Run the chunk."""
        run = self._careful if careful else self._quick
        rows: Iterable[object]
        leaves: Sequence[float] = self._constants
        if self.task.fixed:
            rows = repeat(None, len(chunk.batches))
            leaves = [*self._row(chunk.batches[0]), *leaves] if chunk.batches else ()
        else:
            rows = map(self._row, chunk.batches)
        state = chunk.state.tolist() if hasattr(chunk.state, "tolist") else chunk.state
        if not chunk.batches:
            return list(state)
        return run(rows, leaves, state, settings_for(self.program, chunk.rate), self._write, buffer, offset)

    def source(self, *, careful: bool = False) -> str:
        """The Python source."""
        task = self.task
        keep = [member for quantity in task.keep for member in spread(quantity)]
        return straight_line(self.program, task.name, keep=keep, update=task.update, fixed=task.fixed, careful=careful)

    @cached_property
    def _quick(self) -> Callable[..., list[float]]:
        return compiled(self.source())

    @cached_property
    def _careful(self) -> Callable[..., list[float]]:
        return compiled(self.source(careful=True))

    def _row(self, batch: Batch) -> list[float]:
        """The data of one step: family after family, each sample's members together."""
        return list(chain.from_iterable(rows[sample] for rows in self._samples for sample in batch))

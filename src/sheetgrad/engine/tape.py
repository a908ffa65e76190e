"""The tape kernel: a Program's scalar equations as operations that a small interpreter in C goes through.

The same bits as straight-line Python, at a tenth of its cost a step. It is there
where the package was installed with a C compiler at hand; nothing is compiled
when it is used.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING

from sheetgrad.engine.task import as_doubles, flat, settings_for

if TYPE_CHECKING:
    from sheetgrad.engine import _native
    from sheetgrad.engine.task import Chunk, Memory, State, Task
    from sheetgrad.program import Program

MODULE = "sheetgrad.engine._native"


def accepts(program: Program) -> bool:
    """Every Program, where the extension is there."""
    del program
    return is_built()


def is_built() -> bool:
    """Whether the C extension was built when the package was installed."""
    return find_spec(MODULE) is not None


class Tape:
    """The kernel for one task."""

    def __init__(self, task: Task) -> None:
        """Keep the task; the tape is made when first needed."""
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
            self.native.run(state, settings, samples, len(chunk.batches), buffer, offset)
        return state.tolist()

    @cached_property
    def native(self) -> _native.Tape:
        """The tape, checked and loaded."""
        from sheetgrad.engine import _native
        from sheetgrad.engine.encoding import encoded, words

        task = self.task
        program = task.program if task.program.model.is_unrolled else task.program.unrolled()
        code = encoded(program, task)
        model, numbers = task.program.model, task.numbers
        constants = [number for symbol in model.constants for number in flat(numbers.values[symbol])]
        initial = array("d", code.initial)
        for slot, number in zip(code.constants, constants, strict=True):
            initial[slot] = number
        rows = {symbol: array("d", flat(numbers.samples[symbol])) for symbol in model.data}
        return _native.Tape(
            once=words(code.once, _native.OPERATIONS),
            step=words(code.step, _native.OPERATIONS),
            initial=initial,
            states=array("I", code.states),
            settings=array("I", code.settings),
            inputs=array("I", code.data),
            width=code.width,
            tables=[(len(rows[symbol]) // len(numbers.samples[symbol]), rows[symbol]) for symbol in model.data],
            batch=1 if model.sampled is None else model.sampled.size,
            fixed=task.fixed,
            flows=code.flows,
        )

"""A chunk of steps, quickly if that works, carefully if not, and an error that names the place if nothing does."""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.engine.task import Chunk, count, spread
from sheetgrad.errors import DivergedError
from sheetgrad.expr import Next

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.engine.choose import Kernel
    from sheetgrad.engine.task import Memory, Runner, State, Task
    from sheetgrad.expr import Quantity

MANY = 1_000
"""So many numbers are looked at in C where that can be."""


class Worker(NamedTuple):
    """A task with the kernel that does it."""

    task: Task
    kernel: Kernel
    runner: Runner

    @classmethod
    def made(cls, task: Task, kernel: Kernel) -> Worker:
        """Make the kernel for the task."""
        return cls(task, kernel, kernel.made(task))


def advance(worker: Worker, chunk: Chunk, first: int, into: memoryview | None = None) -> tuple[State, memoryview]:
    """The state after the chunk, and what was kept, row after row; `first` is the number of its first step.

    What is kept goes `into` memory of the right size, if that is given.
    Raises DivergedError with the first step and quantity that is not finite,
    when a parameter, a state or a kept loss is not finite.
    """
    kept = memoryview(bytearray(8 * worker.task.width * len(chunk.batches))) if into is None else into
    try:
        state = worker.runner(chunk, kept)
        if _all_fine(worker.task, state, kept):
            return state, kept
    except (ArithmeticError, ValueError, TypeError):  # out of range; a negative number to a fraction is complex
        pass
    state = worker.runner(chunk, kept, careful=True)
    if _all_fine(worker.task, state, kept):
        return state, kept
    raise _diverged(worker, chunk, first)


def _all_fine(task: Task, state: State, kept: memoryview) -> bool:
    return _all_finite(state) and losses_are_fine(task, kept)


def losses_are_fine(task: Task, kept: memoryview) -> bool:
    """Whether every loss is finite, where it is among what is kept."""
    return _all_finite(array("d", losses_in(task, kept).tobytes()))


def _all_finite(values: State) -> bool:
    if hasattr(values, "dtype"):
        import numpy as np

        return bool(np.isfinite(values).all())
    if len(values) < MANY or not isinstance(values, array):
        return all(map(isfinite, values))
    try:
        from sheetgrad.engine._native import first_lost
    except ImportError:
        return all(map(isfinite, values))
    return first_lost(values, 0, 1) < 0


def losses_in(task: Task, kept: Memory) -> memoryview[float]:
    """The loss of every step, where it is among what is kept."""
    place = 0
    for quantity in task.keep:
        if quantity is task.program.loss:
            return memoryview(kept).cast("d")[place :: task.width]
        place += count(quantity)
    return memoryview(b"").cast("d")


def _diverged(worker: Worker, chunk: Chunk, first: int) -> DivergedError:
    """Go through the chunk step by step to the first that fails, and look at everything it computes."""
    state = chunk.state
    for number, batch in enumerate(chunk.batches):
        single = Chunk([batch], state, chunk.rate)
        kept = memoryview(bytearray(8 * worker.task.width))
        state = worker.runner(single, kept, careful=True)
        if not _all_fine(worker.task, state, kept):
            step, quantity = _first_lost(worker, single, state)
            return DivergedError(first + number + step, chunk.rate, quantity)
    return DivergedError(first, chunk.rate, worker.task.name(worker.task.program.loss))


def _first_lost(worker: Worker, single: Chunk, after: State) -> tuple[int, str]:
    """The first quantity that is not finite: computed in this step (0), or a state in the next (1)."""
    task, program = worker.task, worker.task.program
    made = tuple(equation.target for equation in (*program.forward, *program.backward))
    closer = worker.kernel.made(replace(task, keep=made, update=False))
    row = bytearray(8 * sum(map(count, made)))
    closer(single, row, careful=True)
    place = _first_not_finite(memoryview(row).cast("d"))
    if place is not None:
        return 0, _name_at(task, made, place)
    states = tuple(symbol.whole for symbol in (*program.model.parameters, *program.states))
    return 1, _name_at(task, states, _first_not_finite(after) or 0)


def _first_not_finite(values: Iterable[float]) -> int | None:
    return next((place for place, value in enumerate(values) if not isfinite(value)), None)


def _name_at(task: Task, quantities: Iterable[Quantity], place: int) -> str:
    found = next(islice((member for quantity in quantities for member in spread(quantity)), place, None))
    return task.name(found.state if isinstance(found, Next) else found)

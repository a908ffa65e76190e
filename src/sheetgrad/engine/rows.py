"""The steps of a run one after the other, for what must not hold them all in memory at once."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.derive import program as differentiated
from sheetgrad.engine.advance import Worker, advance
from sheetgrad.engine.choose import choose
from sheetgrad.engine.schedule import batches, chunks, is_fixed
from sheetgrad.engine.task import Chunk, Task, numbers_for, starting_state
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheetgrad.engine.task import Batch, Memory, Runner, State
    from sheetgrad.expr import Quantity
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

BLOCK = 500_000
"""Numbers that are held at a time."""


class Row(NamedTuple):
    """What one step computes before its update."""

    batch: Batch
    """The samples of the step, counted from 0."""
    values: tuple[float, ...]
    """The members of what was asked for, family after family, the last axis fastest."""


class Stepper:
    """Runs of a setup, one row a step; what is needed for it is made once, memory does not grow with the steps."""

    def __init__(self, setup: Setup, steps: int, keep: Callable[[Program], tuple[Quantity, ...]]) -> None:
        """Run for so many steps.

        `keep` says what is wanted of a step's Program, which is the one for as
        many samples as the step has.
        """
        self.setup, self.steps, self.keep = setup, steps, keep
        self._workers: dict[int, Worker] = {}

    def __call__(self, rate: float) -> Iterator[Row]:
        """A row for every step, 0 and the last included.

        Raises DivergedError where a parameter or a kept loss is no longer finite.
        """
        schedule = batches(self.setup)
        first = self._worker(len(next(batches(self.setup)))).task
        state: State = starting_state(self.setup, first.program)
        done, same = 0, is_fixed(self.setup)
        for batch_list in chunks(schedule, self.steps, max(1, BLOCK // max(1, first.width)), fixed=same):
            worker = self._worker(len(batch_list[0]))
            state, kept = advance(worker, Chunk(batch_list, state, rate), done)
            yield from _cut(batch_list, kept)
            done += len(batch_list)
        last = next(schedule)
        worker = self._worker(len(last))
        # The row of a step is kept before its update; where that leads does not matter any more.
        yield from _cut([last], _kept(worker.runner, worker.task, Chunk([last], state, rate)))

    def _worker(self, size: int) -> Worker:
        found = self._workers.get(size)
        if found is None:
            setup = self.setup
            program = differentiated(setup.model.batched(size, setup.reduction), setup.optimizer)
            name = Notation(program, setup.notation).plain
            numbers = numbers_for(setup, program)
            task = Task(program, numbers, name, self.keep(program), fixed=is_fixed(setup))
            found = self._workers[size] = Worker.made(task, choose(program, self.steps))
        return found


def _cut(batch_list: list[Batch], kept: Memory) -> Iterator[Row]:
    return map(Row, batch_list, doubles(kept, len(batch_list)))


def doubles(kept: Memory, count: int) -> Iterator[tuple[float, ...]]:
    """What a kernel has written down, row after row."""
    return struct.iter_unpack(f"{len(kept) // (8 * count)}d", kept)


class Samples:
    """Single samples at a given state: what `keep` asks for, one row a sample, nothing trained."""

    def __init__(self, setup: Setup, keep: Callable[[Program], tuple[Quantity, ...]]) -> None:
        """Make the kernel."""
        program = differentiated(setup.model, setup.optimizer)
        self._task = Task(
            program,
            numbers_for(setup, program),
            Notation(program, setup.notation).plain,
            keep(program),
            update=False,
            fixed=setup.sample_count == 1,
        )
        self._runner = choose(program, 1_000).made(self._task)

    def __call__(self, batch: Batch, state: State) -> Iterator[tuple[float, ...]]:
        """One row for each sample."""
        chunk = Chunk([(sample,) for sample in batch], state, 0.0)
        return doubles(_kept(self._runner, self._task, chunk), len(batch))


def _kept(runner: Runner, task: Task, chunk: Chunk) -> bytearray:
    """What is kept of some steps, whatever becomes of the state."""
    kept = bytearray(8 * task.width * len(chunk.batches))
    try:
        runner(chunk, kept)
    except (ArithmeticError, ValueError, TypeError):  # out of range; a negative number to a fraction is complex
        runner(chunk, kept, careful=True)
    return kept

"""The loss over all samples of a setup, whatever the batches it is trained on."""

from __future__ import annotations

from itertools import groupby
from math import fsum
from typing import TYPE_CHECKING

from sheetgrad.engine.choose import choose
from sheetgrad.engine.task import Chunk, Task, count, family_name, numbers_for
from sheetgrad.program import Program

if TYPE_CHECKING:
    from sheetgrad.engine.task import State
    from sheetgrad.setup import Setup

BLOCK = 1024
"""Samples that are computed at once as arrays."""


def whole_loss(setup: Setup, state: State) -> float:
    """The mean (or sum) of the losses of all samples, with the parameters at the front of a flat state.

    Infinity or not-a-number where that is what it comes to.
    """
    return WholeLoss(setup)(state)


class WholeLoss:
    """The same for many states; its kernels are made once."""

    def __init__(self, setup: Setup) -> None:
        """Cut the samples into blocks."""
        self._setup = setup
        number = setup.sample_count
        kernel = choose(Program(setup.model.batched(number, "sum"), ()), 1)
        size = BLOCK if kernel.name in {"arrays", "layers"} else 1
        blocks = [tuple(range(start, min(start + size, number))) for start in range(0, number, size)]
        self._work = []
        for length, group in groupby(blocks, key=len):
            program = Program(setup.model.batched(length, "sum"), ())
            self._work.append((kernel.made(_observing(setup, program, fixed=len(blocks) == 1)), list(group)))
        self._size = sum(count(symbol.whole) for symbol in setup.model.parameters)

    def __call__(self, state: State) -> float:
        """The loss with these parameters."""
        losses: list[float] = []
        for runner, batches in self._work:
            kept = bytearray(8 * len(batches))
            runner(Chunk(batches, state[: self._size], 0.0), kept, careful=True)
            losses.extend(memoryview(kept).cast("d"))
        whole = fsum(losses) if all(abs(loss) < float("inf") for loss in losses) else sum(losses)
        return whole / self._setup.sample_count if self._setup.reduction == "mean" else whole


def _observing(setup: Setup, program: Program, *, fixed: bool) -> Task:
    """A task that only looks at the loss."""
    numbers = numbers_for(setup, program)
    return Task(program, numbers, family_name, keep=(program.loss,), update=False, fixed=fixed)

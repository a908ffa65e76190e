"""The one place that says which kernel does which work.

A kernel is an entry of `KERNELS`: which Programs it accepts, and how it is made
for a task. To add one, write a file, add it here, and give it a line in
`CHOICES`; the tests run every kernel on every Program that it accepts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.engine import arrays, straight, tape
from sheetgrad.errors import BrokenInvariant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.engine.task import Runner, Task
    from sheetgrad.program import Program


class Kernel(NamedTuple):
    """A way to compute Programs."""

    name: str
    accepts: Callable[[Program], bool]
    made: Callable[[Task], Runner]


class Choice(NamedTuple):
    """A kernel for work up to a size."""

    kernel: str
    equations: float = math.inf
    """At most so many scalar equations in a step."""
    steps: float = math.inf
    """At most so many steps."""
    least: int = 0
    """At least so many steps."""


KERNELS: Mapping[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        Kernel("straight", straight.accepts, straight.Straight),
        Kernel("tape", tape.accepts, tape.Tape),
        Kernel("arrays", arrays.accepts, arrays.Arrays),
    )
}

CHOICES = (
    # On a tape an equation costs 2 ns, in straight-line Python 30, but Python is ready some milliseconds earlier.
    Choice("tape", equations=3_000, least=2_000),
    # As arrays a step costs at least 20 µs.
    Choice("straight", equations=800),
    # Importing NumPy costs 0.1 s, which a few thousand dearer steps do not reach.
    Choice("straight", equations=3_000, steps=3_000),
    Choice("arrays"),
    # What uses families by number has no arrays; compiling costs about 12 µs an equation.
    Choice("tape", least=2_000),
    Choice("straight"),
)
"""The first that fits is taken."""


def choose(program: Program, steps: int) -> Kernel:
    """The kernel for so many steps of a Program."""
    size = program.size
    for choice in CHOICES:
        kernel = KERNELS[choice.kernel]
        if size <= choice.equations and choice.least <= steps <= choice.steps and kernel.accepts(program):
            return kernel
    message = f"no kernel accepts the program of {program.model.name}"
    raise BrokenInvariant(message)

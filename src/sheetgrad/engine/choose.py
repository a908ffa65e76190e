"""The one place that says which kernel does which work.

A kernel is an entry of `KERNELS`: which Programs it accepts, and how it is made
for a task. To add one, write a file, add it here, and give it a line in
`CHOICES`; the tests run every kernel on every Program that it accepts.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.engine.task import PRECISIONS
from sheetgrad.errors import BrokenInvariant, Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.engine.task import Precision, Runner, Task
    from sheetgrad.program import Program


class Kernel(NamedTuple):
    """A way to compute Programs."""

    name: str
    """Also that of its module, which is imported when the kernel is first thought of."""
    kind: str
    """Its class."""
    what: str
    needs: str = ""
    """What must be so where it does not accept a Program."""
    work: int = 3_000_000
    """Scalar equations in a chunk, some tenths of a second: so often is progress told."""
    precisions: tuple[Precision, ...] = ("float64",)
    """What it computes with."""

    @property
    def accepts(self) -> Callable[[Program], bool]:
        """Whether it can compute a Program."""
        found: Callable[[Program], bool] = self._module.accepts
        return found

    @property
    def made(self) -> Callable[[Task], Runner]:
        """What makes it for a task."""
        found: Callable[[Task], Runner] = getattr(self._module, self.kind)
        return found

    @property
    def _module(self) -> Any:  # noqa: ANN401 -- each has `accepts` and its class
        return import_module(f"sheetgrad.engine.{self.name}")


class Choice(NamedTuple):
    """A kernel for work up to a size."""

    kernel: str
    equations: float = math.inf
    """At most so many scalar equations in a step."""
    steps: float = math.inf
    """At most so many steps."""
    least: int = 0
    """At least so many steps."""

    def fits(self, size: int, steps: int) -> bool:
        """Whether it is for so many scalar equations and steps."""
        return size <= self.equations and self.least <= steps <= self.steps

    def __str__(self) -> str:
        """What it is for, in words."""
        parts = [
            f"up to {self.equations:,} equations" if self.equations < math.inf else "",
            f"from {self.least:,} steps on" if self.least else "",
            f"up to {self.steps:,} steps" if self.steps < math.inf else "",
        ]
        return ", ".join(filter(None, parts)) or "everything else"


EXTENSION = "the C extension, which is built where there is a C compiler when sheetgrad is installed"
KERNELS: Mapping[str, Kernel] = {
    kernel.name: kernel
    for kernel in (
        Kernel("straight", "Straight", "straight-line Python, one line an equation"),
        Kernel("tape", "Tape", "an interpreter in C, operation by operation", EXTENSION, 100_000_000),
        Kernel(
            "loops",
            "Loops",
            "loops in C over whole layers, one sample at a time",
            f"one sample a step, families used as a whole with at most two axes, and {EXTENSION}",
            600_000_000,
        ),
        Kernel(
            "layers",
            "Layers",
            "loops in C over whole layers, many samples side by side",
            f"families used as a whole with at most two axes, and {EXTENSION}",
            600_000_000,
            PRECISIONS,
        ),
        Kernel("arrays", "Arrays", "NumPy over whole layers", "families used as a whole", precisions=PRECISIONS),
    )
}

CHOICES = (
    # On a tape an equation costs 2 ns, in straight-line Python 30; but making a tape takes 60 µs an equation,
    # and as loops a step of any network costs 0.3 µs and more, and nothing is to be made ready.
    Choice("tape", equations=60, least=2_000),
    Choice("tape", equations=150, least=10_000),
    Choice("tape", equations=400, least=200_000),
    Choice("straight", equations=60),
    Choice("loops"),
    # With several samples a step: as layers it costs 7 ms to make ready, and a step 1 µs and more; straight-line
    # Python costs 60 µs an equation to make ready.
    Choice("straight", equations=150, steps=2_000),
    Choice("layers"),
    # What is left uses families by number or with more axes, or has no C extension.
    Choice("tape", equations=3_000, least=2_000),
    Choice("straight", equations=800),
    # As arrays a step costs at least 12 µs, and importing NumPy 0.1 s, which a few thousand dearer steps do not reach.
    Choice("straight", equations=3_000, steps=3_000),
    Choice("arrays"),
    # What uses families by number has no arrays; compiling costs about 12 µs an equation.
    Choice("tape", least=2_000),
    Choice("straight"),
)
"""The first that fits is taken."""


def choose(program: Program, steps: int, engine: str | None = None, precision: Precision = "float64") -> Kernel:
    """The kernel for so many steps of a Program, or the one of the name that is given.

    Raises SpecError where there is none of that name, or it does not accept the
    Program, or none computes it in float32.
    """
    if engine is not None:
        return _named(program, engine, precision)
    for choice in CHOICES:
        kernel = KERNELS[choice.kernel]
        if choice.fits(program.size, steps) and precision in kernel.precisions and kernel.accepts(program):
            return kernel
    if precision != "float64":
        wrong = f"no engine computes {program.model.name} in {precision}"
        raise SpecError((Problem("precision", wrong, f"it needs {KERNELS['arrays'].needs}; leave the precision out"),))
    message = f"no kernel accepts the program of {program.model.name}"
    raise BrokenInvariant(message)


def _named(program: Program, name: str, precision: Precision) -> Kernel:
    if name not in KERNELS:
        raise SpecError((Problem("engine", f"no engine is called {name!r}", f"there are {', '.join(KERNELS)}"),))
    kernel = KERNELS[name]
    if not kernel.accepts(program):
        wrong = f"{name} cannot compute {program.model.name}"
        raise SpecError((Problem("engine", wrong, f"it needs {kernel.needs}; leave the engine out"),))
    if precision not in kernel.precisions:
        able = ", ".join(other.name for other in KERNELS.values() if precision in other.precisions)
        raise SpecError((Problem("engine", f"{name} does not compute in {precision}", f"these do: {able}"),))
    return kernel

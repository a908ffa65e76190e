"""Which kernel does the work and why, for people: the table of choices with the work beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.derive import program as differentiated
from sheetgrad.engine.choose import CHOICES, KERNELS, choose
from sheetgrad.engine.schedule import largest_batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.engine.task import Precision
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup


class Line(NamedTuple):
    """A line of the table of choices."""

    engine: str
    what: str
    """What the kernel is for."""
    verdict: str
    """`chosen`, or why it was not."""


class Explanation(NamedTuple):
    """The work, the engine that is taken for it, and the table that this comes from."""

    name: str
    equations: int
    steps: int
    chosen: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        """The table as text."""
        head = f"{self.name}: {self.equations:,} scalar equations a step, {self.steps:,} steps: engine {self.chosen}"
        rows = [("engine", "for", "here"), *self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        shown = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
        kernels = (f"{kernel.name.ljust(widths[0])}  {kernel.what}" for kernel in KERNELS.values())
        return "\n".join((head, "", *shown, "", *kernels))

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {**self._asdict(), "lines": [line._asdict() for line in self.lines]}


def explained(
    setup: Setup, *, steps: int | None = None, engine: str | None = None, precision: Precision = "float64"
) -> Explanation:
    """Why a setup is trained by the engine that it is trained by.

    Raises SpecError as `train` does where the engine that is named cannot do it.

    >>> from sheetgrad.network import load
    >>> explained(load("class"), steps=100).chosen
    'straight'
    """
    steps = setup.steps if steps is None else steps
    program = differentiated(setup.model.batched(largest_batch(setup), setup.reduction), setup.optimizer)
    chosen = choose(program, steps, engine, precision).name
    lines = _lines(program, steps, precision, taken=engine is not None)
    return Explanation(setup.name, program.size, steps, chosen, tuple(lines))


def _lines(program: Program, steps: int, precision: Precision, *, taken: bool) -> Iterable[Line]:
    """The choices from the top; `taken` where one was named, so that none is chosen."""
    for choice in CHOICES:
        kernel = KERNELS[choice.kernel]
        if taken:
            verdict = ""
        elif not choice.fits(program.size, steps):
            verdict = "not for this much"
        elif precision not in kernel.precisions:
            verdict = f"does not compute in {precision}"
        elif not kernel.accepts(program):
            verdict = f"needs {kernel.needs}"
        else:
            verdict, taken = "chosen", True
        yield Line(choice.kernel, str(choice), verdict)

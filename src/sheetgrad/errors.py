"""Every error that a caller can cause.

    SheetgradError
    ├── SpecError         a network spec or its data is wrong; holds every problem found
    ├── EquationError     an equation cannot be read
    ├── ModelError        equations that do not make a model (a cycle, an unknown name)
    ├── TooLargeError     the form asked for would explode; says what to use instead
    ├── DivergedError     training reached a number that is not finite; says at which step
    └── MissingPackageError   an optional package is needed; says how to install it

A broken promise of our own is `BrokenInvariant`; nothing catches it.
"""

from __future__ import annotations

from typing import NamedTuple


class SheetgradError(Exception):
    """Something the caller can put right; the message says how."""


class Problem(NamedTuple):
    """One thing that is wrong, where, and what would be right."""

    place: str
    wrong: str
    remedy: str = ""

    def __str__(self) -> str:
        """Give `place: what is wrong; what would be right`."""
        head = f"{self.place}: " if self.place else ""
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{head}{self.wrong.rstrip('.;')}{';' if tail and not tail.startswith(' (') else ''}{tail}"


class SpecError(SheetgradError):
    """A spec with every problem that was found in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the problems; the message lists one a line."""
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class EquationError(SheetgradError):
    """Text that is not an equation; `line` and `column` count from 1."""

    def __init__(self, wrong: str, *, line: int = 1, column: int = 1) -> None:
        """Keep the place; the message names it."""
        self.wrong, self.line, self.column = wrong, line, column
        super().__init__(f"line {line}, column {column}: {wrong}")


class ModelError(SheetgradError):
    """Equations that do not make a model."""


class TooLargeError(SheetgradError):
    """The result would be too large to be of use."""


class DivergedError(SheetgradError):
    """Training reached infinity or not-a-number."""

    def __init__(self, step: int, rate: float, quantity: str) -> None:
        """Keep the step (from 0) at which `quantity` was first not finite."""
        self.step, self.rate, self.quantity = step, rate, quantity
        super().__init__(
            f"training diverged: {quantity} is not finite at step {step} with learning rate {rate:g}; "
            "a smaller learning rate or smaller starting weights would help"
        )


class MissingPackageError(SheetgradError):
    """An optional package is not installed."""

    def __init__(self, package: str, purpose: str, extra: str) -> None:
        """Say what the package is for and how to get it."""
        super().__init__(f"{purpose} needs the package {package}; install it with: pip install 'sheetgrad[{extra}]'")


class BrokenInvariant(Exception):  # noqa: N818 -- it is not an error a caller can mend, and is never caught
    """sheetgrad has broken a promise to itself: please report it."""

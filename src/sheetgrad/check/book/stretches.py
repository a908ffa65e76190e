"""The formulas of a track, each with the lines that hold it and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.compiled import NotReadError
from sheetgrad.expr import substitute

if TYPE_CHECKING:
    from sheetgrad.check.book.frames import Run
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.expr import Expr
    from sheetgrad.read.book.cells import Formula


class Stretch(NamedTuple):
    """Lines of a track that hold one formula, and what it comes to."""

    across: int
    formula: Formula
    runs: tuple[Run, ...]
    value: Expr | None
    reason: str = ""

    @property
    def first(self) -> int:
        """The first line."""
        return self.runs[0].first

    @property
    def last(self) -> int:
        """The last line."""
        return self.runs[-1].last

    @property
    def lines(self) -> int:
        """How many lines."""
        return sum(run.lines for run in self.runs)


def stretches(made: Understood, across: int) -> list[Stretch]:
    """The formulas of a track, most lines first; a state's first line is a start and no update."""
    roles = made.roles
    runs: dict[Formula, list[Run]] = {}
    start = roles.table.first if across in roles.states.values() else -1
    for run in roles.table.tracks[across].runs:
        if run.formula is not None and not (run.first == start == run.last):
            kept = run._replace(first=run.first + 1) if run.first == start else run
            runs.setdefault(run.formula, []).append(kept)
    found = []
    for formula, held in runs.items():
        line = max(held, key=lambda run: (run.lines, run.last)).last
        try:
            value, reason = roles.compiler.expression(formula, across, line), ""
            value = substitute(value, roles.same, tidy=False)
        except NotReadError as problem:
            value, reason = None, str(problem)
        found.append(Stretch(across, formula, tuple(held), value, reason))
    return sorted(found, key=lambda stretch: -stretch.lines)

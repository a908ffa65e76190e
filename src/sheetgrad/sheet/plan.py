"""What stands where in the workbook, as plain data: sheets, columns, formulas; nothing is written yet.

A formula is a template. In place of row numbers it has marks, which the stream
of rows fills in: this row, the row before, and the rows of another sheet.
`layout` makes a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from sheetgrad.engine.schedule import batches
from sheetgrad.sheet.names import letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.expr import Quantity, Ref
    from sheetgrad.notation import Notation
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

ROW, BEFORE, FIRST, LAST = "\x01", "\x02", "\x03", "\x04"
"""Marks: this row, the row before, the first and last of the rows that are meant."""

HEADERS = 2
"""Rows above the first step: names, equations."""

Kind: TypeAlias = Literal["count", "data", "parameter", "forward", "loss", "between", "gradient", "state"]


class Column(NamedTuple):
    """One quantity down a sheet."""

    name: str
    equation: str
    kind: Kind
    quantity: Quantity | None = None
    formula: str = ""
    """A template without the equals sign; empty for a number."""
    start: str | None = None
    """What the first row has in its place; empty for a number, None where it is no different."""

    @property
    def joins(self) -> bool:
        """Whether the samples of a step are taken together in it."""
        return self.kind in {"loss", "gradient"}


class Table(NamedTuple):
    """A sheet with a row for every step (or for every sample of every step)."""

    sheet: str
    columns: tuple[Column, ...]

    def place(self, quantity: Quantity) -> int:
        """The column of a quantity, counted from 0."""
        return next(place for place, column in enumerate(self.columns) if column.quantity is quantity)

    def letters(self, quantity: Quantity) -> str:
        """The letters of its column."""
        return letters(self.place(quantity))


class Tables(NamedTuple):
    """The sheets of one learning rate."""

    rate: float
    rate_name: str
    """The defined name of its cell."""
    steps: Table
    batch: Table | None
    """One row for every sample of every step, where a step has several."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole workbook."""

    setup: Setup
    steps: int
    batch: int
    """Samples in a full step."""
    program: Program
    """Of one sample, unrolled."""
    names: Notation
    whole: Program
    """Of a step."""
    whole_names: Notation
    cells: Mapping[Quantity, str]
    """The defined names of the input cells."""
    runs: tuple[Tables, ...]

    @property
    def loss(self) -> Ref:
        """The loss of a step."""
        return self.whole.loss

    @property
    def rows(self) -> int:
        """Rows of the sheet of steps."""
        return self.steps + 1

    @property
    def batch_rows(self) -> int:
        """Rows of the sheet of samples of steps; one below those of each step takes them together."""
        sizes = map(len, islice(batches(self.setup), self.rows))
        return self.rows + (self.rows * self.batch if self.setup.update == "batch" else sum(sizes))

"""What a spreadsheet file holds, as data: sheets of cells, each with its stored value and its formula.

A formula is kept relative to the cell that holds it, so that a formula copied
down a column is one object, parsed once, however long the column is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Place: TypeAlias = "tuple[int, int]"
"""Row and column, both counted from 1."""
CELLS = "the cells"
"""A function that stands for a range whose cells are named one by one; no formula of a file holds it."""
Value: TypeAlias = "float | str | bool | Fault | None"
"""What is stored in a cell; None is a cell that holds a format only, or a formula without a stored value."""


class Fault(NamedTuple):
    """A stored error such as #REF! or #DIV/0!."""

    code: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number typed into a formula."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text typed into a formula; TRUE and FALSE are calls without arguments."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """One cell. A row or column is a distance from the cell that holds the formula, unless it is fixed by a $."""

    row: int
    column: int
    row_fixed: bool = False
    column_fixed: bool = False
    sheet: str | None = None
    """Another sheet's name; None is the sheet of the formula."""

    def at(self, place: Place) -> Place:
        """The cell that is meant, where the formula stands at `place`."""
        row, column = place
        return (
            self.row if self.row_fixed else row + self.row,
            self.column if self.column_fixed else column + self.column,
        )


@dataclass(frozen=True, slots=True)
class Range:
    """A block of cells from one corner to the other, both included. A whole column has row 1 to the last row."""

    first: Reference
    last: Reference


@dataclass(frozen=True, slots=True)
class Name:
    """A word that is neither a cell nor a function: a defined name that the file does not define."""

    word: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the spreadsheet, its name in capitals.

    Operators are calls too: + - * / ^ & = < > <= >= <> and % neg pos with one argument.
    """

    function: str
    arguments: tuple[Tree, ...]


Tree: TypeAlias = "Number | Text | Reference | Range | Name | Call"


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula as every cell holds it that holds the same one: equal formulas of a book are one object."""

    shape: str
    """The formula in R1C1 form, which does not change from row to row: what tells formulas apart."""
    tree: Tree | None
    """None where it cannot be read; then `trouble` says why."""
    trouble: str = ""


class Cell(NamedTuple):
    """One cell: what is stored, and the formula that gave it, if one did."""

    value: Value
    formula: Formula | None = None
    text_number: bool = False
    """Whether the value is a number that the file stores as a text."""


class Series(NamedTuple):
    """One line of a chart: where its name, its x and its y come from, as the file writes it (`Sheet1!$W$33:$W$100`)."""

    name: str
    x: str
    y: str


class Chart(NamedTuple):
    """A chart: its kind as the file calls it (lineChart, scatterChart), its title if it is a fixed text."""

    kind: str
    title: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its cells under (row, column), in the order of the file."""

    name: str
    cells: Mapping[Place, Cell]
    hidden: bool = False
    merged: tuple[tuple[Place, Place], ...] = ()
    charts: tuple[Chart, ...] = ()
    part: str = ""
    """The member of an .xlsx package that holds the cells."""


@dataclass(frozen=True, slots=True)
class Book:
    """A spreadsheet file. Defined names, tables and shared formulas are already worked into the formulas."""

    path: str
    sheets: tuple[Sheet, ...]
    names: Mapping[str, Tree] = field(default_factory=dict)
    """The defined names of the whole book."""
    remarks: tuple[str, ...] = ()
    """What was found and left alone: macros, links to other files, a drawing that is broken."""
    linked: bool = False
    """Whether formulas look into other files, which are never opened."""

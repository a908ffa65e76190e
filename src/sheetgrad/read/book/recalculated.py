"""A whole book computed again from its formulas, however long the chains of cells are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.book.cells import Fault
from sheetgrad.read.book.values import LARGEST_BLOCK, UnknownFunctionError, evaluated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.read.book.cells import Book, Cell, Formula, Place, Value

    Where: TypeAlias = "tuple[str, Place]"

CIRCLE = Fault("#CIRCLE!")
"""What a cell holds that depends on itself."""


class _NeedsError(Exception):
    """Cells that must be computed first."""

    def __init__(self, cells: list[Where]) -> None:
        super().__init__()
        self.cells = cells


class Recalculation:
    """The values of all formula cells; a formula that is not computed here keeps its stored value, and says why."""

    def __init__(self, book: Book, *, changes: Mapping[Where, Formula] | None = None) -> None:
        """Take a book, and formulas to put in the place of its own."""
        self._sheets = {sheet.name: sheet.cells for sheet in book.sheets}
        self._extents = {sheet.name: _extent(sheet.cells) for sheet in book.sheets}
        self._changes = dict(changes or {})
        self.found: dict[Where, Any] = {}
        self.unknown: dict[Where, str] = {}
        self._open: set[Where] = set()

    def all(self) -> Mapping[Where, Value]:
        """The value of every cell with a formula."""
        places = [
            (name, place) for name, cells in self._sheets.items() for place, cell in cells.items() if cell.formula
        ]
        self._through(places)
        self._through(self._changes)
        return self.found

    def some(self, places: Iterable[Where]) -> Mapping[Where, Value]:
        """The values of some cells, and of whatever they are made from."""
        self._through(places)
        return self.found

    def _through(self, places: Iterable[Where]) -> None:
        for start in places:
            stack = [start]
            while stack:
                where = stack[-1]
                if where in self.found:
                    stack.pop()
                    self._open.discard(where)
                    continue
                self._open.add(where)
                try:
                    self.found[where] = self._computed(where)
                except _NeedsError as needs:
                    stack.extend(needs.cells)

    def _formula(self, where: Where) -> Formula | None:
        if where in self._changes:
            return self._changes[where]
        cell = self._sheets.get(where[0], {}).get(where[1])
        return None if cell is None else cell.formula

    def _computed(self, where: Where) -> Value:
        formula = self._formula(where)
        if formula is None or formula.tree is None:
            if formula is not None:
                self.unknown[where] = formula.trouble
            return self._stored(where)
        try:
            value: Value = evaluated(formula.tree, where[1], _View(self, where[0]))
        except UnknownFunctionError as error:
            self.unknown[where] = str(error)
            return self._stored(where)
        return value

    def _stored(self, where: Where) -> Value:
        cell = self._sheets.get(where[0], {}).get(where[1])
        if cell is None:
            return None
        return f"{cell.value:.15g}" if cell.text_number and isinstance(cell.value, float) else cell.value

    def known(self, where: Where) -> Any:  # noqa: ANN401 -- a value of any kind
        """The value of a cell, if it can be had at once.

        Raises:
            _NeedsError: it must be computed first.
        """
        if where in self.found:
            return self.found[where]
        if self._formula(where) is None:
            return self._stored(where)
        if where in self._open:
            return CIRCLE
        raise _NeedsError([where])

    def block(self, sheet: str, first: Place, last: Place) -> list[list[Any]]:
        """The values of a block, as far down and right as there are cells."""
        bottom, right = self._extents.get(sheet, (0, 0))
        rows, columns = range(first[0], min(last[0], bottom) + 1), range(first[1], min(last[1], right) + 1)
        if len(rows) * len(columns) > LARGEST_BLOCK:
            raise UnknownFunctionError("a block with so many cells is not computed here")
        needed: list[Where] = []
        values: list[list[Any]] = []
        for row in rows:
            values.append([])
            for column in columns:
                try:
                    values[-1].append(self.known((sheet, (row, column))))
                except _NeedsError as needs:
                    needed += needs.cells
        if needed:
            raise _NeedsError(needed)
        return values


class _View:
    """The cells as a formula of one sheet sees them."""

    __slots__ = ("_all", "_sheet")

    def __init__(self, recalculation: Recalculation, sheet: str) -> None:
        self._all, self._sheet = recalculation, sheet

    def value(self, sheet: str | None, row: int, column: int) -> Any:  # noqa: ANN401 -- a value of any kind
        return self._all.known((sheet or self._sheet, (row, column)))

    def values(self, sheet: str | None, first: Place, last: Place) -> list[list[Any]]:
        return self._all.block(sheet or self._sheet, first, last)


def _extent(cells: Mapping[Place, Cell]) -> Place:
    return max((row for row, _ in cells), default=0), max((column for _, column in cells), default=0)


def recalculated(book: Book) -> Mapping[Where, Value]:
    """The value of every formula cell under its sheet and place, computed from the formulas and typed values alone."""
    return Recalculation(book).all()

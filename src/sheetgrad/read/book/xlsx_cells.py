"""The cells of one sheet of an .xlsx file, read in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book import limits
from sheetgrad.read.book.addresses import COLUMN, block
from sheetgrad.read.book.blocks import element
from sheetgrad.read.book.cells import Cell
from sheetgrad.read.book.limits import UnreadableBookError, too_much
from sheetgrad.read.book.markup import Depth, Locals, parse, relation
from sheetgrad.read.book.stored import cell as cell_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.read.book.cells import Formula, Place
    from sheetgrad.read.book.formulas import SheetFormulas

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The names of the format's elements, in its usual and its strict form."""


class SheetPart(NamedTuple):
    """What a sheet's part holds; drawings and tables are named by their relationships."""

    cells: dict[Place, Cell]
    merged: tuple[tuple[Place, Place], ...]
    drawings: tuple[str, ...]


class Budget:
    """How many cells may still be read, over all sheets."""

    def __init__(self) -> None:
        """Begin with all of them."""
        self.left = limits.CELLS


class SheetPass:
    """Collects cells while the XML of a sheet goes by."""

    def __init__(self, place: str, formulas: SheetFormulas, texts: list[str], budget: Budget) -> None:
        """Begin above the first row."""
        self._place, self._formulas, self._texts, self._budget = place, formulas, texts, budget
        self._local, self._depth = Locals(place, MAIN), Depth(place)
        self.cells: dict[Place, Cell] = {}
        self.merged: list[tuple[Place, Place]] = []
        self.drawings: list[str] = []
        self._row = self._column = 0
        self._row_text, self._kind = "", ""
        self._value: str | None = None
        self._formula: str | None = None
        self._shared: dict[str, Formula] = {}
        self._waiting: list[tuple[Place, str]] = []
        self._blocks: list[tuple[Place, tuple[Place, Place], Formula]] = []
        self._about: dict[str, str] = {}
        self._taken: list[str] | None = None
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Go into an element."""
        self._depth.down()
        match self._local[name]:
            case "c":
                self._to_cell(attributes.get("r"))
                self._kind = attributes.get("t", "")
                self._value = self._formula = None
            case "v":
                self._taken = []
            case "f":
                self._taken, self._about = [], attributes
            case "t" if not self._phonetic:
                self._taken = []
            case "rPh":
                self._phonetic = True
            case "row":
                self._row_text = attributes.get("r", "")
                self._row = self._number(self._row_text) if self._row_text else self._row + 1
                self._column = 0
            case "mergeCell" if (corners := block(attributes.get("ref", ""))) is not None:
                if len(self.merged) >= limits.MERGED:
                    too_much(self._place, "merged blocks", limits.MERGED)
                self.merged.append(corners)
            case "drawing":
                self.drawings.append(relation(attributes))

    def text(self, data: str) -> None:
        """Keep a text if it belongs to a cell."""
        if self._taken is not None:
            self._taken.append(data)

    def end(self, name: str) -> None:
        """Leave an element."""
        self._depth.now -= 1
        match self._local[name]:
            case "c":
                if self._value is not None or self._formula is not None:
                    self._keep()
            case "v":
                self._value, self._taken = self._joined(), None
            case "f":
                self._formula, self._taken = self._joined(), None
            case "t" if self._taken is not None:
                self._value, self._taken = (self._value or "") + self._joined(), None
            case "rPh":
                self._phonetic = False

    def _joined(self) -> str:
        taken = self._taken or ()
        if len(taken) == 1:
            text = taken[0]
        else:
            text = "".join(taken)
        if len(text) > limits.TEXT:
            too_much(self._place, "characters in one cell", limits.TEXT)
        return text

    def _to_cell(self, address: str | None) -> None:
        """Go to the cell of an address, or to the next one where the file gives none."""
        if address is None:
            self._column += 1
            if not 0 < self._row <= limits.ROWS or self._column > limits.COLUMNS:
                self._nowhere(f"row {self._row}, column {self._column}")
            return
        letters = address.rstrip("0123456789")
        self._column = COLUMN.get(letters, 0) or COLUMN.get(letters.upper(), 0)
        digits = address[len(letters) :]
        if digits != self._row_text:
            self._row, self._row_text = self._number(digits), digits
        if not self._column:
            self._nowhere(address)

    def _number(self, digits: str) -> int:
        row = int(digits) if digits.isdecimal() and len(digits) < 9 else 0
        if not 0 < row <= limits.ROWS:
            self._nowhere(f"row {digits[:20]}")
        return row

    def _nowhere(self, where: str) -> None:
        raise UnreadableBookError(
            f"{self._place}: it has a cell at {where}, where no sheet has one. Save the file again."
        )

    def _keep(self) -> None:
        """Put the cell that has ended among the others."""
        place = self._row, self._column
        formula = None if self._formula is None else self._read(self._formula, place)
        if formula is None and self._value is None:
            return
        self._budget.left -= 1
        if self._budget.left < 0:
            too_much(self._place, "cells", limits.CELLS)
        self.cells[place] = cell_of(self._kind, self._value, formula, self._texts)

    def _read(self, text: str, place: Place) -> Formula | None:
        """The formula of a cell, by the way in which the file gives it."""
        about = self._about
        match about.get("t", "normal"):
            case "shared":
                number = about.get("si", "")
                if not text:
                    if number not in self._shared:
                        self._waiting.append((place, number))
                    return self._shared.get(number)
                formula = self._shared[number] = self._formulas.at(text, place)
                return formula
            case "array" if (corners := block(about.get("ref", ""))) is not None:
                formula = self._formulas.at(text, place)
                if corners[0] == corners[1]:
                    return formula
                self._blocks.append((place, corners, formula))
                return formula
            case "dataTable":
                return self._formulas.unread("TABLE()", "it is a what-if table, which is not read")
        return self._formulas.at(text, place) if text.strip() else None

    def finish(self) -> None:
        """Give their formulas to cells that share one written later, and to the cells of blocks."""
        for place, number in self._waiting:
            formula = self._shared.get(number) or self._formulas.unread(
                f"shared {number}", "it is shared with a cell that the file does not have"
            )
            self.cells[place] = self.cells.get(place, Cell(None))._replace(formula=formula)
        for master, (first, last), formula in self._blocks:
            rows, columns = range(first[0], last[0] + 1), range(first[1], last[1] + 1)
            size = (len(rows), len(columns))
            if len(rows) * len(columns) > limits.BLOCK:
                corner = self._formulas.unread(formula.shape, f"it fills a block of more than {limits.BLOCK:,} cells")
                self.cells[master] = self.cells[master]._replace(formula=corner)
                continue
            for place in ((row, column) for row in rows for column in columns):
                offset = place[0] - first[0], place[1] - first[1]
                mine = element(self._formulas, formula, offset, size)
                self.cells[place] = self.cells.get(place, Cell(None))._replace(formula=mine)


def read_cells(
    place: str, chunks: Iterable[bytes], formulas: SheetFormulas, texts: list[str], budget: Budget
) -> SheetPart:
    """The cells, merged blocks and drawings of a sheet.

    Raises:
        UnreadableBookError: the part is broken or passes a limit.
    """
    reading = SheetPass(place, formulas, texts, budget)
    parse(place, chunks, start=reading.start, end=reading.end, text=reading.text)
    reading.finish()
    return SheetPart(reading.cells, tuple(reading.merged), tuple(reading.drawings))


class TextsPass:
    """Collects the texts that the cells of all sheets share."""

    def __init__(self, place: str) -> None:
        """Begin with none."""
        self._place, self._local, self._depth = place, Locals(place, MAIN), Depth(place)
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._wanted = self._phonetic = False
        self._length = self._total = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """Go into an element."""
        self._depth.down()
        match self._local[name]:
            case "si":
                self._parts, self._length = [], 0
            case "rPh":
                self._phonetic = True
            case "t":
                self._wanted = not self._phonetic

    def text(self, data: str) -> None:
        """Keep a text."""
        if self._wanted:
            self._length += len(data)
            self._total += len(data)
            if self._length > limits.TEXT:
                too_much(self._place, "characters in one text", limits.TEXT)
            if self._total > limits.TEXT_TOTAL:
                too_much(self._place, "characters of text", limits.TEXT_TOTAL)
            self._parts.append(data)

    def end(self, name: str) -> None:
        """Leave an element."""
        self._depth.now -= 1
        match self._local[name]:
            case "si":
                if len(self.texts) >= limits.TEXTS:
                    too_much(self._place, "texts", limits.TEXTS)
                self.texts.append("".join(self._parts))
            case "rPh":
                self._phonetic = False
            case "t":
                self._wanted = False


def read_texts(place: str, chunks: Iterable[bytes]) -> list[str]:
    """The shared texts in their order; the formats of rich texts are left out."""
    reading = TextsPass(place)
    parse(place, chunks, start=reading.start, end=reading.end, text=reading.text)
    return reading.texts

"""An .ods file (LibreOffice Calc and others), or the same as one flat XML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book import limits
from sheetgrad.read.book.blocks import element
from sheetgrad.read.book.cells import Book, Cell, Chart, Fault, Sheet
from sheetgrad.read.book.formulas import Formulas, SheetFormulas
from sheetgrad.read.book.limits import UnreadableBookError, too_much
from sheetgrad.read.book.markup import Depth, Locals, parse
from sheetgrad.read.book.ods_charts import ods_charts
from sheetgrad.read.book.open_formula import cells as to_cells
from sheetgrad.read.book.open_formula import to_a1
from sheetgrad.read.book.stored import number, text_cell
from sheetgrad.read.book.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.read.book.cells import Formula, Place
    from sheetgrad.read.book.package import Package

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
TABLE, OFFICE, TEXT, STYLE = (f"{_NAMESPACE.format(name)} " for name in ("table", "office", "text", "style"))
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_XLINK = "http://www.w3.org/1999/xlink "
_SKIPPED = frozenset(("annotation", "shapes", "tracked-changes", "dde-links", "forms", "object", "frame", "scenario"))
"""Elements whose cells and texts are none of the sheet's."""
_ERRORS = {"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"}


class Written(NamedTuple):
    """A cell as the file has it; its formula is read once all names are known."""

    kind: str
    value: str
    text: str
    formula: str | None
    matrix: Place
    """The rows and columns that the formula fills."""


class Collected:
    """A sheet while it is read."""

    def __init__(self, name: str, style: str) -> None:
        """Begin above the first row."""
        self.name, self.style = name, style
        self.cells: dict[Place, Written] = {}
        self.merged: list[tuple[Place, Place]] = []
        self.objects: list[str] = []


class OdsPass:
    """Collects sheets, names and styles while the XML goes by."""

    def __init__(self, place: str) -> None:
        """Begin before the first sheet."""
        self._place, self._local, self._depth = place, Locals(place), Depth(place)
        self.sheets: list[Collected] = []
        self.names: dict[tuple[str | None, str], str] = {}
        self.hidden: set[str] = set()
        self.links = False
        self._style = ""
        self._skipping = 0
        self._row = self._column = self._rows = self._columns = 0
        self._line: list[tuple[int, int, Written, Place]] = []
        self._about: dict[str, str] | None = None
        self._text: list[str] = []
        self._paragraphs = 0
        self._in_paragraph = False
        self._length = 0
        self._left = limits.CELLS
        self._in_sheet = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Go into an element."""
        self._depth.down()
        short = self._local[name]
        if self._skipping or short in _SKIPPED:
            self._skipping += 1
            if short == "object" and self.sheets:
                self.sheets[-1].objects.append(attributes.get(f"{_XLINK}href", ""))
            return
        match short:
            case "table-cell" | "covered-table-cell":
                self._about, self._text, self._paragraphs, self._length = attributes, [], 0, 0
                self._columns = self._repeated(attributes, "number-columns-repeated", limits.COLUMNS)
            case "p" if self._about is not None:
                if self._paragraphs:
                    self._add("\n")
                self._paragraphs += 1
                self._in_paragraph = True
            case "s" if self._in_paragraph:
                self._add(" " * min(self._repeated(attributes, "c", 100, TEXT), 100))
            case "tab" | "line-break" if self._in_paragraph:
                self._add(" ")
            case "table-row":
                self._row, self._column, self._line = self._row + 1, 0, []
                self._rows = self._repeated(attributes, "number-rows-repeated", limits.ROWS)
            case "table":
                if len(self.sheets) >= limits.SHEETS:
                    too_much(self._place, "sheets", limits.SHEETS)
                self.sheets.append(
                    Collected(attributes.get(f"{TABLE}name", ""), attributes.get(f"{TABLE}style-name", ""))
                )
                self._row, self._in_sheet = 0, True
            case "table-source":
                self.links = True
            case _:
                self._about_names(short, attributes)

    def _about_names(self, short: str, attributes: dict[str, str]) -> None:
        match short:
            case "style":
                self._style = attributes.get(f"{STYLE}name", "")
            case "table-properties" if attributes.get(f"{TABLE}display") == "false":
                self.hidden.add(self._style)
            case "named-range" | "named-expression":
                if len(self.names) >= limits.NAMES:
                    too_much(self._place, "defined names", limits.NAMES)
                sheet = self.sheets[-1].name if self._in_sheet else None
                text = attributes.get(f"{TABLE}cell-range-address")
                formula = to_cells(text) if text is not None else to_a1(attributes.get(f"{TABLE}expression", ""))
                self.names[sheet, attributes.get(f"{TABLE}name", "").upper()] = formula

    def text(self, data: str) -> None:
        """Keep a text if it belongs to a cell."""
        if self._in_paragraph and not self._skipping:
            self._add(data)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > limits.TEXT:
            too_much(self._place, "characters in one cell", limits.TEXT)
        self._text.append(text)

    def end(self, name: str) -> None:
        """Leave an element."""
        self._depth.now -= 1
        if self._skipping:
            self._skipping -= 1
            return
        match self._local[name]:
            case "p":
                self._in_paragraph = False
            case "table-cell" | "covered-table-cell" if self._about is not None:
                self._cell(self._about)
                self._about = None
                self._column += self._columns
            case "table-row":
                self._keep()
                self._row += self._rows - 1
            case "table":
                self._in_sheet = False

    def _cell(self, about: dict[str, str]) -> None:
        formula = about.get(f"{TABLE}formula")
        kind = about.get(f"{OFFICE}value-type", "")
        if about.get(f"{_CALCEXT}value-type") == "error":
            kind = "error"
        if not kind and formula is None:
            return
        value = next((about[f"{OFFICE}{key}"] for key in _VALUES if f"{OFFICE}{key}" in about), "")
        rows = self._repeated(about, "number-matrix-rows-spanned", limits.ROWS)
        matrix = (rows, self._repeated(about, "number-matrix-columns-spanned", limits.COLUMNS))
        written = Written(kind, value, "".join(self._text), formula, matrix)
        span = (
            self._repeated(about, "number-rows-spanned", limits.ROWS),
            self._repeated(about, "number-columns-spanned", limits.COLUMNS),
        )
        self._line.append((self._column + 1, self._columns, written, span))

    def _keep(self) -> None:
        """Put the cells of a row that has ended among the others, as often as the row is repeated."""
        if not self._line or not self.sheets:
            return
        count = self._rows * sum(columns for _, columns, _, _ in self._line)
        self._left -= count
        if self._left < 0:
            too_much(self._place, "cells", limits.CELLS)
        sheet = self.sheets[-1]
        last = max(column + columns - 1 for column, columns, _, _ in self._line)
        if self._row + self._rows - 1 > limits.ROWS or last > limits.COLUMNS:
            raise UnreadableBookError(f"{self._place}: it has cells where no sheet has any. Save the file again.")
        for row in range(self._row, self._row + self._rows):
            for first, columns, written, span in self._line:
                for column in range(first, first + columns):
                    sheet.cells[row, column] = written
                if span != (1, 1) and len(sheet.merged) < limits.MERGED:
                    sheet.merged.append(((row, first), (row + span[0] - 1, first + span[1] - 1)))

    def _repeated(self, attributes: dict[str, str], name: str, limit: int, space: str = TABLE) -> int:
        text = attributes.get(space + name)
        if text is None:
            return 1
        count = int(text) if text.isdecimal() and len(text) < 9 else 0
        if not 0 < count <= limit:
            raise UnreadableBookError(f"{self._place}: it repeats something {text[:20]} times. Save the file again.")
        return count


_VALUES = ("value", "boolean-value", "string-value", "date-value", "time-value")


def _stored(written: Written, formula: Formula | None) -> Cell:
    match written.kind:
        case "float" | "percentage" | "currency":
            return Cell(number(written.value), formula)
        case "boolean":
            return Cell(written.value == "true", formula)
        case "error":
            return Cell(Fault(written.text.strip() if written.text.strip() in _ERRORS else "#VALUE!"), formula)
        case "":
            return Cell(None, formula)
    text = written.value or written.text
    if formula is not None and (text in _ERRORS or text.startswith("Err:")):
        return Cell(Fault(text), formula)
    return text_cell(text, formula)


def _sheet(collected: Collected, formulas: Formulas, *, hidden: bool, drawn: tuple[Chart, ...]) -> Sheet:
    reader = SheetFormulas(formulas, collected.name)
    cells: dict[Place, Cell] = {}
    filled: dict[Place, Formula] = {}
    for place, written in collected.cells.items():
        formula = None if written.formula is None else reader.at(to_a1(written.formula), place)
        if formula is not None and written.matrix != (1, 1):
            filled.update(_filled(reader, formula, place, written.matrix))
            formula = filled[place]
        cells[place] = _stored(written, formula or filled.get(place))
    return Sheet(collected.name, cells, hidden, tuple(collected.merged), drawn)


def _filled(reader: SheetFormulas, formula: Formula, place: Place, size: Place) -> dict[Place, Formula]:
    """The formulas of the cells of a block."""
    if size[0] * size[1] > limits.BLOCK:
        return {place: reader.unread(formula.shape, f"it fills a block of more than {limits.BLOCK:,} cells")}
    return {
        (place[0] + row, place[1] + column): element(reader, formula, (row, column), size)
        for row in range(size[0])
        for column in range(size[1])
    }


def read_ods(path: str, content: Iterable[bytes], package: Package | None = None) -> Book:
    """The whole book.

    Raises:
        UnreadableBookError: it is broken or passes a limit.
    """
    reading = OdsPass(f"{path}: content.xml" if package else path)
    parse(path, content, start=reading.start, end=reading.end, text=reading.text)
    formulas = Formulas(Words([sheet.name for sheet in reading.sheets], reading.names))
    remarks: list[str] = []
    sheets = tuple(
        _sheet(
            sheet,
            formulas,
            hidden=sheet.style in reading.hidden,
            drawn=tuple(ods_charts(sheet.name, sheet.objects, package, remarks)),
        )
        for sheet in reading.sheets
    )
    if package is not None and any(name.startswith(("Basic/", "Scripts/")) for name in package.names):
        remarks.append("The file holds macros. They were not run.")
    if reading.links or formulas.linked:
        remarks.append("The file looks into other files. These were not opened.")
    return Book(path, sheets, formulas.words.whole_book(), tuple(remarks), formulas.linked)

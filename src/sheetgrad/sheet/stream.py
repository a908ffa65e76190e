"""Rows of formulas and values written straight into a worksheet's XML, as fast as text can be joined.

XlsxWriter looks at every formula with thirty regular expressions and keeps every
cell; for a million cells that is minutes and gigabytes. Here a row is one piece
of text with holes for the row number and the values. A formula that looks at its
own sheet only is written once and shared by all rows below; one that looks at
another sheet is written out, because Excel itself never shares those.
"""

from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZipFile

from xlsxwriter.worksheet import Worksheet

from sheetgrad.sheet.names import letters
from sheetgrad.sheet.plan import BEFORE, FIRST, HEADERS, LAST, ROW, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

BLOCK = 128
"""Rows that are written at a time."""

GAP = "<!-- rows -->"
"""Stands in a sheet's XML where its rows go when the file is packed."""

_NOT_A_NUMBER = re.compile(r"(<c r=\"[A-Z]+\d+\" s=\"\d+\")>((?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?)<v>(?:-?inf|nan)</v>")


class Line(NamedTuple):
    """One row: the value of every column, and the rows that it means elsewhere."""

    values: tuple[float, ...]
    first: int = 0
    last: int = 0
    joins: bool = False
    """Whether it closes the lines before it: their mean or sum."""


class Rows(NamedTuple):
    """What is streamed into a sheet below its headers."""

    columns: Sequence[Column]
    styles: Sequence[int]
    """The number of the cell format of every column."""
    number: int
    """How many rows."""
    lines: Callable[[], Iterable[Line]]
    formulas: bool = True
    """Whether formulas are written, or values only."""
    join: Join | None = None
    """What the lines that close others have."""


class Join(NamedTuple):
    """The row below some others that takes their mean or sum, in some of the columns."""

    word: str
    """What the second column says in place of a number: `mean` or `sum`."""
    function: str
    joins: tuple[bool, ...]
    """Whether a column is taken together."""
    styles: tuple[int, int]
    """The cell formats of words and of numbers."""


class Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter brings no types
    """A worksheet of XlsxWriter whose numbers keep all their digits, and whose lower rows can be streamed."""

    def __init__(self) -> None:
        """Nothing is streamed until `rows` is set."""
        super().__init__()
        self.rows: Rows | None = None

    def stream(self, rows: Rows) -> None:
        """Have these rows written below the headers when the workbook is closed."""
        self.rows = rows

    def _write_dimension(self) -> None:
        """Say how far the cells reach, the streamed rows included."""
        if self.rows is None:
            super()._write_dimension()
            return
        last = f"{letters(len(self.rows.columns) - 1)}{HEADERS + self.rows.number}"
        self._xml_empty_tag("dimension", [("ref", f"A1:{last}")])

    def _write_rows(self) -> None:
        super()._write_rows()
        if self.rows is not None:
            self.fh.write(GAP)

    def _xml_number_element(self, number: float, attributes: Iterable[tuple[str, object]] = ()) -> None:
        """A number with the 17 digits it needs, where XlsxWriter rounds to 16."""
        words = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{words}><v>{number!r}</v></c>")

    def _prepare_formula(self, formula: str, expand_future_functions: Any = False) -> str:  # noqa: ANN401, FBT002, ARG002 -- the base's signature
        """No formula of ours uses a function newer than 2010, so there is nothing to look for."""
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")


class Package(ZipFile):
    """The zip file of a workbook; streamed rows go into it without being held or written anywhere before."""

    def __init__(self, *arguments: Any, streams: Mapping[str, Rows], **options: Any) -> None:  # noqa: ANN401 -- the base's
        """Have the rows of each stream put into the part of that name."""
        super().__init__(*arguments, **options)
        self.streams = streams
        self.zip64 = bool(options.get("allowZip64"))

    def abandon(self) -> None:
        """Forget the file: what was written of it goes nowhere."""
        self.fp = None

    def write(self, filename: Any, arcname: Any = None, *arguments: Any) -> None:  # noqa: ANN401 -- the base's signature
        """Pack a part."""
        rows = self.streams.get(arcname)
        if rows is None:
            super().write(filename, arcname, *arguments)
            return
        head, tail = Path(filename).read_text(encoding="utf-8").split(GAP)
        with self.open(arcname, "w", force_zip64=self.zip64) as part:
            part.write(head.encode())
            for text in written(rows):
                part.write(text.encode())
            part.write(tail.encode())


def written(rows: Rows) -> Iterator[str]:
    """The rows as XML, some at a time."""
    first, second, rest = (_template(rows, place) for place in range(3))
    closing = _closing(rows)
    block: list[str] = []
    for number, line in enumerate(rows.lines(), HEADERS + 1):
        template = rest if number > HEADERS + 2 else second if number == HEADERS + 2 else first
        if line.joins:
            template = closing
        text = template.replace(ROW, str(number))
        if FIRST in text:
            text = text.replace(FIRST, str(line.first)).replace(LAST, str(line.last))
        text %= line.values
        block.append(text if isfinite(sum(line.values)) else _with_errors(text))
        if len(block) == BLOCK:
            yield "".join(block)
            block.clear()
    yield "".join(block)


def _with_errors(text: str) -> str:
    """What is no number to a spreadsheet is written as its error."""
    return _NOT_A_NUMBER.sub(r'\1 t="e">\2<v>#NUM!</v>', text)


def _template(rows: Rows, place: int) -> str:
    """The first, the second, or any later row, with holes."""
    cells = []
    for at, (column, style) in enumerate(zip(rows.columns, rows.styles, strict=True)):
        inner = _formula(column, at, place, HEADERS + rows.number) if rows.formulas else ""
        cells.append(f'<c r="{letters(at)}{ROW}" s="{style}">{inner}<v>%r</v></c>')
    return f'<row r="{ROW}">{"".join(cells)}</row>'


def _closing(rows: Rows) -> str:
    """The row that closes some others, with holes."""
    if rows.join is None:
        return ""
    word, function, joins, (words, numbers) = rows.join
    cells = [
        f'<c r="A{ROW}" s="{words}"><v>%r</v></c>',
        f'<c r="B{ROW}" s="{words}" t="inlineStr"><is><t>{word}</t></is></c>',
    ]
    for at, joined in enumerate(joins[2:], 2):
        here = letters(at)
        formula = f"<f>{function}({here}{FIRST}:{here}{LAST})</f>" if rows.formulas else ""
        cells.append(f'<c r="{here}{ROW}" s="{numbers}"' + (f">{formula}<v>%r</v></c>" if joined else "/>"))
    return f'<row r="{ROW}">{"".join(cells)}</row>'


def _formula(column: Column, at: int, place: int, last: int) -> str:
    """The formula's element; a shared one is spelled out in the first row that has it."""
    own_start = column.start is not None
    text = column.start if own_start and place == 0 else column.formula
    if not text:
        return ""
    words = escape(text).replace("%", "%%")
    if "!" in text or (own_start and place == 0):
        return f"<f>{words.replace(BEFORE, str(HEADERS + place))}</f>"
    opens = 1 if own_start else 0
    if place > opens:
        return f'<f t="shared" si="{at}"/>'
    row = HEADERS + 1 + place
    words = words.replace(BEFORE, str(row - 1))
    if row == last:
        return f"<f>{words}</f>"
    return f'<f t="shared" ref="{letters(at)}{row}:{letters(at)}{last}" si="{at}">{words}</f>'

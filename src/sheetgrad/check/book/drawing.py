"""The part of a sheet that a report shows: the heads, the first rows, and the rows around what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.spelling import formula
from sheetgrad.check.findings import Drawing, Shown
from sheetgrad.check.report.cells import blocks
from sheetgrad.read.book.cells import Fault
from sheetgrad.sheet.names import letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.layout import Layout
    from sheetgrad.check.findings import Finding
    from sheetgrad.check.report.cells import Block
    from sheetgrad.read.book.cells import Cell, Sheet

MOST_LINES, MOST_TRACKS = 16, 80
"""Of a table that are drawn."""
MOST_ROWS = 60
"""Of blocks that are drawn."""
OPENING = 3
"""Lines from the top of a table that are always drawn."""


def drawing(table: Table, findings: Iterable[Finding]) -> Drawing:
    """A table as it is drawn; cells are marked later, by the places of findings."""
    if table.layout is not None:
        return _of_blocks(table.layout)
    spots = [block for finding in findings for block in blocks(finding.place, table.sheet.name)]
    tracks = sorted(table.tracks)
    ends = [line for spot in spots for line in _ends(table, spot)]
    lines = [*range(table.first - 1, table.first + OPENING), *ends, table.last]
    chosen = _chosen(line for line in lines if line > 0)
    rows, columns = (tracks, chosen) if table.sideways else (chosen, tracks)
    return _drawn(table.sheet, rows[:MOST_TRACKS], columns[:MOST_TRACKS])


def _of_blocks(layout: Layout) -> Drawing:
    """The first two blocks of a table whose steps are blocks of cells."""
    part = next(iter(layout.parts.values()))
    across = sorted({spot.across for spot in layout.spots if spot.sheet == part.sheet.name})
    along = list(range(max(1, part.first - 1), part.first + 2 * part.stride))
    rows, columns = (across, along) if part.sideways else (along, across)
    return _drawn(part.sheet, rows[:MOST_ROWS], columns[:MOST_TRACKS])


def _ends(table: Table, spot: Block) -> list[int]:
    """The lines at both ends of a block, and the line before it."""
    first, last = (table.turned(place)[1] for place in ((spot.top, spot.left), (spot.bottom, spot.right)))
    return [line for line in (first - 1, first, last) if table.first <= line <= table.last]


def _chosen(lines: Iterable[int]) -> list[int]:
    """Each once, in order, not too many; the last one stays."""
    found = sorted(set(lines))
    return found if len(found) <= MOST_LINES else [*found[: MOST_LINES - 1], found[-1]]


def _drawn(sheet: Sheet, rows: list[int], columns: list[int]) -> Drawing:
    cells = tuple(tuple(_shown(sheet.cells.get((row, column)), (row, column)) for column in columns) for row in rows)
    return Drawing(sheet.name, tuple(rows), tuple(columns), tuple(letters(at - 1) for at in columns), cells)


def _shown(cell: Cell | None, place: tuple[int, int]) -> Shown:
    """What stands in a cell, and its formula."""
    if cell is None:
        return Shown("")
    tree = cell.formula.tree if cell.formula else None
    match cell.value:
        case None:
            text = ""
        case bool() as value:
            text = str(value).upper()
        case float() | int() as value:
            text = f"{value:.6g}"
        case Fault(code=code):
            text = code
        case value:
            text = str(value)
    return Shown(text, formula(tree, place) if tree is not None else "")

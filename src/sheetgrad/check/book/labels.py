"""What stands beside and above the cells of a block, and what it calls them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.book.headers import ABOVE, Head, best, head
from sheetgrad.check.book.layout import FIRST, Layout, Site

if TYPE_CHECKING:
    from sheetgrad.check.book.compiled import Fixed
    from sheetgrad.check.book.frames import Table
    from sheetgrad.read.book.cells import Book, Cell, Place, Sheet

WIDEST = 60
"""Cells of a matrix or a list that one label stands for, along a side."""
_WORD = re.compile(r"[A-Za-z]{1,12}")


def labels(table: Table) -> dict[int, Head]:
    """The head of every track of a folded table that has one: a text beside it, or at the corner of its matrix.

    A text that stands for several cells tells none of them apart, so it never says of
    which derivative a cell is; the cells are called after it and numbered.
    """
    found: dict[int, Head] = {}
    for across in table.tracks:
        site = None if table.layout is None else _site(table, across)
        said = None if site is None or table.layout is None else _said(table.layout, site)
        if said is not None:
            found[across] = said
    counts = Counter(one.plain for one in found.values() if one.plain)
    return {
        across: one if counts[one.plain] <= 1 else one._replace(of="", wrt="", key=one.plain)
        for across, one in found.items()
    }


def given_name(book: Book, source: Fixed) -> str:
    """What the text beside a single cell calls it; empty where there is none."""
    sheet = next((one for one in book.sheets if one.name == source.sheet), None)
    text = "" if sheet is None else _text(sheet, (source.place[0], source.place[1] - 1))
    return head(text).key if text.strip() else ""


def _site(table: Table, across: int) -> Site | None:
    layout = table.layout
    if layout is None or across > len(layout.spots):
        return None
    spot = layout.spots[across - 1]
    return Site(spot.sheet, layout.parts[spot.sheet].place(layout.block(FIRST), spot.inside, spot.across))


def _said(layout: Layout, site: Site) -> Head | None:
    part, place = layout.parts[site.sheet], site.place
    sheet, (row, column) = part.sheet, place
    top_row = 1 if part.sideways else row - part.turned(place)[1]
    beside = head(_text(sheet, (row, column - 1)))
    if beside.plain and not _is_cell(sheet, (row, column + 1)):
        return beside
    top, left = _corner(sheet, place, top_row)
    above, own = (_above(sheet, (top, one)) for one in (left, column))
    row_label = _text(sheet, (row, left - 1))
    if head(row_label).plain and not _text(sheet, (row - 1, column)) and not _is_cell(sheet, (row - 1, column)):
        own, above = [], [row_label]
    texts = own if any(own) else above
    chosen = best([head(text) for text in texts if text.strip()])
    if chosen is None or not chosen.plain:
        return chosen
    numbers = [str(row - top + 1)] * (part.sideways or part.stride > 1) * _tall(sheet, (top, column))
    if not any(own) or not any(_above(sheet, (top, column + 1))):
        numbers += [str(column - left + 1)] * (
            left < column or (part.stride > 1 and _is_cell(sheet, (row, column + 1)))
        )
    word = _word(sheet, place)
    name = "_".join([chosen.plain, *([word] if word else numbers)])
    return Head(chosen.text, key=name) if numbers or word else chosen


def _above(sheet: Sheet, place: Place) -> list[str]:
    """The texts above a cell, as far as the next number."""
    found = []
    for row in range(place[0] - 1, max(0, place[0] - 1 - ABOVE), -1):
        if _is_cell(sheet, (row, place[1])):
            break
        found.append(_text(sheet, (row, place[1])))
    return found


def _text(sheet: Sheet, place: Place) -> str:
    cell = sheet.cells.get(place)
    return cell.value if cell is not None and isinstance(cell.value, str) and cell.formula is None else ""


def _is_cell(sheet: Sheet, place: Place) -> bool:
    cell: Cell | None = sheet.cells.get(place)
    return cell is not None and (cell.formula is not None or isinstance(cell.value, float | int))


def _corner(sheet: Sheet, place: Place, highest: int) -> Place:
    """The first cell of the matrix or list in which a cell stands, in its own block."""
    row, column = place
    for _ in range(WIDEST):
        if row <= highest or not _is_cell(sheet, (row - 1, column)):
            break
        row -= 1
    for _ in range(WIDEST):
        if not _is_cell(sheet, (row, column - 1)) or _text(sheet, (row - 1, column)):
            break
        column -= 1
    return row, column


def _tall(sheet: Sheet, place: Place) -> bool:
    return _is_cell(sheet, (place[0] + 1, place[1]))


def _word(sheet: Sheet, place: Place) -> str:
    """A word at the beginning of a row that tells it from the rows above: `mean`."""
    row, column = place
    words = [_text(sheet, (row, one)) for one in range(1, min(column, 4))]
    return next((word for word in words if _WORD.fullmatch(word)), "")

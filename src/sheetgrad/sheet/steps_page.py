"""The sheets of steps: two header rows, and below them streamed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.sheet.plan import HEADERS
from sheetgrad.sheet.stream import Join, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sheetgrad.sheet.page import Page, Style
    from sheetgrad.sheet.plan import Table
    from sheetgrad.sheet.stream import Line

WIDTH, LETTER = 13.5, 1.1
"""Of a column at least, and of a bold letter in its name."""
JOINS = {"mean": "AVERAGE", "sum": "SUM"}
"""The function that takes the samples of a step together."""


def write(
    page: Page, table: Table, count: int, lines: Callable[[], Iterable[Line]], *, live: bool, joined: str = ""
) -> None:
    """Write the headers now, and the rows when the workbook is closed.

    Where several samples make a step, `joined` says how: mean or sum.
    """
    page.row_height(0, 20)
    page.row_height(1, 62)
    for place, column in enumerate(table.columns):
        style: Style = f"head_{column.kind}"  # type: ignore[assignment]  # every kind has its heading
        page.text(0, place, column.name, style)
        page.text(1, place, column.equation or column.kind, "equation")
    _widths(page, table)
    counts = sum(column.kind == "count" for column in table.columns)
    page.sheet.freeze_panes(HEADERS, counts)
    page.sheet.repeat_rows(0, HEADERS - 1)
    page.sheet.repeat_columns(0, counts - 1)
    styles = [_number(page, column.kind) for column in table.columns]
    page.sheet.stream(Rows(table.columns, styles, count, lines, live, _join(page, table, joined) if joined else None))


def _number(page: Page, style: Style) -> int:
    """The number that a cell refers to its format by."""
    found: int = page.styles[style]._get_xf_index()  # noqa: SLF001 -- XlsxWriter has no public word for it
    return found


def _join(page: Page, table: Table, joined: str) -> Join:
    """The row below the samples of a step: step, the word, and a formula in each column that is taken together."""
    joins = tuple(column.joins for column in table.columns)
    return Join(joined, JOINS[joined], joins, (_number(page, "joined_word"), _number(page, "joined")))


def _widths(page: Page, table: Table) -> None:
    """Neighbours of one kind at a time; derivatives of what lies between are folded away."""
    kinds = [column.kind for column in table.columns]
    first = 0
    for place in range(1, len(kinds) + 1):
        if place < len(kinds) and kinds[place] == kinds[first]:
            continue
        folded = {"level": 1, "hidden": True} if kinds[first] == "between" else {}
        width = max(WIDTH, *(LETTER * len(column.name) + 2 for column in table.columns[first:place]))
        page.sheet.set_column(first, place - 1, 8 if kinds[first] == "count" else width, None, folded)
        if not folded and first and kinds[first - 1] == "between":
            page.sheet.set_column(first, first, width, None, {"collapsed": True})
            if place - 1 > first:
                page.sheet.set_column(first + 1, place - 1, width)
        first = place

"""A formula's text, moved as spreadsheets move it when it is copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.read.book import limits
from sheetgrad.read.book.addresses import LETTERS
from sheetgrad.read.book.cells import Range, Reference
from sheetgrad.read.book.tokens import FormulaError, tokens

if TYPE_CHECKING:
    from sheetgrad.read.book.cells import Place


def moved(text: str, old: Place, new: Place) -> str | None:
    """The formula in A1 form as it reads when it is copied from one cell to another; None where it cannot be moved.

    >>> moved("E21-$G$19*X21", (22, 5), (23, 6))
    'F22-$G$19*Y22'
    """
    try:
        found = tokens(text, old)
    except FormulaError:
        return None
    pieces, at = [], 0
    for token in found:
        if token.end and isinstance(token.tree, Reference | Range):
            put = written(token.tree, new) if isinstance(token.tree, Reference) else _lines(token.tree, new)
            pieces += [text[at : token.start], put]
            at = token.end
    return "".join((*pieces, text[at:]))


def _lines(area: Range, place: Place) -> str:
    """Whole columns or rows, without their sheet."""
    ends = [written(end, place) for end in (area.first, area.last)]
    by_rows = (area.first.column, area.last.column) == (1, limits.COLUMNS) and area.last.column_fixed
    return ":".join(re.sub(r"^\$?[A-Z]+" if by_rows else r"\$?[0-9]+$", "", end) for end in ends)


def written(reference: Reference, place: Place) -> str:
    """A cell, without its sheet, as a formula at a place writes it."""
    row, column = reference.at(place)
    row, column = (row - 1) % limits.ROWS + 1, (column - 1) % limits.COLUMNS + 1
    return f"{'$' * reference.column_fixed}{LETTERS[column]}{'$' * reference.row_fixed}{row}"

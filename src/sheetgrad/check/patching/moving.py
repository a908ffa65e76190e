"""A formula's text, moved as spreadsheets move it when it is copied."""

from __future__ import annotations

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
        if isinstance(token.tree, Range):
            return None
        if isinstance(token.tree, Reference):
            pieces += [text[at : token.start], written(token.tree, new)]
            at = token.end
    return "".join((*pieces, text[at:]))


def written(reference: Reference, place: Place) -> str:
    """A cell, without its sheet, as a formula at a place writes it."""
    row, column = reference.at(place)
    row, column = (row - 1) % limits.ROWS + 1, (column - 1) % limits.COLUMNS + 1
    return f"{'$' * reference.column_fixed}{LETTERS[column]}{'$' * reference.row_fixed}{row}"

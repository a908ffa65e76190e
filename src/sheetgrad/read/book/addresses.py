"""Addresses of cells: letters and numbers to places, and back."""

from __future__ import annotations

import re

from sheetgrad.read.book import limits

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def _letters(column: int) -> str:
    text = ""
    while column:
        column, place = divmod(column - 1, 26)
        text = chr(65 + place) + text
    return text


LETTERS = ("", *(_letters(column) for column in range(1, limits.COLUMNS + 1)))
"""The letters of every column, counted from 1."""
COLUMN = {letters: column for column, letters in enumerate(LETTERS) if letters}
"""The column of every letters."""


def address(row: int, column: int) -> str:
    """A place as people write it.

    >>> address(33, 29)
    'AC33'
    """
    return f"{LETTERS[column]}{row}"


def place(text: str) -> tuple[int, int] | None:
    """The row and column of an address; None where there is no such cell.

    >>> place("$AC$33"), place("XFE1"), place("lr")
    ((33, 29), None, None)
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    row, column = int(found[2]), COLUMN.get(found[1].upper(), 0)
    return (row, column) if column and 0 < row <= limits.ROWS else None


def block(text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The corners of a block such as `A1:B3`, in order; one cell is a block too.

    >>> block("B3:A1"), block("C7")
    (((1, 1), (3, 2)), ((7, 3), (7, 3)))
    """
    first, _, last = text.partition(":")
    one, other = place(first), place(last or first)
    if one is None or other is None:
        return None
    return (min(one[0], other[0]), min(one[1], other[1])), (max(one[0], other[0]), max(one[1], other[1]))

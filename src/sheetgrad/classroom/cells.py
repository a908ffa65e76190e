"""What was filled into the worksheet's workbook: the numbers of its yellow cells, by the question's id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sheetgrad.read.book import UnreadableBookError, open_book
from sheetgrad.sheet.plan import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.classroom.key import Exercise
    from sheetgrad.read.book.cells import Sheet

STEPS = "Steps"
NEW = "_new"
BOOKS = frozenset({".xlsx", ".xlsm"})


def is_book(path: str) -> bool:
    """Whether it is called like a workbook."""
    return Path(path).suffix.lower() in BOOKS


def answers_in_book(path: str, exercise: Exercise) -> dict[str, float]:
    """The numbers in the cells that were asked for; empty where the file is no worksheet, or cannot be read.

    The sheet Steps has a column for every quantity, its name in the first row, and a row
    for every step. A weight after an update stands in the row of the next step.
    """
    try:
        book = open_book(path)
    except UnreadableBookError:
        return {}
    sheet = next((sheet for sheet in book.sheets if sheet.name == STEPS), None)
    if sheet is None:
        return {}
    columns = _columns(sheet)
    found = {}
    for question in exercise.questions:
        name, row = question.quantity, question.step
        if name.endswith(NEW) and name not in columns:
            name, row = name.removesuffix(NEW), row + 1
        cell = sheet.cells.get((HEADERS + 1 + row, columns.get(name, 0)))
        value = None if cell is None else cell.value
        if isinstance(value, float | int) and not isinstance(value, bool):
            found[question.id] = float(value)
    return found


def _columns(sheet: Sheet) -> Mapping[str, int]:
    """The column of every name in the first row."""
    return {
        cell.value: column for (row, column), cell in sheet.cells.items() if row == 1 and isinstance(cell.value, str)
    }

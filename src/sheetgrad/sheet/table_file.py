"""The values of the sheet of steps as a CSV file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sheetgrad.files import replacing
from sheetgrad.sheet.values import Values

if TYPE_CHECKING:
    import os

    from sheetgrad.sheet.plan import Plan

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(text: str) -> str:
    """The text with an apostrophe before anything that would begin a formula.

    >>> inert("=1+1"), inert("w1")
    ("'=1+1", 'w1')
    """
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text


def write(path: str | os.PathLike[str], plan: Plan) -> None:
    """Write the first run: names in the first row, a row for every step, full float64 digits."""
    tables = plan.runs[0]
    with replacing(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([inert(column.name) for column in tables.steps.columns])
        table.writerows(map(repr, line.values) for line in Values(plan).of_steps(tables))

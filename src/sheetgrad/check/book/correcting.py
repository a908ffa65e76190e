"""A corrected copy of a workbook, or one in which the wrong cells are only marked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sheetgrad.check.book.spelling import address
from sheetgrad.check.patching.copies import CannotPatchError, Change, patched
from sheetgrad.check.patching.moving import moved
from sheetgrad.read.book.addresses import block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.findings import Finding, Report

MOST_CELLS = 200_000
"""Cells that are changed in one file."""


def write_corrected(report: Report, *, annotate: bool = False) -> str:
    """Write `NAME.fixed.xlsx` (or `NAME.marked.xlsx`) beside a workbook, and give a sentence on what was done.

    Raises:
        CannotWriteError: the copy cannot be written.
    """
    changes = [change for finding in report.findings for change in _changes(finding, annotate=annotate)][:MOST_CELLS]
    if not changes:
        return f"{report.path}: nothing could be {'marked' if annotate else 'corrected'}"
    path = Path(report.path)
    target = path.with_name(f"{path.stem}.{'marked' if annotate else 'fixed'}{path.suffix}")
    try:
        made = patched(path, changes, target, annotate=annotate)
    except CannotPatchError as problem:
        return str(problem)
    done = f"{made.marked} cells marked" if annotate else f"{made.changed} cells corrected"
    rest = f"; {len(made.left)} left that need your own hand" if made.left else ""
    return f"{target}: {done}{rest}"


def _changes(finding: Finding, *, annotate: bool) -> Iterator[Change]:
    """One change for every cell that a finding is about."""
    sheet, mark, cells = finding.place.rpartition("!")
    wanted = finding.verdict in {"false", "slip"}
    if wanted and finding.cells:
        for cell in finding.cells:
            if annotate or cell.formula:
                place = (cell.row, cell.column)
                reason = f"{finding.code} at {address(place)}: {finding.message}"
                yield Change(cell.sheet, place, "" if annotate else cell.formula.removeprefix("="), reason)
        return
    if not (mark and wanted) or not (annotate or finding.expected.startswith("=")):
        return
    first = (finding.line, finding.column)
    for part in cells.split(","):
        corners = block(part)
        if corners is None:
            continue
        (top, left), (bottom, right) = corners
        for place in ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)):
            formula = "" if annotate else moved(finding.expected[1:], first, place)
            if formula is not None and (annotate or formula):
                reason = f"{finding.code} at {address(place)}: {finding.message}"
                yield Change(sheet, place, formula, reason)

"""One finding for a formula that was copied to several cells of a block."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.check.book.layout import Site
from sheetgrad.check.book.unfolding import where

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from sheetgrad.check.findings import Finding


def merged(findings: Iterable[tuple[Hashable, Finding]]) -> list[Finding]:
    """The findings, those of one key as one: the first of them, about the cells of all."""
    found: dict[Hashable, list[Finding]] = {}
    for number, (key, finding) in enumerate(findings):
        found.setdefault(number if key is None else (key, finding.verdict, finding.code), []).append(finding)
    return [_one(group) for group in found.values()]


def _one(group: list[Finding]) -> Finding:
    cells = tuple(cell for finding in group for cell in finding.cells)
    if len(group) == 1:
        return group[0]
    return replace(group[0], cells=cells, place=where(Site(cell.sheet, (cell.row, cell.column)) for cell in cells))

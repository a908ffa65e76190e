"""Files that were handed in together, held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.bounds import TooSlow, within
from sheetgrad.check.findings import Finding
from sheetgrad.check.report.words import in_workbook
from sheetgrad.check.together.groups import compared
from sheetgrad.errors import BrokenInvariant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.findings import Report


def put_together(reports: Sequence[Report], limit: float) -> None:
    """Add to each report, as notes, what the files beside it say of the same quantities.

    `limit` is the seconds that one hand-in may take; one that takes longer stops nothing.
    """
    for group in compared(reports):
        from sheetgrad.check.together.notes import notes

        try:
            with within(limit):
                found = notes(reports, group)
        except TooSlow:
            found = [_not_compared(reports, group, f"it took longer than {limit:g} seconds")]
        except BrokenInvariant:
            raise
        except Exception as problem:  # noqa: BLE001 -- one bad hand-in never stops the rest
            found = [
                _not_compared(reports, group, f"a mistake of sheetgrad's own: {type(problem).__name__}: {problem}")
            ]
        for number, note in found:
            _put(reports[number].findings, note)


def _not_compared(reports: Sequence[Report], group: Sequence[int], reason: str) -> tuple[int, Finding]:
    path = reports[group[0]].path
    message = f"The files handed in together could not be held against each other: {reason}."
    return group[0], Finding("note", "note", 1, 1, f"{path}:1:1", message=message)


def _put(findings: list[Finding], note: Finding) -> None:
    """Behind the last that is said of the same cells or the same line; else in the order of lines, or at the end."""
    beside = [n for n, one in enumerate(findings, 1) if _about(one) == _about(note)]
    before = [n for n, one in enumerate(findings, 1) if (one.line, one.column) <= (note.line, note.column)]
    in_text = _about(note) != note.place
    place = beside[-1] if beside else (before[-1] if before else 0) if in_text else len(findings)
    findings.insert(place, note)


def _about(finding: Finding) -> str:
    """The cells, or the line without its column."""
    return finding.place if in_workbook(finding) else finding.place.rpartition(":")[0]

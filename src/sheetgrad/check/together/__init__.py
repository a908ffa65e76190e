"""Files that were handed in together, held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.findings import Finding, Report


def put_together(reports: Sequence[Report]) -> None:
    """Add to each report what the files beside it say of the same quantities, as notes."""
    from sheetgrad.check.together.notes import notes

    if sum(bool(report.facts) for report in reports) < 2:
        return
    for number, found in notes(reports).items():
        for finding in found:
            _put(reports[number].findings, finding)


def _put(findings: list[Finding], note: Finding) -> None:
    """Behind the last that is said of the same cells or the same line; else in the order of lines, or at the end."""
    beside = [n for n, one in enumerate(findings, 1) if _about(one) == _about(note)]
    before = [n for n, one in enumerate(findings, 1) if (one.line, one.column) <= (note.line, note.column)]
    in_text = _about(note) != note.place
    place = beside[-1] if beside else (before[-1] if before else 0) if in_text else len(findings)
    findings.insert(place, note)


def _about(finding: Finding) -> str:
    """The cells, or the line without its column."""
    from sheetgrad.check.report.words import in_workbook

    return finding.place if in_workbook(finding) else finding.place.rpartition(":")[0]

"""What a check prints: one file for each format, and the table of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sheetgrad.check.together.groups import compared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.findings import Judged, Report

FORMATS = ("text", "json", "github", "sarif", "html")
GOOD, FALSE, NOT_READ = 0, 1, 2


def rendered(reports: Sequence[Report], form: str = "text", *, colour: bool = False, reading: bool = False) -> str:
    """The reports in one of `FORMATS`; `reading` adds how every equality was understood (text and json).

    >>> from sheetgrad.check.findings import Report
    >>> rendered([Report("a.md")], "json").startswith('{')
    True
    """
    match form:
        case "text":
            from sheetgrad.check.report.text import text

            return text(reports, colour=colour, reading=reading)
        case "json":
            return as_json(reports, reading=reading)
        case "github":
            from sheetgrad.check.report.github import github

            return github(reports)
        case "sarif":
            from sheetgrad.check.report.sarif import sarif

            return sarif(reports)
        case "html":
            from sheetgrad.check.report.html import html

            return html(reports)
    message = f"no format is called {form!r}; there are {', '.join(FORMATS)}"
    raise ValueError(message)


def as_json(reports: Sequence[Report], *, reading: bool = False) -> str:
    """`{"files": […]}`; with `reading` every file has its "equalities" too.

    Where files were held against each other, "together" has the paths of each hand-in.
    """
    made: dict[str, Any] = {"files": [r.as_json() | (_reading(r) if reading else {}) for r in reports]}
    together = [[reports[number].path for number in group] for group in compared(reports)]
    return json.dumps(made | ({"together": together} if together else {}), indent=2, ensure_ascii=False) + "\n"


def _reading(report: Report) -> dict[str, list[dict[str, str | int]]]:
    return {"equalities": [_equality(judged) for judged in report.equalities]}


def _equality(judged: Judged) -> dict[str, str | int]:
    return {key: getattr(judged, key) for key in ("line", "column", "verdict", "left", "right")}


def exit_code(reports: Sequence[Report], *, strict: bool = False) -> int:
    """0 good; 1 a false equality (with `strict` a slip or something unread, too); 2 a file that was not read."""
    if not reports or any(report.error for report in reports):
        return NOT_READ
    bad = {"false", "slip", "unread"} if strict else {"false"}
    found = {finding.verdict for report in reports for finding in report.findings}
    counted = {verdict for report in reports for verdict, count in report.counts.items() if count}
    return FALSE if bad & (found | counted) else GOOD

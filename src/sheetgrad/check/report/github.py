"""Annotations that GitHub shows beside the lines of a change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sheetgrad.check.report.words import clean, counted, gradients, in_workbook, kind, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.check.findings import Finding, Report

LEVELS: Mapping[str, str] = {"false": "error", "slip": "warning", "unread": "notice", "note": "notice"}


def github(reports: Sequence[Report]) -> str:
    """One workflow command for every finding and for every file that was not read."""
    return "".join(f"{line}\n" for report in reports for line in _report(report))


def _report(report: Report) -> Iterator[str]:
    path = relative(report.path)
    if report.error:
        yield _command("error", {"file": path, "title": "sheetgrad: not checked"}, report.error)
        return
    for finding in report.findings:
        in_cell = ":cell " in finding.place or in_workbook(finding)  # a line of the file is no line of a cell
        place = {"file": path} if in_cell else {"file": path, "line": str(finding.line), "col": str(finding.column)}
        title = f"{kind(finding)} {quantity(finding.quantity)}".rstrip()
        yield _command(LEVELS[finding.verdict], {**place, "title": title}, _words(finding, in_cell=in_cell))
    summary = f"{counted([report])}. {gradients(report.gradients)}" if report.network else counted([report])
    yield _command("notice", {"file": path, "title": "sheetgrad"}, summary)


def _words(finding: Finding, *, in_cell: bool) -> str:
    where = finding.place.rpartition("cell ")[2].split(":")
    parts = [f"cell {where[0]}, line {finding.line}"] if in_cell else []
    parts = [f"cells {clean(finding.place, 120)}"] if in_workbook(finding) else parts
    parts += [f"yours: {clean(finding.yours)}"] if finding.yours else []
    parts += [f"expected: {clean(finding.expected)}"] if finding.expected else []
    parts += [clean(finding.message, 2_000)] if finding.message else []
    return "\n".join(parts) or finding.code


def _command(level: str, properties: Mapping[str, str], message: str) -> str:
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def relative(path: str) -> str:
    """The path from where the work is done, with slashes, as repositories name their files."""
    base = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    try:
        return Path(path).resolve().relative_to(base).as_posix()
    except (ValueError, OSError):
        return Path(path).as_posix()

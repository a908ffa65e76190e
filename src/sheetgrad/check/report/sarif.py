"""SARIF 2.1.0, the format in which checkers speak to editors and code hosts.

The format is described in the OASIS standard "Static Analysis Results Interchange
Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sheetgrad.check.codes import entries
from sheetgrad.check.entry import Entry
from sheetgrad.check.report.words import clean, in_workbook, kind, quantity, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.check.findings import Finding, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[str, str] = {"false": "error", "slip": "warning", "unread": "note", "note": "note"}


def sarif(reports: Sequence[Report]) -> str:
    """One run with every finding; rules come from the table of codes."""
    known = dict(entries())
    for finding in (finding for report in reports for finding in report.findings):
        known.setdefault(finding.code, Entry(finding.code, finding.code, finding.code))
    places = {code: place for place, code in enumerate(known)}
    results = [
        _result(report, finding, places[finding.code])
        for report in reports
        if not report.error
        for finding in report.findings
    ]
    made = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(known.values())},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(reports)],
                "results": results,
            }
        ],
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _driver(known: Iterable[Entry]) -> dict[str, Any]:
    return {"name": "sheetgrad", "version": version("sheetgrad"), "rules": [_rule(entry) for entry in known]}


def _rule(entry: Entry) -> dict[str, Any]:
    name = "".join(part.capitalize() for part in entry.code.split("-"))
    made: dict[str, Any] = {
        "id": entry.code,
        "name": name,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.meaning},
    }
    more = [words for words in (entry.why, entry.how_to_see) if words]
    return made | ({"help": {"text": "\n\n".join(more)}} if more else {})


def _invocation(reports: Sequence[Report]) -> dict[str, Any]:
    """How it went: files that could not be read are notifications."""
    failed = [report for report in reports if report.error]
    made: dict[str, Any] = {"executionSuccessful": not failed}
    if failed:
        made["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": clean(report.error, 2_000)},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(report.path)}}}],
            }
            for report in failed
        ]
    return made


def _result(report: Report, finding: Finding, rule: int) -> dict[str, Any]:
    in_book = in_workbook(finding)
    in_cell = ":cell " in finding.place or in_book
    location: dict[str, Any] = {"artifactLocation": {"uri": uri(report.path)}}
    if not in_cell:
        location["region"] = _region(report, finding)
    where: dict[str, Any] = {"physicalLocation": location}
    if in_cell:
        text = finding.place if in_book else "cell " + finding.place.rpartition("cell ")[2]
        where["message"] = {"text": clean(text)}
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.verdict],
        "message": {"text": _message(finding)},
        "locations": [where],
        "partialFingerprints": {"sheetgrad/v1": _fingerprint(finding)},
    }


def _message(finding: Finding) -> str:
    head = f"{kind(finding)} {quantity(finding.quantity)}".rstrip()
    parts = [head]
    parts += [f"yours: {clean(finding.yours)}"] if finding.yours else []
    parts += [f"expected: {clean(finding.expected)}"] if finding.expected else []
    parts += [clean(finding.message, 2_000)] if finding.message else []
    return "\n".join(parts)


def _region(report: Report, finding: Finding) -> dict[str, int]:
    """Where it begins, and where it ends if that is known and comes after."""
    region = {"startLine": finding.line, "startColumn": finding.column}
    _, end = finding.span
    if 0 < end <= len(report.text):
        line = report.text.count("\n", 0, end) + 1
        column = end - report.text.rfind("\n", 0, end)
        if (line, column) > (finding.line, finding.column):
            region |= {"endLine": line, "endColumn": column}
    return region


def _fingerprint(finding: Finding) -> str:
    """The same when lines above it change."""
    words = f"{finding.code}\0{finding.quantity}\0{finding.yours}"
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:32]


def uri(path: str) -> str:
    """A relative reference with slashes, or a file URI for what lies elsewhere."""
    if path == "-":
        return "stdin"
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 -- resolve() would follow links away from what was named
    try:
        return quote(visible(absolute.relative_to(Path.cwd()).as_posix()))
    except ValueError:
        return absolute.as_uri() if "\0" not in path else quote(visible(path))

"""A notebook, checked: its words as one document, its code as one program."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sheetgrad.check.document import check_text
from sheetgrad.check.together.facts import moved
from sheetgrad.read.notebook import Joined, notebook

if TYPE_CHECKING:
    from sheetgrad.check.findings import Finding, Judged, Report
    from sheetgrad.check.network import Network


def check_notebook(path: str, text: str, *, network: Network | None = None) -> Report:
    """Check a notebook's text (JSON); places are `file:cell N:line:column`.

    Raises:
        NotebookError: the text is no notebook.
    """
    read = notebook(text)
    report = _in_cells(check_text(path, read.words.text, network=network), read.words)
    if not read.code.cells or find_spec("sheetgrad.check.code") is None:
        return report
    from sheetgrad.check.code import check_code

    code = _in_cells(check_code(path, read.code.text), read.code)
    return _both(report, code) if code.equalities or code.findings else report


def _in_cells(report: Report, joined: Joined) -> Report:
    """The same with places in cells; spans stay those of the joined text, which the report keeps."""
    report.findings = [_placed(finding, report.path, joined) for finding in report.findings]
    report.equalities = [_moved(judged, joined) for judged in report.equalities]
    report.facts = [moved(facts, joined.place) for facts in report.facts]
    return report


def _placed(finding: Finding, path: str, joined: Joined) -> Finding:
    cell, line = joined.place(finding.line)
    return replace(finding, line=line, place=f"{path}:cell {cell}:{line}:{finding.column}")


def _moved(judged: Judged, joined: Joined) -> Judged:
    return replace(judged, line=joined.place(judged.line).line)


def _both(words: Report, code: Report) -> Report:
    """One report of two; what the words say last of a gradient counts, and the code where they say nothing."""
    shift = len(words.text) + 1
    words.equalities += [replace(judged, span=_shifted(judged.span, shift)) for judged in code.equalities]
    words.findings += [replace(finding, span=_shifted(finding.span, shift)) for finding in code.findings]
    words.findings.sort(key=_cell)
    words.text = f"{words.text}\n{code.text}"
    words.not_read += code.not_read
    words.gradients = code.gradients | words.gradients
    words.network = words.network or code.network
    words.kind = words.kind if len(words.equalities) > len(code.equalities) else "code"
    return words


def _shifted(span: tuple[int, int], by: int) -> tuple[int, int]:
    return (span[0] + by, span[1] + by) if span != (0, 0) else span


def _cell(finding: Finding) -> tuple[int, int, int]:
    """The order of reading: by cell, line and column."""
    number = finding.place.rpartition(":cell ")[2].partition(":")[0]
    return int(number), finding.line, finding.column

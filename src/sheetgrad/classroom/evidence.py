"""What a checked file says of each thing that gives points."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from sheetgrad.classroom.marks import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.findings import Finding, Report
    from sheetgrad.check.steps import Step
    from sheetgrad.classroom.items import Names
    from sheetgrad.classroom.marks import Standing

_TOKEN = re.compile(r"\w+|[^\w\s]")


def evidence(report: Report, shown: str, names: Names) -> Iterator[Evidence]:
    """Everything that one report says of quantities and of the method; `shown` is how the file is called."""
    if report.error:
        return
    if report.kind == "workbook":
        yield from _columns(report, shown, names)
        return
    yield from _steps(report, shown)
    if report.kind == "code":
        yield from _gradients(report, shown, names)
    yield from _method(report, shown, names)


# --- a document: the last that is said of a quantity counts -----------------------------------------


def _steps(report: Report, shown: str) -> Iterator[Evidence]:
    last: dict[str, Step] = {}
    for step in report.steps:
        if not step.quantity or step.verdict == "given":
            continue
        before = last.get(step.quantity)
        if before is None or step.closed or not before.closed:
            last[step.quantity] = step
    for quantity, step in last.items():
        found = _false(report, step)
        yield Evidence(
            "equations",
            quantity,
            _standing(step),
            place(shown, step.line),
            place(shown, step.follows) if step.follows else "",
            found.code if found else "",
            sign(found) if found else "",
        )


def _standing(step: Step) -> Standing:
    match step.verdict:
        case "true":
            return "right"
        case "slip":
            return "slip"
        case "false":
            return "followed" if step.follows else "wrong"
        case _:
            return "unread"


def _false(report: Report, step: Step) -> Finding | None:
    """The finding about what a step comes to: the last of its chain."""
    wanted = "slip" if step.verdict == "slip" else "false"
    inside = [one for one in report.findings if one.span[0] == step.span[0] and one.verdict == wanted]
    return inside[-1] if inside else None


def place(shown: str, line: int) -> str:
    """A place for people."""
    return f"{shown}, line {line}" if line else shown


def sign(finding: Finding) -> str:
    """What is the same when the same mistake is made in another line: the code, and what stands for what."""
    if not finding.expected:
        words = re.sub(r"[\W\d_]+", " ", finding.message).strip()
        return f"{finding.code} {words}"
    a, b = _TOKEN.findall(finding.yours), _TOKEN.findall(finding.expected)
    changes = {
        f"{' '.join(a[i1:i2]) or 'nothing'} for {' '.join(b[j1:j2]) or 'nothing'}"
        for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        if what != "equal"
    }
    return f"{finding.code} {'; '.join(sorted(changes))}"


# --- how it was done --------------------------------------------------------------------------------


def _method(report: Report, shown: str, names: Names) -> Iterator[Evidence]:
    chains = [step for step in report.steps if step.method and step.verdict in {"true", "slip"}]
    if chains:
        yield Evidence("method", "chain-rule", "right", place(shown, chains[0].line))
    forward = {step.quantity for step in report.steps if step.closed and step.verdict in {"true", "slip"}}
    if set(names.forward) <= forward:
        yield Evidence("method", "forward", "right", shown)
    numbers = [step for step in report.steps if step.closed and step.number is not None]
    if numbers:
        yield Evidence("method", "numbers", "right", place(shown, numbers[0].line))


# --- code and workbooks -----------------------------------------------------------------------------


def _gradients(report: Report, shown: str, names: Names) -> Iterator[Evidence]:
    for name, verdict in report.gradients.items():
        quantity = f"d{names.loss}_d{name}"
        wrong = next((one for one in report.findings if one.quantity == quantity and one.verdict == "false"), None)
        right = verdict in {"true", "slip"}
        line = wrong.line if wrong else 0
        yield Evidence(
            "equations",
            quantity,
            "right" if right else "wrong",
            place(shown, line),
            code=wrong.code if wrong and not right else "",
            sign=sign(wrong) if wrong and not right else "",
        )


def _columns(report: Report, shown: str, names: Names) -> Iterator[Evidence]:
    """A column is wrong where a finding says so, and right where one was judged; that of a weight is its update."""
    wrong: dict[str, Finding] = {}
    for finding in report.findings:
        if finding.verdict in {"false", "slip"}:
            wrong.setdefault(_column(finding.quantity, names), finding)
    said = {_column(judged.left, names) for judged in report.equalities if judged.verdict in {"true", "slip", "false"}}
    for quantity in (name for name in names.all if name in said or name in wrong):
        found = wrong.get(quantity)
        if found is None:
            yield Evidence("columns", quantity, "right", shown)
            continue
        standing: Standing = "slip" if found.verdict == "slip" else "wrong"
        where = f"{shown}, {found.place.rpartition(':')[0] if '!' not in found.place else _cells(found.place)}"
        yield Evidence("columns", quantity, standing, where, code=found.code, sign=sign(found))


def _column(name: str, names: Names) -> str:
    update = f"{name}_new"
    return update if update in names.updates else name


def _cells(place: str) -> str:
    """The sheet and the cells, without the path of the file before them."""
    sheet, _, cells = place.rpartition("!")
    return f"{sheet.rpartition('/')[2].rpartition(':')[2]}!{cells}"

"""What stands around a table: derivations in words, charts, and the name of its sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.spelling import address, where
from sheetgrad.check.findings import Finding
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.expr import Ref, Symbol
from sheetgrad.read.book.addresses import block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.read.book.cells import Place, Sheet

MOST_TEXT = 200_000
"""Characters of all the texts of a sheet that are read."""
NAMED_RATE = re.compile(
    r"(?:(?:η|eta|lr|l\.\s?r\.?|learning[\s_-]*rate|rate|α|alpha)\s*(?P<mark>[=:_ -]?)\s*)?(?P<rate>\d+(?:\.\d+)?)",
    re.IGNORECASE,
)


class Words(NamedTuple):
    """What is said about the texts of a sheet."""

    findings: tuple[Finding, ...]
    right: frozenset[str]
    """The weights whose gradient a text gives rightly."""


def texts(sheet: Sheet, heads: set[Place]) -> Words:
    """What the document checker says about the texts in the cells of a sheet.

    A line that goes on in a neighbouring cell is easily misread, so only a final
    gradient whose mistake has a name is called false; the rest are notes.
    """
    from sheetgrad.check.document import check_text

    lines: list[str] = []
    cells: list[Place] = []
    said = {
        place: cell.value
        for place, cell in sheet.cells.items()
        if isinstance(cell.value, str) and cell.formula is None and "=" in cell.value and place not in heads
    }
    for place in sorted(said, key=lambda place: (place[1], place[0])):
        for line in said[place].splitlines():
            lines += [line.strip(), ""]
            cells += [place, place]
    text = "\n".join(lines)
    if not lines or len(text) > MOST_TEXT:
        return Words((), frozenset())
    report = check_text(sheet.name, text)
    made: dict[tuple[Place, str], Finding] = {}
    for finding in report.findings:
        # The text may be read as about another network than the table's, so its forward part is not judged.
        if finding.verdict in {"false", "slip"} and 0 < finding.line <= len(cells) and "_d" in finding.quantity:
            place = cells[finding.line - 1]
            made.setdefault((place, finding.code), _about_text(sheet, place, finding))
    right = frozenset(weight for weight, verdict in report.gradients.items() if verdict == "true")
    return Words(tuple(made.values()), right)


def _about_text(sheet: Sheet, place: Place, finding: Finding) -> Finding:
    final = re.fullmatch(r"dE_total_dw\d+", finding.quantity) and finding.code in MISTAKES
    named = final and finding.code not in {"missing-path", "wrong-left"}
    return replace(
        finding,
        verdict="false" if finding.verdict == "false" and named else "note",
        line=place[0],
        column=place[1],
        place=f"{sheet.name}!{address(place)}",
        message=f"In the text of this cell: {finding.message}",
        span=(0, 0),
    )


def contradicted(findings: Sequence[Finding], right: frozenset[str]) -> list[Finding]:
    """The findings, those about a gradient that the text beside it gives rightly saying so."""
    made = []
    for finding in findings:
        weight = finding.quantity.rpartition("_d")[2]
        says = finding.verdict == "false" and finding.quantity.startswith("dE_total_d") and weight in right
        words = f"{finding.message} The derivation in the texts of this sheet has it right."
        made.append(replace(finding, message=words) if says else finding)
    return made


def charts(table: Table, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """Lines of charts that leave out rows of the table at the beginning or the end."""
    if table.sideways or table.layout is not None:
        return
    for sheet in sheets:
        for chart in sheet.charts:
            for series in chart.series:
                name, _, cells = series.y.rpartition("!")
                found = (
                    block(cells.replace("$", "")) if name.strip("'").replace("''", "'") == table.sheet.name else None
                )
                if found is None or found[0][1] != found[1][1] or found[0][1] not in table.tracks:
                    continue
                (first, column), (last, _) = found
                if last < table.first or first > table.last or (first <= table.first and last >= table.last):
                    continue
                left = [f"its first {first - table.first}"] * (first > table.first)
                left += [f"its last {table.last - last}"] * (last < table.last)
                message = (
                    f"A chart shows rows {first} to {last} of this column, which has rows {table.first} to "
                    f"{table.last}: {' and '.join(left)} left out."
                )
                place = where(table, column, table.first, table.last)
                yield Finding("note", "chart-range", table.first, column, place, message=message)


def sheet_name(judge: TableJudge, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """A sheet whose name says another learning rate than its updates use."""
    said = _named(judge.table.title)
    if said is None or _are_numbers(sheets):
        return
    for rate in judge.report.rates.values():
        if not rate.symbol:
            used = rate.factor
        else:
            used = rate.factor * float(
                judge.stored.value(Ref(Symbol(rate.symbol)), judge.table.first, judge.table.first)[0]
            )
        if used and abs(used - said) > 1e-9 * used:
            message = f"The sheet is named for a learning rate of {said:g}, and its updates use {used:g}."
            first = next(iter(judge.roles.states.values()))
            place = judge.table.shown(first, judge.table.first)
            cells = where(judge.table, first, judge.table.first, judge.table.last)
            yield Finding("note", "sheet-rate", *place, cells, message=message)
        return


def _named(name: str) -> float | None:
    """The learning rate that a name says: `LR-0.1`, `eta 0.1`, `learning rate=2`, `0.5`."""
    match = NAMED_RATE.fullmatch(name.strip())
    if match is None or (match["mark"] == "" and "." not in match["rate"]):
        return None
    return float(match["rate"])


def _are_numbers(sheets: Sequence[Sheet]) -> bool:
    """Whether the numbers in the names of the sheets only count them: 1, 2, 3."""
    numbers = [number for sheet in sheets if (number := _named(sheet.name)) is not None]
    return len(numbers) > 1 and sorted(numbers) == list(range(1, len(numbers) + 1))

"""From a spreadsheet file to a report: find the tables, recover the network of each, judge, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.around import charts, contradicted, sheet_name, texts
from sheetgrad.check.book.drawing import drawing
from sheetgrad.check.book.forward_only import forward_only
from sheetgrad.check.book.frames import overlap, tables
from sheetgrad.check.book.headers import head_places, heads, texts_of
from sheetgrad.check.book.hypotheses import put_right
from sheetgrad.check.book.judging import TableJudge
from sheetgrad.check.book.naming import plain_names
from sheetgrad.check.book.roles import roles
from sheetgrad.check.book.understood import is_right, understood
from sheetgrad.check.findings import Finding, Report

if TYPE_CHECKING:
    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.judging import TableReport
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.read.book.cells import Book, Sheet

SOME = 4
"""One in so many weights must follow its gradient for a table to be one of training."""


def check_book(path: str) -> Report:
    """Check a spreadsheet file (.xlsx, .xlsm, .ods).

    Raises:
        SheetgradError: it cannot be read.
    """
    from sheetgrad.read.book import open_book

    return judged_book(open_book(path))


def judged_book(book: Book) -> Report:
    """The report on a spreadsheet that has been read."""
    report = Report(book.path, "workbook")
    found: list[TableReport] = []
    for sheet in book.sheets:
        judges = [TableJudge(made, plain_names(made, head), head) for made, head in understood_tables(book, sheet)]
        for judge in judges:
            part = judge.judge()
            part.findings += [*charts(judge.table, book.sheets), *sheet_name(judge, book.sheets)]
            found.append(part)
        said = texts(sheet, {place for judge in judges for place in head_places(judge.table)})
        for judge in judges:
            judge.report.findings = contradicted(judge.report.findings, said.right)
        report.findings += said.findings
    for part in found:
        report.findings += part.findings
        report.equalities += part.equalities
        report.drawings.append(drawing(part.table, part.findings))
        for weight, verdict in part.gradients.items():
            if report.gradients.get(weight) != "false":
                report.gradients[weight] = verdict
    if found:
        report.network = "; ".join(dict.fromkeys(_words(part) for part in found))
    elif not _only_forward(report, book):
        _no_table(report, book)
    return report


def understood_tables(book: Book, sheet: Sheet) -> list[tuple[Understood, dict[int, Head]]]:
    """The tables of a sheet in which a network is trained; of two that share cells, that with more weights."""
    found: list[tuple[Understood, dict[int, Head]]] = []
    for table in tables(sheet):
        taken = roles(book, table)
        if not taken.states:
            continue
        said = heads(table, texts_of(table))
        made = understood(taken, said)
        if made is not None and made.parameters:
            made = put_right(made, said)
        if made is not None and made.parameters and is_trained(made, said):
            found.append((made, said))
    found.sort(key=lambda pair: -len(pair[0].parameters))
    kept: list[tuple[Understood, dict[int, Head]]] = []
    for made, said in found:
        if not any(overlap(made.roles.table, other.roles.table) for other, _ in kept):
            kept.append((made, said))
    return sorted(kept, key=lambda pair: (pair[0].roles.table.first, min(pair[0].roles.table.tracks)))


def is_trained(made: Understood, said: dict[int, Head]) -> bool:
    """Whether weights follow their gradients: some do, or the heads say so."""
    right = sum(is_right(made, symbol) for symbol in made.parameters)
    headed = sum(
        bool(head.wrt) and ("∂" in head.text or "/" in head.text or "_" in head.text) for head in said.values()
    )
    return right * SOME >= len(made.parameters) or headed * 2 >= len(made.parameters)


def _only_forward(report: Report, book: Book) -> bool:
    """Add what is said about the forward passes of a book; whether that is all there is to be understood."""
    parts = [part for sheet in book.sheets for part in forward_only(book, sheet)]
    for part in parts:
        report.findings += [*part.findings, *charts(part.table, book.sheets)]
        report.equalities += part.equalities
        report.drawings.append(drawing(part.table, part.findings))
        report.network = "; ".join(filter(None, (report.network, part.words)))
    return bool(parts) and not any(part.trained for part in parts)


def _words(part: TableReport) -> str:
    made = part.made
    assert made is not None  # noqa: S101 -- only tables that were understood are reported
    return (
        f"{part.table.sheet.name}: {len(made.parameters)} weights, {len(made.forward)} forward formulas, "
        f"loss {part.names[made.loss]}" + (f", moved by {part.optimizer}" if part.optimizer else "")
    )


def _no_table(report: Report, book: Book) -> None:
    sheet = book.sheets[0].name if book.sheets else "Sheet1"
    message = (
        "no table was found in which a network is trained: rows (or columns) of formulas in which each "
        "weight follows from the row before"
    )
    report.findings.append(Finding("unread", "no-network", 1, 1, f"{sheet}!A1", message=message))

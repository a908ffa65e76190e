"""From a spreadsheet file to a report: find the tables, recover the network of each, judge, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.frames import tables
from sheetgrad.check.book.headers import heads, texts_of
from sheetgrad.check.book.judging import TableJudge
from sheetgrad.check.book.naming import plain_names
from sheetgrad.check.book.roles import roles
from sheetgrad.check.book.understood import understood
from sheetgrad.check.findings import Finding, Report

if TYPE_CHECKING:
    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.judging import TableReport
    from sheetgrad.read.book.cells import Book


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
    found = [part for sheet in book.sheets for table in tables(sheet) if (part := judged_table(book, table))]
    for part in found:
        report.findings += part.findings
        report.equalities += part.equalities
        for weight, verdict in part.gradients.items():
            if report.gradients.get(weight) != "false":
                report.gradients[weight] = verdict
    if found:
        report.network = "; ".join(dict.fromkeys(_words(part) for part in found))
    else:
        _no_table(report, book)
    return report


def judged_table(book: Book, table: Table) -> TableReport | None:
    """What is said about one table; None where it is none of a network that is trained."""
    taken = roles(book, table)
    if not taken.states:
        return None
    said = heads(table, texts_of(table))
    made = understood(taken, said)
    if made is None or not made.parameters:
        return None
    return TableJudge(made, plain_names(made, said), said).judge()


def _words(part: TableReport) -> str:
    made = part.made
    assert made is not None  # noqa: S101 -- only tables that were understood are reported
    given = [leaf for leaf in made.roles.leaves if leaf not in made.roles.states]
    del given
    return (
        f"{part.table.sheet.name}: {len(made.parameters)} weights, {len(made.forward)} forward formulas, "
        f"loss {part.names[made.loss]}"
    )


def _no_table(report: Report, book: Book) -> None:
    sheet = book.sheets[0].name if book.sheets else "Sheet1"
    message = (
        "no table was found in which a network is trained: rows (or columns) of formulas in which each "
        "weight follows from the row before"
    )
    report.findings.append(Finding("unread", "no-network", 1, 1, f"{sheet}!A1", message=message))

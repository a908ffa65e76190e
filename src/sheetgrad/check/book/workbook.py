"""From a spreadsheet file to a report: find the tables, recover the network of each, judge, explain."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sheetgrad.check.book.around import charts, contradicted, sheet_name, texts
from sheetgrad.check.book.drawing import drawing
from sheetgrad.check.book.folded import folded_tables
from sheetgrad.check.book.forward_only import forward_only
from sheetgrad.check.book.frames import overlap, tables
from sheetgrad.check.book.headers import head_places, heads, texts_of
from sheetgrad.check.book.hypotheses import put_right
from sheetgrad.check.book.judging import TableJudge
from sheetgrad.check.book.labels import labels
from sheetgrad.check.book.naming import plain_names
from sheetgrad.check.book.roles import roles
from sheetgrad.check.book.spelling import address
from sheetgrad.check.book.understood import is_right, understood
from sheetgrad.check.book.update_rates import rate_of
from sheetgrad.check.case import sentence
from sheetgrad.check.findings import Finding, Report
from sheetgrad.check.together.books import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.judging import TableReport
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.network import Network
    from sheetgrad.read.book.cells import Book, Sheet

    Trained: TypeAlias = "tuple[Understood, dict[int, Head]]"

MOST_APART = 3
"""Lines from one update to the next, in a table in which a line is a step."""
SOME = 4
"""One in so many weights must follow its gradient for a table to be one of training."""


def check_book(path: str, *, network: Network | None = None) -> Report:
    """Check a spreadsheet file (.xlsx, .xlsm, .ods), against its own forward part or the network given.

    Raises:
        SheetgradError: it cannot be read.
    """
    from sheetgrad.read.book import open_book

    return judged_book(open_book(path), network)


def judged_book(book: Book, network: Network | None = None) -> Report:
    """The report on a spreadsheet that has been read."""
    report = Report(book.path, "workbook")
    found: list[TableReport] = []
    trained = understood_tables(book)
    for sheet in book.sheets:
        found_here = trained[sheet.name]
        if network is None:
            judges = [TableJudge(made, plain_names(made, head), head) for made, head in found_here]
        else:
            judges = list(_held(report, found_here, network))
        for judge in judges:
            part = judge.judge()
            report.facts.append(facts_of(judge))
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
        words = [] if network is None else [network.words]
        report.network = "; ".join(dict.fromkeys([*words, *map(_words, found)]))
    elif not report.findings and not _only_forward(report, book):
        _no_table(report, book)
    return report


def _held(report: Report, tables_: list[Trained], network: Network) -> Iterator[TableJudge]:
    """The tables with the forward part that they should have; one that is not about that network is not judged."""
    from sheetgrad.check.book.held import held_to

    for made, said in tables_:
        held = held_to(made, said, network)
        table = made.roles.table
        first = table.place(min(table.tracks), table.first)
        note = partial(Finding, line=first[0], column=first[1], place=f"{table.sheet.name}!{address(first)}")
        if held.reason:
            message = (
                f"{sentence(held.reason)} So nothing in this table was judged; without --network it is held against "
                "its own forward part."
            )
            report.findings.append(note("unread", "no-network", message=message))
            continue
        if held.left:
            message = f"The table has no cell for {held.left} of the network given, so not all of it was compared."
            report.findings.append(note("note", "other-network", message=message))
        if held.made.factor != 1.0:
            message = f"The gradients are {held.made.factor:g} times those of the network given, all alike; "
            message += "that only rescales the learning rate."
            report.findings.append(note("note", "convention", message=message))
        yield TableJudge(held.made, plain_names(held.made, said), said, held)


def understood_tables(book: Book) -> dict[str, list[Trained]]:
    """The tables of each sheet in which a network is trained; of two that share cells, that with more weights.

    Only where none has a row or a column for each step, steps are looked for that are blocks of cells.
    """
    found = {sheet.name: _on_sheet(book, sheet) for sheet in book.sheets}
    done = {name for name, trained in found.items() if trained}
    for table in folded_tables(book, done):
        said = labels(table)
        one = _trained(book, table, said) or _mendable(book, table, said)
        if one is not None and table.layout is not None:
            found[table.title].append(one)
            done |= set(table.layout.parts)
    return found


def _trained(book: Book, table: Table, said: dict[int, Head]) -> Trained | None:
    """The network that is trained in a table; None where none is."""
    taken = roles(book, table)
    made = understood(taken, said) if taken.states else None
    if made is not None and made.parameters:
        made = put_right(made, said)
    return (made, said) if made is not None and made.parameters and is_trained(made, said) else None


def _mendable(book: Book, table: Table, said: dict[int, Head]) -> Trained | None:
    """The network of a table whose gradients are all wrong, if one or two small changes make every update right."""
    taken = roles(book, table)
    made = understood(taken, said) if taken.states else None
    if made is None or not made.parameters or not all(made.derivative(symbol).any() for symbol in made.parameters):
        return None
    report = TableJudge(made, plain_names(made, said), said).judge()
    wrong = [finding for finding in report.findings if finding.verdict == "false"]
    named = all(finding.expected and finding.code != "false" for finding in wrong)
    rates = {rate_of(made, symbol) for symbol in made.parameters}  # with what is wrong put right
    if not named or len(rates) != 1 or None in rates or not 0 < len(wrong) <= max(1, len(made.parameters) // SOME):
        return None
    again = understood(taken, said)
    return None if again is None else (again, said)


def _on_sheet(book: Book, sheet: Sheet) -> list[Trained]:
    tried = (_trained(book, table, heads(table, texts_of(table))) for table in tables(sheet))
    found = [one for one in tried if one is not None and _moves_in_lines(one[0])]
    found.sort(key=lambda pair: -len(pair[0].parameters))
    kept: list[Trained] = []
    for made, said in found:
        if not any(overlap(made.roles.table, other.roles.table) for other, _ in kept):
            kept.append((made, said))
    return sorted(kept, key=lambda pair: (pair[0].roles.table.first, min(pair[0].roles.table.tracks)))


def _moves_in_lines(made: Understood) -> bool:
    """Whether most weights are updated in every line, or in every second or third, and not once in a block of lines."""
    table = made.roles.table
    often = 0
    for symbol in made.parameters:
        across = made.roles.states[symbol]
        main = made.roles.main.get(across)
        lines = sum(run.lines for run in table.tracks[across].runs if run.formula is main)
        often += lines * MOST_APART >= table.last - table.first
    return often * 2 >= len(made.parameters)


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
        f"{part.table.title}: {len(made.parameters)} weights, {len(made.forward)} forward formulas, "
        f"loss {part.names[made.loss]}" + (f", moved by {part.optimizer}" if part.optimizer else "")
    )


def _no_table(report: Report, book: Book) -> None:
    sheet = book.sheets[0].name if book.sheets else "Sheet1"
    message = (
        "no table was found in which a network is trained: rows (or columns) of formulas in which each "
        "weight follows from the row before"
    )
    report.findings.append(Finding("unread", "no-network", 1, 1, f"{sheet}!A1", message=message))

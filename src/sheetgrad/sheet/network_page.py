"""The first sheet: the picture, every number that can be changed, and a legend of all names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.catalog.optimizers import RATE
from sheetgrad.engine.task import flat
from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import Ref, Symbol
from sheetgrad.sheet import order
from sheetgrad.sheet.names import letters
from sheetgrad.sheet.page import ANY_NUMBER, address
from sheetgrad.sheet.picture import picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.workbook import Workbook

    from sheetgrad.expr import Quantity
    from sheetgrad.sheet.page import Page, Style
    from sheetgrad.sheet.plan import Column, Plan, Table

NETWORK = "Network"
LEGEND = 4
"""The first column of picture and legend."""
MOST_LISTED = 600
"""A legend with more names than this has a line for each family."""


class Entry(NamedTuple):
    """One number that can be changed."""

    quantity: Quantity
    name: str
    value: float
    words: str


def write(workbook: Workbook, page: Page, points: Page, plan: Plan, *, live: bool) -> None:
    """Write the sheet; `points` is where the picture's points go."""
    setup = plan.setup
    page.columns(14, 20, 34, 3, 20, 60, 16)
    page.sheet.hide_gridlines(2)
    page.row_height(0, 30)
    page.text(0, 0, setup.title or setup.name, "title")
    words = (
        "Change a yellow cell: every number, chart and proof in this workbook is a formula and follows."
        if live
        else "This workbook holds values only: the formulas were left out when it was written."
    )
    page.text(1, 0, words, "note")
    _entries(workbook, page, plan)
    chart = picture(workbook, points, setup)
    page.chart(3, LEGEND, chart)
    _legend(page, plan, 4 + int(chart.height / 20) + 1)
    page.sheet.protect(options={"format_columns": True, "format_rows": True, "objects": True, "scenarios": True})
    page.sheet.freeze_panes(2, 0)


def _groups(plan: Plan) -> Iterator[tuple[str, list[Entry]]]:
    model, setup = plan.program.model, plan.setup
    rates = [Ref(Symbol(RATE.name, place)) for place in range(len(plan.runs))]
    found = [
        Entry(cell, plan.cells[cell], run.rate, f"step size of the sheet {run.steps.sheet}")
        for cell, run in zip(rates, plan.runs, strict=True)
    ]
    yield "Learning rate" if len(found) == 1 else "Learning rates", found
    settings = [(Ref(symbol), value) for symbol, value in plan.program.settings.items() if symbol is not RATE]
    yield setup.optimizer.title, [Entry(q, q.symbol.name, value, "setting of the optimizer") for q, value in settings]
    if setup.sample_count == 1:
        yield "Inputs", list(_of(plan, model.inputs, "input"))
        yield "Targets", list(_of(plan, model.targets, "target: what the output should be"))
    yield "Constants", list(_of(plan, model.constants, "constant: training leaves it as it is"))
    yield "Weights to start from", list(_of(plan, model.parameters, "parameter: training changes it"))


def _of(plan: Plan, symbols: tuple[Symbol, ...], words: str) -> Iterator[Entry]:
    setup = plan.setup
    for symbol in symbols:
        value = setup.samples[symbol][0] if symbol in setup.samples else setup.values[symbol]
        for quantity, number in zip(order.members([symbol]), flat(value), strict=True):
            yield Entry(quantity, plan.names.plain(quantity), number, words)


def _entries(workbook: Workbook, page: Page, plan: Plan) -> None:
    row = 3
    for title, entries in _groups(plan):
        if not entries:
            continue
        page.text(row, 0, title, "bold")
        for place, entry in enumerate(entries, row + 1):
            page.text(place, 0, entry.name, "head")
            page.number(place, 1, entry.value, "input")
            page.text(place, 2, entry.words, "indented")
            name(workbook, plan.cells[entry.quantity], page.name, place, 1)
        page.validate(row + 1, 1, ANY_NUMBER, row + len(entries))
        row += len(entries) + 2
    if plan.setup.sample_count > 1:
        page.text(row, 0, "Inputs and targets", "bold")
        page.text(row + 1, 0, "are on the sheet", "plain")
        page.link(row + 1, 1, "Samples", "A1")


def name(workbook: Workbook, word: str, sheet: str, row: int, column: int) -> None:
    """Give a cell a name; a name that was refused is an error."""
    code: Any = workbook.define_name(word, f"={sheet}!{address(row, column)}")
    if code != 0:
        message = f"the name {word} was refused"
        raise BrokenInvariant(message)


def _legend(page: Page, plan: Plan, row: int) -> None:
    page.text(row, LEGEND, "Legend", "bold")
    for place, heading in enumerate(("name", "equation", "column")):
        page.text(row + 1, LEGEND + place, heading, "head")
    tables = [table for table in (plan.runs[0].steps, plan.runs[0].batch) if table]
    row += 2
    for table in tables:
        listed = [(place, column) for place, column in enumerate(table.columns) if column.quantity is not None]
        if len(listed) > MOST_LISTED:
            row = _families(page, table, listed, row)
            continue
        for place, column in listed:
            _line(page, row, column, table.sheet, letters(place))
            row += 1


def _line(page: Page, row: int, column: Column, sheet: str, where: str) -> None:
    style: Style = f"head_{column.kind}"  # type: ignore[assignment]  # every kind has its heading
    page.text(row, LEGEND, column.name, style)
    page.text(row, LEGEND + 1, column.equation or column.kind, "wrapped")
    page.link(row, LEGEND + 2, sheet, f"{where}1")


def _families(page: Page, table: Table, listed: list[tuple[int, Column]], row: int) -> int:
    """One line for neighbours of one kind: first to last name."""
    groups: list[list[tuple[int, Column]]] = []
    for place, column in listed:
        if groups and _family(groups[-1][-1][1]) == _family(column):
            groups[-1].append((place, column))
        else:
            groups.append([(place, column)])
    for group in groups[:MOST_LISTED]:
        (first, start), (_, end) = group[0], group[-1]
        shown = start.name if start is end else f"{start.name} … {end.name}"
        _line(page, row, start._replace(name=shown, equation=start.equation or start.kind), table.sheet, letters(first))
        row += 1
    return row


def _family(column: Column) -> tuple[str, object]:
    quantity: Any = column.quantity
    return column.kind, (getattr(quantity, "symbol", None) or quantity.wrt.symbol)

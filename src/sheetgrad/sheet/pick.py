"""A place where the user picks a step (and a sample of it), and formulas that look there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.catalog.optimizers import RATE
from sheetgrad.engine.task import flat
from sheetgrad.expr import Ref
from sheetgrad.sheet import order
from sheetgrad.sheet.names import letters
from sheetgrad.sheet.page import address, whole_number
from sheetgrad.sheet.plan import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.expr import Quantity
    from sheetgrad.sheet.page import Page
    from sheetgrad.sheet.plan import Plan
    from sheetgrad.sheet.values import Values


class Pick(NamedTuple):
    """What formulas look up, and the values they find at first: those of step 0 and its first sample."""

    formulas: Mapping[Quantity, str]
    """From a quantity to a formula that looks it up."""
    links: Mapping[Quantity, tuple[str, str]]
    """Its sheet, and the letters of its column."""
    values: Mapping[Quantity, float]
    height: int
    """Rows used."""


def write(page: Page, row: int, plan: Plan, values: Values, *, named: bool = False) -> Pick:
    """Write the input cells from `row` on, in the first two columns; `named`: other sheets look there too."""
    tables = plan.runs[0]
    here = f"{page.name}!" if named else ""
    step = f"{here}{address(row, 1)}"
    _input(page, row, "step", least=0, most=plan.steps, message=f"The step to look at, 0 to {plan.steps}.")
    formulas: dict[Quantity, str] = dict(plan.cells)
    formulas[Ref(RATE)] = tables.rate_name
    links: dict[Quantity, tuple[str, str]] = {}
    height, found = 1, {}
    line = next(values.of_steps(tables))
    sheets = [(tables.steps, f"{step}+1", plan.rows, line)]
    if tables.batch is not None:
        message = f"Which sample of the step, 1 to {plan.batch}."
        _input(page, row + 1, "sample", least=1, most=plan.batch, message=message)
        last = HEADERS + plan.batch_rows
        page.text(row + 2, 0, "row of Batch", "head")
        steps = f"Batch!$A${HEADERS + 1}:$A${last}"
        # The last batch of a round may be smaller: what is not there is not looked for.
        rows = f"MATCH({step},{steps},0)+MIN({address(row + 1, 1)},COUNTIF({steps},{step})-1)-1"
        page.formula(row + 2, 1, rows, 1, "plain")
        sheets.append((tables.batch, f"{here}{address(row + 2, 1)}", plan.batch_rows, next(values.of_batches(tables))))
        height = 3
    for table, at, count, first in sheets:
        for place, column in enumerate(table.columns):
            if column.quantity is not None:
                where = letters(place)
                whole = f"{table.sheet}!${where}${HEADERS + 1}:${where}${HEADERS + count}"
                formulas[column.quantity] = f"INDEX({whole},{at})"
                links[column.quantity] = (table.sheet, where)
                found[column.quantity] = first.values[place]
    found |= {Ref(RATE): tables.rate} | constants(plan)
    return Pick(formulas, links, found, height)


def constants(plan: Plan) -> dict[Quantity, float]:
    """The numbers that are the same at every step."""
    model, setup = plan.program.model, plan.setup
    numbers = [number for symbol in model.constants for number in flat(setup.values[symbol])]
    found: dict[Quantity, float] = dict(zip(order.members(model.constants), numbers, strict=True))
    settings: dict[Quantity, float] = {
        Ref(symbol): value for symbol, value in plan.program.settings.items() if symbol is not RATE
    }
    return {**found, **settings}


def _input(page: Page, row: int, word: str, *, least: int, most: int, message: str) -> None:
    page.text(row, 0, word, "head")
    page.number(row, 1, least, "whole_input")
    page.validate(row, 1, whole_number(least, most, word, message))

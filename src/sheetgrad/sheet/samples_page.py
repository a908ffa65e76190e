"""The data, one row a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.engine.task import flat
from sheetgrad.sheet import order
from sheetgrad.sheet.page import ANY_NUMBER
from sheetgrad.sheet.plan import HEADERS

if TYPE_CHECKING:
    from sheetgrad.sheet.page import Page
    from sheetgrad.sheet.plan import Plan

SAMPLES = "Samples"


def write(page: Page, plan: Plan) -> None:
    """Write the sheet: two header rows, then a row for every sample."""
    setup, model = plan.setup, plan.program.model
    page.text(0, 0, "sample", "head_count")
    page.text(1, 0, "Change a yellow cell and everything follows.", "equation")
    page.row_height(1, 45)
    symbols = (*model.targets, *model.inputs)
    for place, quantity in enumerate(order.members(symbols), 1):
        page.text(0, place, plan.names.plain(quantity), "head_data")
        page.text(1, place, "target" if quantity.symbol in model.targets else "input", "equation")
    for sample in range(setup.sample_count):
        page.number(HEADERS + sample, 0, sample + 1, "count")
        row = [number for symbol in symbols for number in flat(setup.samples[symbol][sample])]
        for place, number in enumerate(row, 1):
            page.number(HEADERS + sample, place, number, "input")
    for place in range(1, len(order.members(symbols)) + 1):
        page.validate(HEADERS, place, ANY_NUMBER, HEADERS + setup.sample_count - 1)
    page.columns(16)
    page.sheet.freeze_panes(HEADERS, 1)
    page.sheet.protect(options={"format_columns": True})

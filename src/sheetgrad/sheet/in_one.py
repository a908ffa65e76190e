"""One sample a step: everything stands in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import Next
from sheetgrad.sheet import order
from sheetgrad.sheet.columns import count, equation, given, is_data, kind_of, sample_cell, settings, stated
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.names import letters
from sheetgrad.sheet.plan import BEFORE, ROW, Column, Kind, Plan

if TYPE_CHECKING:
    from sheetgrad.expr import Quantity


def columns(draft: Plan, rate_name: str) -> tuple[Column, ...]:
    """The columns of the one sheet that this needs."""
    program, setup = draft.program, draft.setup
    several = setup.sample_count > 1
    counts = [count("step")] + ([count("sample")] if several else [])
    quantities: list[Quantity] = [*order.data(program.model), *order.forward(program)]
    between, last = order.slopes(program)
    states = order.members(program.states)
    where: dict[Quantity, str] = {
        q: letters(at + len(counts)) for at, q in enumerate((*quantities, *between, *last, *states))
    }
    values = {equation.target: equation.value for equation in (*program.forward, *program.backward)}
    following = {equation.target: equation.value for equation in program.updates}
    cells = settings(draft, rate_name)

    def here(quantity: Quantity) -> str:
        return cells.get(quantity) or f"{where[quantity]}{ROW}"

    def from_before(quantity: Quantity) -> str:
        """Next values stand in this row, everything else in the row before."""
        if isinstance(quantity, Next):
            return f"{where[quantity.state]}{ROW}"
        return cells.get(quantity) or f"{where[quantity]}{BEFORE}"

    def column(quantity: Quantity) -> Column:
        name = draft.names.plain(quantity)
        if quantity in values:
            return Column(
                name,
                equation(draft.names, quantity, values[quantity]),
                kind_of(draft, quantity),
                quantity,
                formula(values[quantity], here),
            )
        if Next(quantity) in following:
            return stated(draft.names, quantity, following, from_before, draft.cells)
        if quantity in draft.cells:
            kind: Kind = "data" if is_data(draft, quantity) else "parameter"
            return Column(name, given(draft, quantity), kind, quantity, draft.cells[quantity])
        return Column(name, given(draft, quantity), "data", quantity, sample_cell(draft, quantity, f"$B{ROW}"))

    return (*counts, *map(column, where))

"""Several samples a step: a row for each of them on one sheet, their mean (or sum) and the update on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.emit.screen import screen
from sheetgrad.expr import Next, Partial
from sheetgrad.model import unrolled_equations
from sheetgrad.sheet import order
from sheetgrad.sheet.columns import count, equation, given, kind_of, sample_cell, settings, stated
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.names import letters, quoted
from sheetgrad.sheet.plan import BEFORE, FIRST, ROW, Column, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.expr import Quantity


def stepwise(draft: Plan, rate_name: str) -> tuple[Column, ...]:
    """Parameters, loss, gradients and states of a step; loss and gradients still without formulas."""
    whole, names = draft.whole, draft.whole_names
    parameters = order.parameters(draft.program)
    states = order.members(whole.states)
    slopes = [Partial(whole.loss, use) for use in parameters]
    quantities: tuple[Quantity, ...] = (*parameters, whole.loss, *slopes, *states)
    where = {quantity: letters(1 + at) for at, quantity in enumerate(quantities)}
    following = {made.target: made.value for made in unrolled_equations(whole.updates)}
    cells = settings(draft, rate_name)

    def from_before(quantity: Quantity) -> str:
        if isinstance(quantity, Next):
            return f"{where[quantity.state]}{ROW}"
        return cells.get(quantity) or f"{where[quantity]}{BEFORE}"

    def column(quantity: Quantity) -> Column:
        if Next(quantity) in following:
            return stated(names, quantity, following, from_before, draft.cells)
        return Column(names.plain(quantity), "", "loss" if quantity is whole.loss else "gradient", quantity)

    return (count("step"), *map(column, quantities))


def per_sample(draft: Plan, steps: str, where: Mapping[Quantity, str]) -> tuple[Column, ...]:
    """What one sample gives, with the parameters of its step."""
    program = draft.program
    between, last = order.slopes(program)
    made = {each.target: each.value for each in (*program.forward, *program.backward)}
    forward = [quantity for quantity in order.forward(program) if quantity in made]
    quantities: tuple[Quantity, ...] = (*order.data(program.model), *forward, *between, *last)
    own = {quantity: letters(2 + at) for at, quantity in enumerate(quantities)}

    def cell(quantity: Quantity) -> str:
        if quantity in own:
            return f"{own[quantity]}{ROW}"
        return f"{quoted(steps)}!{where[quantity]}${FIRST}" if quantity in where else draft.cells[quantity]

    def column(quantity: Quantity) -> Column:
        if quantity not in made:
            text = sample_cell(draft, quantity, f"$B{ROW}")
            return Column(draft.names.plain(quantity), given(draft, quantity), "data", quantity, text)
        text = equation(draft.names, quantity, made[quantity])
        return Column(
            draft.names.plain(quantity), text, kind_of(draft, quantity), quantity, formula(made[quantity], cell)
        )

    return (count("step"), count("sample"), *map(column, quantities))


def gathered(draft: Plan, stepwise: Iterable[Column], batch: str, found: Mapping[Quantity, str]) -> tuple[Column, ...]:
    """The columns of a step; loss and gradients are what the row below its samples has."""
    columns = []
    for column in stepwise:
        quantity = column.quantity
        if quantity is None or not column.joins:
            columns.append(column)
            continue
        loss = draft.program.loss
        own: Quantity = Partial(loss, quantity.wrt) if isinstance(quantity, Partial) else loss
        text = f"{quoted(batch)}!{found[own]}{FIRST}"
        words = f"{draft.setup.reduction} of {screen(own, draft.names)} over the samples of the step"
        columns.append(column._replace(formula=text, equation=f"{screen(quantity, draft.whole_names)} = {words}"))
    return tuple(columns)

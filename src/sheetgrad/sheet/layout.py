"""From a setup to a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.catalog.optimizers import RATE
from sheetgrad.derive import program as differentiated
from sheetgrad.engine.schedule import largest_batch
from sheetgrad.expr import Ref, Symbol
from sheetgrad.notation import Notation
from sheetgrad.sheet import in_batches, in_one, order
from sheetgrad.sheet.names import defined_names, letters
from sheetgrad.sheet.plan import Plan, Table, Tables

if TYPE_CHECKING:
    from sheetgrad.expr import Quantity
    from sheetgrad.setup import Setup


def plan(setup: Setup, *, steps: int, rates: tuple[float, ...]) -> Plan:
    """Lay out a workbook with so many steps, one set of sheets for every learning rate."""
    batch = largest_batch(setup)
    family = differentiated(setup.model, setup.optimizer)
    whole = differentiated(setup.model.batched(batch, setup.reduction), setup.optimizer)
    draft = Plan(
        setup,
        steps,
        batch,
        family.unrolled(),
        Notation(family, setup.notation),
        whole,
        Notation(whole, setup.notation),
        {},
        (),
    )
    rate_cells = [Ref(Symbol(RATE.name, place)) for place in range(len(rates))]
    cells = _cells(draft, rate_cells)
    made = replace(draft, cells=cells)
    runs = tuple(
        _tables(made, rate, cells[cell], place)
        for place, (rate, cell) in enumerate(zip(rates, rate_cells, strict=True))
    )
    return replace(made, runs=runs)


def _cells(draft: Plan, rates: list[Ref]) -> dict[Quantity, str]:
    """A defined name for every number that can be changed."""
    model, name = draft.program.model, draft.names.plain
    single = order.data(model) if draft.setup.sample_count == 1 else []
    changeable = [*single, *order.members((*model.parameters, *model.constants))]
    settings = [Ref(symbol) for symbol in draft.program.settings if symbol is not RATE]
    plain = [RATE.name if not place else f"{RATE.name}_{place + 1}" for place in range(len(rates))]
    plain += [name(quantity) for quantity in (*settings, *changeable)]
    return dict(zip((*rates, *settings, *changeable), defined_names(plain), strict=True))


def _tables(draft: Plan, rate: float, rate_name: str, place: int) -> Tables:
    steps = f"Rate {place + 1}" if place else "Steps"
    if draft.batch == 1:
        return Tables(rate, rate_name, Table(steps, in_one.columns(draft, rate_name)), None)
    batch = f"Batch {place + 1}" if place else "Batch"
    stepwise = in_batches.stepwise(draft, rate_name)
    where = {column.quantity: letters(at) for at, column in enumerate(stepwise) if column.quantity is not None}
    per_sample = in_batches.per_sample(draft, steps, where)
    found = {column.quantity: letters(at) for at, column in enumerate(per_sample) if column.quantity is not None}
    gathered = in_batches.gathered(draft, stepwise, batch, found)
    return Tables(rate, rate_name, Table(steps, gathered), Table(batch, per_sample))

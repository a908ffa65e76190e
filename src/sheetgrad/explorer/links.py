"""Where a quantity stands elsewhere: its cell in the workbook, its equations in the derivation."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sheetgrad.engine.schedule import batches
from sheetgrad.errors import SheetgradError
from sheetgrad.expr import Next, Partial, Ref
from sheetgrad.sheet.fits import check_size
from sheetgrad.sheet.layout import plan
from sheetgrad.sheet.names import letters
from sheetgrad.sheet.plan import HEADERS

if TYPE_CHECKING:
    from sheetgrad.derivation import Derivation
    from sheetgrad.explorer.places import Places
    from sheetgrad.expr import Quantity
    from sheetgrad.setup import Setup
    from sheetgrad.sheet.plan import Table

STEPS = 100
"""Updates in a workbook unless told otherwise."""


def cells(setup: Setup, places: Places) -> dict[str, Any]:
    """The column of every quantity, on the sheet of steps and on that of samples; empty where no workbook fits.

    Row `first` is step 0. A next value stands in the row below.
    """
    try:
        check_size(setup, steps=STEPS, rates=1)
    except SheetgradError:
        return {}
    run = plan(setup, steps=STEPS, rates=setup.learning_rates[:1]).runs[0]
    sizes = [len(batch) + 1 for batch in islice(batches(setup), STEPS + 1)]  # and the row that takes them together
    found: dict[str, Any] = {"first": HEADERS + 1, "steps": STEPS, "rates": list(setup.learning_rates)}
    found["step"] = _columns(run.steps, places)
    if run.batch is not None:
        found["batch"] = _columns(run.batch, places)
        found["sizes"] = sizes
    return found


def _columns(table: Table, places: Places) -> dict[int, str]:
    found = {}
    for column, one in enumerate(table.columns):
        place = None if one.quantity is None else places.at.get(_of_one_sample(one.quantity, places))
        if place is not None:
            found[place] = letters(column)
    return found


def _of_one_sample(quantity: Quantity, places: Places) -> Quantity:
    """The gradient over a batch is shown at the gradient of one sample."""
    loss = places.program.loss
    match quantity:
        case Partial(wrt=wrt):
            return Partial(loss, wrt)
        case Ref(symbol=symbol) if symbol.name.startswith(f"{loss.symbol.name}_"):
            return loss
        case _:
            return quantity


def equations(derivation: Derivation, places: Places) -> dict[int, list[int]]:
    """The numbers of the lines about each quantity, in order."""
    found: dict[int, list[int]] = {}
    for line in derivation.lines:
        place = places.at.get(line.quantity)
        if place is not None:
            found.setdefault(place, []).append(line.number)
    for place, quantity in enumerate(places.order):
        if isinstance(quantity, Next) and place not in found:
            rule = [line.number for line in derivation.lines if line.role == "update"]
            found |= {place: rule[:1]} if rule else {}
    return found

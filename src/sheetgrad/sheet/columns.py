"""One column at a time: its name, its equation, its formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.catalog.optimizers import RATE
from sheetgrad.emit.screen import screen
from sheetgrad.expr import Expr, Next, Partial, Ref
from sheetgrad.sheet import order
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.names import cell_text, letters
from sheetgrad.sheet.plan import HEADERS, Column, Kind, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.expr import Quantity
    from sheetgrad.notation import Notation

LONGEST_EQUATION = 250
"""Characters of an equation in a header."""


def settings(draft: Plan, rate_name: str) -> dict[Quantity, str]:
    """Where the optimizer's numbers stand."""
    cells: dict[Quantity, str] = {Ref(RATE): rate_name}
    named: list[Quantity] = [Ref(symbol) for symbol in draft.program.settings]
    return {quantity: draft.cells[quantity] for quantity in named if quantity in draft.cells} | cells


def count(name: str) -> Column:
    """A column that counts steps or samples."""
    return Column(name, "counted from 0" if name == "step" else "counted from 1", "count")


def equation(names: Notation, quantity: Quantity, value: Expr) -> str:
    """The equation as text, cut to what a header shows."""
    return cell_text(f"{screen(quantity, names)} = {screen(value, names)}", LONGEST_EQUATION)


def stated(
    names: Notation,
    quantity: Quantity,
    following: Mapping[Quantity, Expr],
    cell: Callable[[Quantity], str],
    cells: Mapping[Quantity, str],
) -> Column:
    """A parameter or a state of the optimizer: from an input cell at first, then from the row above."""
    value = following[Next(quantity)]
    kind: Kind = "parameter" if quantity in cells else "state"
    text = f"{equation(names, Next(quantity), value)}, from the row above"
    return Column(names.plain(quantity), text, kind, quantity, formula(value, cell), cells.get(quantity, ""))


def is_data(draft: Plan, quantity: Quantity) -> bool:
    """Whether it is given with a sample."""
    return isinstance(quantity, Ref) and quantity.symbol in draft.program.model.data


def given(draft: Plan, quantity: Quantity) -> str:
    """What a number that no equation makes is, in a word."""
    model = draft.program.model
    roles = (("input", model.inputs), ("target", model.targets), ("constant", model.constants))
    return next((word for word, symbols in roles if isinstance(quantity, Ref) and quantity.symbol in symbols), "given")


def kind_of(draft: Plan, quantity: Quantity) -> Kind:
    """What sort of computed quantity it is."""
    if isinstance(quantity, Partial):
        return "gradient" if quantity.wrt.symbol in draft.program.model.parameters else "between"
    return "loss" if quantity is draft.program.loss else "forward"


def sample_cell(draft: Plan, quantity: Quantity, number: str) -> str:
    """The formula that looks a quantity up in the sheet of samples."""
    column = letters(1 + order.data(draft.program.model).index(quantity))  # type: ignore[arg-type]  # data are Refs
    return f"INDEX(Samples!${column}${HEADERS + 1}:${column}${HEADERS + draft.setup.sample_count},{number})"

"""The workings of the proof: the forward pass as it is, then with each weight moved up a little, and down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.functions import evaluate
from sheetgrad.sheet import order
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.names import letters
from sheetgrad.sheet.plan import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.expr import Expr, Quantity, Ref
    from sheetgrad.sheet.page import Page
    from sheetgrad.sheet.pick import Pick
    from sheetgrad.sheet.plan import Plan

WORKINGS = "Workings"
MOST_CELLS = 30_000
"""Of a larger network a choice of the weights is proven."""
FEWEST = 6
STEP = 1e-5
BASE = 3
"""The row with nothing moved."""


class Ends(NamedTuple):
    """A weight and the loss, with the weight moved up and moved down."""

    up: tuple[float, float]
    down: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Workings:
    """What stands where, and what came out."""

    weights: tuple[Ref, ...]
    columns: Mapping[Quantity, str]
    """The letters of every quantity."""
    ends: tuple[Ends, ...]
    """For every weight."""

    def row(self, place: int) -> int:
        """The row of a weight moved up; moved down is the next."""
        return BASE + 1 + 2 * place


def write(page: Page, plan: Plan, chosen: Pick, h: str) -> Workings:
    """Write the sheet; `h` is the cell that says how far to move."""
    columns: list[Quantity] = [*order.data(plan.program.model), *order.forward(plan.program)]
    where = {quantity: letters(2 + place) for place, quantity in enumerate(columns)}
    pass_ = _Pass(page, plan, chosen, where, h)
    pass_.headers()
    pass_.as_it_is()
    weights = _weights(plan, len(columns) + 2)
    ends = [
        Ends(pass_.moved(weight, 1, BASE + 2 * place), pass_.moved(weight, -1, BASE + 2 * place + 1))
        for place, weight in enumerate(weights)
    ]
    return Workings(tuple(weights), where, tuple(ends))


def _weights(plan: Plan, width: int) -> Sequence[Ref]:
    """All of them, or an even choice."""
    found = order.parameters(plan.program)
    most = max(FEWEST, MOST_CELLS // (2 * width))
    return found if len(found) <= most else [found[place * len(found) // most] for place in range(most)]


class _Pass:
    """Writes forward passes, one a row."""

    def __init__(self, page: Page, plan: Plan, chosen: Pick, where: Mapping[Quantity, str], h: str) -> None:
        self.page, self.plan, self.chosen, self.where, self.h = page, plan, chosen, where, h
        self.made: dict[Quantity, Expr] = {equation.target: equation.value for equation in plan.program.forward}
        self.formulas = {
            quantity: formula(value, lambda use: f"{where[use]}{ROW}") for quantity, value in self.made.items()
        }
        self.base = {quantity: chosen.values[quantity] for quantity in where}

    def headers(self) -> None:
        page = self.page
        for place, (word, note) in enumerate((("moved", "this weight"), ("by", "times h"))):
            page.text(0, place, word, "head_count")
            page.text(1, place, note, "equation")
        for place, quantity in enumerate(self.where, 2):
            page.text(
                0, place, self.plan.names.plain(quantity), "head_forward" if quantity in self.made else "head_data"
            )
            page.text(1, place, "" if quantity in self.made else "as picked, or moved", "equation")
        page.row_height(1, 32)
        page.columns(10, 8, *(13.5 for _ in self.where))
        page.sheet.freeze_panes(BASE, 2)

    def as_it_is(self) -> None:
        self.page.text(BASE - 1, 0, "as it is", "bold_plain")
        for place, quantity in enumerate(self.where, 2):
            text = self.formulas.get(quantity, "").replace(ROW, str(BASE)) or self.chosen.formulas[quantity]
            self.page.formula(BASE - 1, place, text, self.base[quantity])

    def moved(self, weight: Ref, sign: int, row: int) -> tuple[float, float]:
        """One forward pass with one weight moved; gives the weight and the loss."""
        self.page.text(row, 0, self.plan.names.plain(weight), "bold_plain")
        self.page.number(row, 1, sign, "signed")
        values: dict[Expr, float] = dict(self.base.items())
        for place, (quantity, column) in enumerate(self.where.items(), 2):
            text = f"{column}${BASE}"
            if quantity in self.made:
                text = self.formulas[quantity].replace(ROW, str(row + 1))
                values[quantity] = evaluate(self.made[quantity], values)
            elif quantity is weight:
                values[quantity] += sign * STEP * max(1.0, abs(values[quantity]))
                text = f"{text}+$B{row + 1}*{self.h}*MAX(1,ABS({text}))"
            self.page.formula(row, place, text, values[quantity])
        return values[weight], values[self.plan.program.loss]

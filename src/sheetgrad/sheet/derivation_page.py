"""The derivation: every numbered equation, its column, and its value at a step that the user picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad import derivation
from sheetgrad.derivation.document import Line, Text, Working
from sheetgrad.emit.screen import prose, screen
from sheetgrad.errors import TooLargeError
from sheetgrad.expr import walk
from sheetgrad.functions import evaluate
from sheetgrad.program import quantities
from sheetgrad.sheet import pick
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.page import address

if TYPE_CHECKING:
    from sheetgrad.derivation.document import Derivation
    from sheetgrad.expr import Expr, Quantity
    from sheetgrad.sheet.page import Page, Style
    from sheetgrad.sheet.plan import Plan
    from sheetgrad.sheet.values import Values

DERIVATION = "Derivation"
LONGEST = 2_000
"""Characters of an equation that anybody reads in a cell."""
LETTERS, LINE = 100, 15.5
"""Letters on a line of a cell, and its height in points."""
MOST_PARTS = 150
"""A formula with more parts is not made live here: it would not be read."""


def write(page: Page, plan: Plan, values: Values) -> None:
    """Write the sheet."""
    page.columns(9, 16, 104, 14, 18)
    page.sheet.hide_gridlines(2)
    page.row_height(0, 30)
    page.text(0, 0, "The derivation, with the numbers of a step", "title")
    page.text(1, 0, "Type a step into the yellow cell: the values on the right follow.", "note")
    chosen = pick.write(page, 2, plan, values)
    try:
        derived = derivation.derive(plan.setup)
    except TooLargeError as error:
        page.text(3 + chosen.height, 0, str(error), "note")
        return
    _Writer(page, derived, chosen).write(4 + chosen.height)


class _Writer:
    def __init__(self, page: Page, derived: Derivation, chosen: pick.Pick) -> None:
        self.page, self.derived, self.chosen = page, derived, chosen
        self.cells: dict[Quantity, str] = {}
        self.values: dict[Expr, float] = dict(chosen.values.items())

    def write(self, row: int) -> None:
        names = self.derived.notation
        for place, heading in enumerate(("", "quantity", "equation", "column")):
            self.page.text(row - 1, place, heading, "head")
        self.page.text(row - 1, 4, "value", "head_right")
        self.page.sheet.freeze_panes(row, 0)
        for section in self.derived.sections:
            self.page.text(row, 0, prose(section.title, names), "bold")
            row += 1
            for block in section.blocks:
                match block:
                    case Line():
                        self.line(row, block)
                    case Text(prose=words):
                        self.words(row, prose(words, names), "remark")
                    case Working(members=members):
                        self.words(row, self.chain(members), "wrapped")
                    case _:
                        continue
                row += 1

    def words(self, row: int, text: str, style: Style) -> None:
        """Text over as many lines as it needs: not every spreadsheet makes room by itself."""
        self.page.text(row, 2, text, style)
        self.page.row_height(row, LINE * max(1, -(-len(text) // LETTERS)))

    def chain(self, members: tuple[Expr, ...]) -> str:
        text = " = ".join(screen(member, self.derived.notation) for member in members)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def line(self, row: int, line: Line) -> None:
        """One equation; a formula gives its value where everything in it has a place."""
        page = self.page
        page.text(row, 0, f"({line.number})", "centred")
        page.text(row, 1, screen(line.quantity, self.derived.notation), "wrapped")
        self.words(row, self.chain(line.members), "wrapped")
        link = self.chosen.links.get(line.quantity)
        if link:
            page.link(row, 3, link[0], f"{link[1]}1")
        used = quantities(line.value)
        if all(part in self.values for part in used) and sum(1 for _ in walk(line.value)) <= MOST_PARTS:
            value = evaluate(line.value, self.values)
            page.formula(row, 4, formula(line.value, self.cell), value, "number_top")
            self.values[line.quantity] = value
            self.cells[line.quantity] = address(row, 4)

    def cell(self, quantity: Quantity) -> str:
        return self.cells.get(quantity) or self.chosen.formulas[quantity]

"""What stands in the columns of a worksheet's steps: which cells are gaps, which are formulas, and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from sheetgrad.classroom.asked import Plainly
from sheetgrad.classroom.readme import BLANK
from sheetgrad.classroom.readme import formula as shown_formula
from sheetgrad.emit.screen import screen
from sheetgrad.expr import Next, Partial, Ref
from sheetgrad.program import quantities
from sheetgrad.sheet import order
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.names import cell_text, letters
from sheetgrad.sheet.plan import HEADERS, ROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.classroom.paper import Paper
    from sheetgrad.expr import Expr, Quantity
    from sheetgrad.sheet.plan import Kind

LONGEST_EQUATION = 250


class Cell(NamedTuple):
    """One cell: a gap, or a formula that is there already."""

    state: Literal["blank", "live"]
    formula: str
    """The right one, without its equals sign."""
    right: float
    """The right value."""
    value: float
    """What is shown before anything is filled in."""
    tolerance: float
    stands: str = ""
    """A formula that stands in a gap all the same: where a mistake is to be found."""


class Column(NamedTuple):
    """One quantity, step by step."""

    name: str
    equation: str
    kind: Kind
    asked: bool
    cells: tuple[Cell, ...]


def columns(paper: Paper, given: Mapping[Expr, str]) -> list[Column]:
    """The columns: targets, inputs, then what is computed, then the gradients that are asked for.

    `given` has the defined names of the numbers that are given.
    """
    return _Layout(paper, given).columns()


class _Layout:
    def __init__(self, paper: Paper, given: Mapping[Expr, str]) -> None:
        self.paper, self.given = paper, given
        sheet = paper.made.sheet
        program = sheet.program
        self.asked = {answer.own for answer in sheet.answers.values()} & {item.quantity for item in paper.items}
        self.values: dict[Quantity, Expr] = {e.target: e.value for e in program.equations}
        self.values |= {answer.own: answer.own_value for answer in sheet.answers.values()}
        self.order = self._order()
        self.where = {quantity: letters(place) for place, quantity in enumerate(self.order, 1)}
        self.plainly = Plainly(sheet.names)
        self.steps = sheet.steps(paper.student.numbers, paper.made.exercise.rate, paper.rows - 1)
        self.moved: set[Quantity] = {q.state for q in self.values if isinstance(q, Next)}
        self.templates: dict[Expr, str] = {}
        self.updated = {q.state for q in self.asked if isinstance(q, Next)}

    def _order(self) -> list[Quantity]:
        program = self.paper.made.sheet.program
        gradients = [q for q in self.asked if isinstance(q, Partial)]
        needed: dict[Quantity, None] = {}
        stack: list[Quantity] = list(gradients)
        while stack:  # a long gradient is made from others, which then have columns, too
            for part in quantities(self.values[stack.pop()]):
                if isinstance(part, Partial) and part not in needed and part not in self.asked:
                    needed[part] = None
                    stack.append(part)
        between, last = order.slopes(program)
        others = [slope for slope in between if slope in needed]
        return [
            *order.data(program.model),
            *order.forward(program),
            *others,
            *(slope for slope in last if slope in self.asked),
        ]

    def columns(self) -> list[Column]:
        return [self.column(quantity) for quantity in self.order]

    def column(self, quantity: Quantity) -> Column:
        names = self.paper.names
        asked = quantity in self.asked or quantity in self.updated
        cells = tuple(self.cell(quantity, row) for row in range(self.paper.rows))
        return Column(names.plain(quantity), self.equation(quantity), self.kind(quantity), asked, cells)

    def equation(self, quantity: Quantity) -> str:
        """The equation as the worksheet shows it, with its gaps."""
        for item in self.paper.items:
            if item.quantity is quantity:
                right = BLANK if item.shown is None or self.paper.finds else shown_formula(item, self.paper)
                return cell_text(f"{screen(quantity, self.paper.names)} = {right}", LONGEST_EQUATION)
        return "given" if quantity in self.given else "from the row above" * (quantity in self.updated)

    def kind(self, quantity: Quantity) -> Kind:
        model = self.paper.made.sheet.program.model
        match quantity:
            case Partial(wrt=wrt):
                return "gradient" if wrt.symbol in model.parameters else "between"
            case Ref(symbol=symbol) if symbol in model.data:
                return "data"
            case Ref(symbol=symbol) if symbol in model.parameters or symbol in model.constants:
                return "parameter"
            case _:
                return "loss" if quantity is model.loss else "forward"

    def cell(self, quantity: Quantity, row: int) -> Cell:
        right = self.steps[row][self.plainly(quantity)]
        tolerance = self.paper.made.exercise.tolerance
        blank = self.is_blank(quantity, row)
        text = self.formula(quantity, row)
        stands, value = self.standing(quantity, right)
        if blank:
            return Cell("blank", text, right, value, tolerance, stands)
        untouched = self.steps[0][self.plainly(quantity)] if quantity in self.following() else right
        return Cell("live", text, right, untouched, tolerance)

    def is_blank(self, quantity: Quantity, row: int) -> bool:
        """Whether it is to be filled in; what only helps with a long gradient is, too, and is not checked."""
        if quantity in self.updated:
            return row > 0
        return quantity in self.asked or isinstance(quantity, Partial)

    def following(self) -> set[Quantity]:
        """Parameters that live formulas move: as long as the gradients are empty, they stay where they are."""
        return self.moved - self.updated

    def standing(self, quantity: Quantity, right: float) -> tuple[str, float]:
        """The formula that stands in a gap where a mistake is to be found, and its value."""
        if not self.paper.finds or quantity not in self.asked:
            return "", right
        item = next(item for item in self.paper.items if item.quantity is quantity)
        assert item.shown is not None  # noqa: S101 -- every line is shown where one is wrong
        return self.filled(item.shown, 0), item.value

    def filled(self, value: Expr, row: int) -> str:
        """A formula for a row. It is written once, with a mark in place of the row's number."""
        if value not in self.templates:
            self.templates[value] = formula(value, self.here)
        return self.templates[value].replace(ROW, str(HEADERS + 1 + row))

    def here(self, quantity: Quantity) -> str:
        """Where a quantity stands."""
        return f"{self.where[quantity]}{ROW}" if quantity in self.where else self.given[quantity]

    def formula(self, quantity: Quantity, row: int) -> str:
        """The right formula; empty where it needs what has no column."""
        if quantity in self.given and (row == 0 or Next(quantity) not in self.values):
            return self.given[quantity]
        value = self.values.get(quantity)
        if value is not None and not isinstance(quantity, Next) and quantity not in self.given:
            return self.filled(value, row)
        try:
            return self.filled(self.values[Next(quantity)], row - 1)
        except KeyError:
            return ""

"""A Program: a Model, its derivative, and what every state is next.

It is what everything else is made from: derivation, workbook, kernels, page and
checker all read these equations.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import Expr, Next, Partial, Quantity, Ref, Symbol, walk
from sheetgrad.model import Equation, Model, unrolled_equations

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Program:
    """Forward, backward and next equations of one step.

    `states` are what the optimizer remembers besides the parameters, with the
    number each starts from; `settings` are its named numbers (the learning rate
    first), with their usual values.
    """

    model: Model
    backward: tuple[Equation, ...]
    updates: tuple[Equation, ...] = ()
    states: Mapping[Symbol, float] = field(default_factory=dict)
    settings: Mapping[Symbol, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that every equation uses only what is known by then, and defines something new."""
        if not self.model.is_unrolled:  # an unrolled one was checked as families
            _check(self)

    @property
    def forward(self) -> tuple[Equation, ...]:
        """The model's own equations."""
        return self.model.equations

    @property
    def equations(self) -> tuple[Equation, ...]:
        """All of them, in an order in which they can be computed."""
        return self.forward + self.backward + self.updates

    @property
    def loss(self) -> Ref:
        """The number that training makes small."""
        return self.model.loss

    def gradient(self, symbol: Symbol) -> Partial:
        """∂loss/∂symbol for a whole family."""
        return Partial(self.loss, symbol.whole)

    def unrolled(self) -> Program:
        """The same program with one equation for every scalar.

        Symbols keep their axes; every place is a number.
        """
        return replace(
            self,
            model=self.model.unrolled(),
            backward=tuple(unrolled_equations(self.backward)),
            updates=tuple(unrolled_equations(self.updates)),
        )

    @property
    def size(self) -> int:
        """How many scalar equations it is when unrolled."""
        sizes = 0
        for equation in self.equations:
            count = 1
            for axis in equation.axes:
                count *= axis.size
            sizes += count
        return sizes

    def __str__(self) -> str:
        """Every equation on a line, in the plain infix dialect, under the model's own names."""
        from sheetgrad.syntax.printer import written

        return "\n".join(f"{written(equation.target)} = {written(equation.value)}" for equation in self.equations)


def quantities(node: Expr) -> list[Quantity]:
    """Every quantity an expression reads: members, derivatives and next values."""
    return list(dict.fromkeys(part for part in walk(node) if isinstance(part, Ref | Partial | Next)))


def _family(quantity: Quantity) -> tuple[str, Symbol]:
    match quantity:
        case Ref():
            return "", quantity.symbol
        case Partial():
            return "d", quantity.wrt.symbol
        case Next():
            return "next", quantity.state.symbol


def _check(program: Program) -> None:
    known = {("", symbol) for symbol in (*program.model.leaves, *program.states, *program.settings)}
    made: set[Quantity] = set()
    for equation in program.equations:
        if equation.target in made:
            message = f"two equations for {equation.target!r}"
            raise BrokenInvariant(message)
        made.add(equation.target)
        for used in quantities(equation.value):
            if _family(used) not in known:
                message = f"{equation.target!r} uses {used!r} before it is known"
                raise BrokenInvariant(message)
        known.add(_family(equation.target))

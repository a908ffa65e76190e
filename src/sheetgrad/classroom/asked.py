"""What can be asked about a network: every quantity with its formula, in the order in which one computes.

All expressions here are over plain names (`a_h1`, `w5_new`), as the table of mistakes
wants them; derivatives stay derivatives of plain names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.given import network_of
from sheetgrad.check.network import renamed
from sheetgrad.classroom.numbers import names_of
from sheetgrad.derivation import derive
from sheetgrad.errors import TooLargeError
from sheetgrad.expr import Expr, Next, Partial, Quantity, Ref, Symbol, members, walk
from sheetgrad.functions import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.check.network import Network
    from sheetgrad.model import Equation, Role
    from sheetgrad.notation import Notation
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

MOST_EQUATIONS = 250
"""Nobody computes more by hand."""


class Answer(NamedTuple):
    """A quantity that can be asked for."""

    name: str
    """Its plain name."""
    role: Role
    quantity: Quantity
    """In plain names."""
    value: Expr
    """Its formula, in plain names, as the derivation ends with it."""
    own: Quantity
    """The same quantity as the program knows it, for typesetting."""
    own_value: Expr


@dataclass(frozen=True, slots=True)
class Sheet:
    """A network with everything that can be asked about it."""

    setup: Setup
    names: Notation
    network: Network
    program: Program
    answers: Mapping[str, Answer]
    """By plain name: forward, loss, the gradients of the parameters, and the next parameters."""
    order: tuple[tuple[Expr, Expr], ...]
    """Every equation of a step over plain names, in the order in which they are computed."""
    following: Mapping[Expr, Expr]
    """What each parameter and state is called after the update."""

    def step(self, given: Mapping[Expr, float]) -> dict[Expr, float]:
        """Every quantity of one step, from what is given: slow, plain, the one to believe."""
        found = dict(given)
        for target, value in self.order:
            found[target] = evaluate(value, found)
        return found

    def steps(self, numbers: Mapping[str, float], rate: float, count: int) -> list[dict[Expr, float]]:
        """The quantities before any update, after one, and so on: `count` + 1 steps."""
        given = self.given(numbers, rate)
        made = []
        for _ in range(count + 1):
            made.append(self.step(given))
            given = {**given, **{before: made[-1][after] for before, after in self.following.items()}}
        return made

    def given(self, numbers: Mapping[str, float], rate: float) -> dict[Expr, float]:
        """What a step starts from: the numbers by name, the optimizer's settings, and its states."""
        from math import isnan

        settings: dict[Expr, float] = {
            _ref(symbol.name): rate if isnan(v) else v for symbol, v in self.program.settings.items()
        }
        states: dict[Expr, float] = {
            _ref(self.names.plain(Ref(symbol, tuple(place.values())))): value
            for symbol, value in self.program.states.items()
            for place in members(symbol.axes)
        }
        return {**settings, **states, **{_ref(name): value for name, value in numbers.items()}}


def _ref(name: str) -> Ref:
    return Ref(Symbol(name))


def sheet_of(setup: Setup) -> Sheet:
    """Everything that can be asked about a network, for one sample.

    Raises:
        TooLargeError: nobody would compute it by hand.

    >>> import sheetgrad
    >>> list(sheet_of(sheetgrad.load("class")).answers)[-16:-12]
    ['dE_total_dw1', 'dE_total_dw2', 'dE_total_dw3', 'dE_total_dw4']
    """
    names = names_of(setup)
    if names.program.size > MOST_EQUATIONS:
        message = (
            f"{setup.name} has {names.program.size:,} equations; {MOST_EQUATIONS} are the most that an exercise has: "
            "give a smaller network"
        )
        raise TooLargeError(message)
    made = names.program.unrolled()
    lines = {line.quantity: line for line in derive(setup, form="chain", every=True).lines}
    plain = Plainly(names)
    parameters = set(made.model.parameters)
    answers = {}
    for equation in (*made.forward, *_by_parameter(made), *made.updates):
        quantity = equation.target
        if isinstance(quantity, Partial) and quantity.wrt.symbol not in parameters:
            continue
        if isinstance(quantity, Next) and quantity.state.symbol not in parameters:
            continue
        value = lines[quantity].value if quantity in lines else equation.value
        name = names.plain(quantity)
        answers[name] = Answer(name, equation.role, plain(quantity), plain(value), quantity, value)  # type: ignore[arg-type]  # the kind is kept
    order = tuple((plain(equation.target), plain(equation.value)) for equation in made.equations)
    following = {plain(e.target.state): plain(e.target) for e in made.updates if isinstance(e.target, Next)}
    return Sheet(setup, names, network_of(setup), made, answers, order, following)


def _by_parameter(made: Program) -> Iterable[Equation]:
    """The gradients of the parameters, in the order of these."""
    places = {symbol: place for place, symbol in enumerate(made.model.parameters)}
    gradients = [
        equation
        for equation in made.backward
        if isinstance(equation.target, Partial) and equation.target.wrt.symbol in places
    ]
    return sorted(gradients, key=lambda equation: (places[equation.target.wrt.symbol], equation.target.wrt.places))  # type: ignore[union-attr]  # only gradients here


class Plainly:
    """Turns expressions over families into expressions over plain names."""

    def __init__(self, names: Notation) -> None:
        self.names = names

    def __call__(self, node: Expr) -> Expr:
        """The expression, or the quantity, in plain names."""
        replacements: dict[Expr, Expr] = {}
        for part in walk(node):
            match part:
                case Ref() | Next():
                    replacements[part] = _ref(self.names.plain(part))
                case Partial(of=Ref() as of, wrt=wrt):
                    replacements[of] = _ref(self.names.plain(of))
                    replacements[wrt] = _ref(self.names.plain(wrt))
                case _:
                    pass
        return renamed(node, replacements)

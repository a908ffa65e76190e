"""In which order quantities stand in the columns: the order in which people write them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import Partial, Ref, references
from sheetgrad.expr import members as numbers_of
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.expr import Quantity, Symbol
    from sheetgrad.model import Equation, Model
    from sheetgrad.program import Program


def members(symbols: Iterable[Symbol]) -> list[Ref]:
    """Every member of every family, the last axis fastest."""
    return [Ref(symbol, tuple(n.values())) for symbol in symbols for n in numbers_of(symbol.axes)]


def data(model: Model) -> list[Ref]:
    """Targets, then inputs."""
    return members((*model.targets, *model.inputs))


def forward(program: Program) -> list[Ref]:
    """Parameters, constants and what is computed from them, of an unrolled program.

    A family of parameters stands just before the first equation that uses it;
    an equation that uses one computed quantity and nothing else (an activation)
    stands right after it.
    """
    model = program.model
    given = {symbol: members([symbol]) for symbol in (*model.parameters, *model.constants)}
    after = _only_users(model.equations)
    order: dict[Ref, None] = {}

    def place(equation: Equation) -> None:
        used = {use.symbol for use in references(equation.value)}
        for symbol in [symbol for symbol in given if symbol in used]:
            order.update(dict.fromkeys(given.pop(symbol)))
        assert isinstance(equation.target, Ref)  # noqa: S101 -- checked when the model was made
        order[equation.target] = None
        for follower in after.get(equation.target, ()):
            place(follower)

    for equation in model.equations:
        if equation.target not in order:
            place(equation)
    return [*order, *(use for uses in given.values() for use in uses)]


def parameters(program: Program) -> list[Ref]:
    """Parameters in the order in which the forward columns have them."""
    wanted = set(program.model.parameters)
    return [use for use in forward(program) if use.symbol in wanted]


def slopes(program: Program) -> tuple[list[Partial], list[Partial]]:
    """Derivatives with respect to what lies between, and those with respect to the parameters.

    A derivative that no parameter's derivative is made from has no column.
    """
    known = set(program.model.parameters)
    made = {eq.target: eq.value for eq in program.backward if isinstance(eq.target, Partial)}
    places = {use: place for place, use in enumerate(parameters(program))}
    last = sorted((slope for slope in made if slope.wrt.symbol in known), key=lambda slope: places[slope.wrt])
    needed: set[Quantity] = set(last)
    for slope in reversed(made):
        if slope in needed:
            needed.update(quantities(made[slope]))
    return [slope for slope in made if slope in needed and slope.wrt.symbol not in known], last


def _only_users(equations: Iterable[Equation]) -> Mapping[Quantity, list[Equation]]:
    """For every computed quantity the equations that use it and nothing else."""
    made = {equation.target for equation in equations}
    found: dict[Quantity, list[Equation]] = {}
    for equation in equations:
        used = references(equation.value)
        if len(used) == 1 and used[0] in made:
            found.setdefault(used[0], []).append(equation)
    return found

"""Which network a table computes: its loss, its weights, and what is forward and what is backward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed, OnTrack
from sheetgrad.check.book.gradient_columns import near_columns
from sheetgrad.check.book.losses import ancestors, losses
from sheetgrad.check.book.roles import constant_value
from sheetgrad.check.book.update_rates import column_used, rate_of, ratio_of
from sheetgrad.check.points import Points, UnknownNameError
from sheetgrad.expr import Expr, Ref, Sum, Symbol

if TYPE_CHECKING:
    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.roles import Roles
    from sheetgrad.check.points import Values

FEW = 3
"""Losses that are tried at least."""
MOST_WORK = 40_000
"""Formulas that are computed in search of the loss."""
MOST_NEW = 40
"""Cells that only some rows name, in one formula."""


@dataclass(slots=True)
class Understood:
    """The network of a table under one idea of what its loss is."""

    roles: Roles
    loss: str
    points: Points
    forward: tuple[str, ...]
    parameters: tuple[str, ...]
    factor: float = 1.0
    """What the gradients of the table are times, all alike."""
    changed: frozenset[str] = frozenset()
    """Every symbol that a weight flows into, and the weights."""
    plain: bool = False
    """Whether every update is a weight less a rate times a column."""
    loss_inputs: frozenset[str] = frozenset()
    """Given numbers that flow into the loss."""

    def sources_rate(self, name: str) -> bool:
        """Whether a symbol may be taken for the learning rate: no cell of the forward part, but a column may be."""
        return name not in self.loss_inputs or isinstance(self.roles.compiler.sources.get(name), OnTrack)

    @property
    def definitions(self) -> dict[str, Expr]:
        """The forward part."""
        return self.points.definitions

    def derivative(self, symbol: str) -> Values:
        """∂loss/∂(a quantity), times the factor that all gradients share."""
        return self.factor * self.points.derivative(Ref(Symbol(self.loss)), Ref(Symbol(symbol)))

    def value(self, node: Expr) -> Values | None:
        """An expression at the points; None where it names what cannot be computed."""
        for _ in range(MOST_NEW):
            try:
                return self.points.value(node)
            except UnknownNameError as unknown:
                if unknown.key not in self.roles.compiler.sources:
                    return None
                self.points.fix(unknown.key, self._of_cell(unknown.key))
        return None

    def _of_cell(self, key: str) -> Values:
        """Values for a cell that only some rows name: a number given for all of them, or one of its own."""
        table = self.roles.table
        source = self.roles.compiler.sources[key]
        across = None
        if isinstance(source, OnTrack):
            across = source.across
        elif isinstance(source, Fixed) and source.sheet == table.sheet.name:
            inside = table.turned(source.place)
            across = inside[0] if table.holds(*inside) else None
        name = "" if across is None else self.roles.name(across)
        if across is not None and name in self.points.values and constant_value(table, across) is not None:
            return self.points.values[name]
        return self.points.drawn(sum(map(ord, key)))

    def close(self, left: Values | None, right: Values | None) -> bool:
        """Whether two are equal at all points."""
        return left is not None and right is not None and self.points.close(left, right)


def with_loss(roles: Roles, loss: str, parts: tuple[str, ...] = ()) -> Understood:
    """The network with one column (or the sum of several) as its loss."""
    definitions = dict(roles.definitions)
    if parts:
        definitions[loss] = Sum(tuple(Ref(Symbol(part)) for part in parts)) if len(parts) > 1 else Ref(Symbol(parts[0]))
    above = ancestors(definitions, loss) | {loss}
    forward = {name: value for name, value in definitions.items() if name in above}
    points = Points(forward, roles.leaves)
    changed = frozenset(roles.depends(roles.states))
    given = frozenset(name for name in above if name not in definitions and name not in roles.states)
    parameters = tuple(s for s in roles.states if s in above)
    made = Understood(roles, loss, points, tuple(forward), parameters, changed=changed, loss_inputs=given)
    made.plain = all(column_used(made, s, roles.updates[s])[0] for s in parameters)
    refill(made)
    return made


def refill(understood: Understood) -> None:
    """Compute everything that is not forward, from the forward part."""
    points = understood.points
    for name, value in understood.roles.definitions.items():
        if name not in points.definitions:
            try:
                points.fix(name, points.value(value))
            except UnknownNameError:
                points.fix(name, points.numpy.full(len(next(iter(points.values.values()))), points.numpy.nan))


def understood(roles: Roles, heads: dict[int, Head]) -> Understood | None:
    """The network, with the loss under which most updates are right; None where there is no loss."""
    best: Understood | None = None
    most = (-1, 0, 0)
    every = losses(roles, heads)
    flowing = roles.ancestors(*(Ref(Symbol(name)) for loss, parts in every for name in (parts or (loss,))))
    weights = sum(state in flowing for state in roles.states)
    tries = max(FEW, MOST_WORK // max(1, len(roles.definitions)))
    named: Understood | None = None
    total = {roles.name(across) for across, head in heads.items() if head.key == "E_total" and not head.wrt}
    for rank, (loss, parts) in enumerate(every[:tries]):
        made = with_loss(roles, loss, parts)
        if not made.parameters:
            continue
        made.factor = shared_factor(made)
        right = sum(is_right(made, symbol) for symbol in made.parameters)
        named = made if named is None and loss in total else named
        score = (right, made.factor == 1.0, -rank)
        if score > most:
            best, most = made, score
        if right == len(roles.states) or (right == weights and made.factor == 1.0):
            break
    # Where few updates are right under any loss, the one that is headed so is meant.
    return named if named is not None and most[0] * 2 < len(roles.states) else best


def shared_factor(made: Understood) -> float:
    """The number that most gradients of the table are times the exact ones: 1, or 2, or 1/2."""
    counts: dict[float, int] = {}
    for symbol in made.parameters:
        for factor in factors_of(made, symbol):
            counts[factor] = counts.get(factor, 0) + 1
    if not counts:
        return 1.0
    best = max(counts, key=lambda factor: (counts[factor], factor == 1.0))
    return best if counts[best] * 2 > len(made.parameters) and counts[best] > counts.get(1.0, 0) else 1.0


def factors_of(made: Understood, symbol: str) -> set[float]:
    """The plain numbers that columns feeding an update are times the exact gradient."""
    exact = made.points.derivative(Ref(Symbol(made.loss)), Ref(Symbol(symbol)))
    found: set[float] = set()
    if not exact.any():
        return found
    for name in near_columns(made, symbol):
        ratio = ratio_of(made, made.points.values[name], exact)
        if ratio is not None and abs(ratio - ratio[0]).max() <= 1e-9 * abs(ratio[0]):
            found.add(round(float(ratio[0]), 9))
    return found & {1.0, 2.0, 0.5}


def is_right(made: Understood, symbol: str) -> bool:
    """Whether the update of a weight goes along its exact gradient, or one of its columns is that gradient."""
    rate = rate_of(made, symbol)
    if rate is not None:
        return rate.factor in {0.0, 1.0} or not rate.symbol
    if made.plain:
        return False
    exact = made.derivative(symbol)
    columns = (made.points.values[name] for name in near_columns(made, symbol))
    return bool(exact.any()) and any(made.close(column, exact) for column in columns)

"""The unrolled model as a graph: who uses what, with which slope, and along which routes.

Going up from a quantity, a route is followed edge by edge while there is only one
way to go. It ends at a term of the loss, or at a *junction*: a quantity with several
ways up, whose derivative is worked out on its own and then used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.derive import occurrences
from sheetgrad.expr import ONE, Expr, Number, Partial, Product, Ref, Sum, add, multiply, references

if TYPE_CHECKING:
    from sheetgrad.model import Model


@dataclass(frozen=True, slots=True)
class Edge:
    """`above` uses `below` directly, with this slope."""

    above: Ref
    below: Ref
    slope: Expr


@dataclass(frozen=True, slots=True)
class Path:
    """Edges from a quantity up to where the route ends: `top` is a term, a junction, or the loss."""

    top: Ref
    edges: tuple[Edge, ...]
    """The highest first."""

    @property
    def slope(self) -> Expr:
        """The product of the slopes."""
        return multiply(*(edge.slope for edge in self.edges)) if self.edges else ONE


@dataclass
class Graph:
    """An unrolled model with its edges upward."""

    model: Model
    up: dict[Ref, list[Edge]] = field(default_factory=dict)
    """For each quantity, the edges to what uses it and leads to the loss."""
    values: dict[Ref, Expr] = field(default_factory=dict)
    """The right side of every equation."""
    terms: tuple[Ref, ...] = ()
    """What the loss adds up; the loss alone where it is no plain sum."""
    coefficient: Expr = ONE
    """The number before that sum."""
    _reach: dict[Ref, int] = field(default_factory=dict)
    _bits: dict[Ref, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the edges off the equations, from the loss back."""
        loss = self.model.loss
        self.values = {e.target: e.value for e in self.model.equations if isinstance(e.target, Ref)}
        self.coefficient, self.terms = _terms(loss, self.values)
        leads = {loss}
        for target in reversed(list(self.values)):
            if target not in leads:
                continue
            slopes: dict[Ref, list[Expr]] = {}
            for occurrence in occurrences(self.values[target], target):
                slopes.setdefault(occurrence.use, []).append(occurrence.edge)
            for use, parts in slopes.items():
                leads.add(use)
                self.up.setdefault(use, []).append(Edge(target, use, add(*parts)))
        for edges in self.up.values():
            edges.reverse()
        self._find_reach(loss)

    def _find_reach(self, loss: Ref) -> None:
        """For each quantity the set, as bits, of quantities that it changes."""
        self._bits = {target: 1 << place for place, target in enumerate(self.values)}
        self._reach[loss] = 0
        for target in reversed(list(self.values)):
            self._reach[target] = self._joined(target)
        for use in self.up:
            if use not in self._reach:
                self._reach[use] = self._joined(use)

    def _joined(self, quantity: Ref) -> int:
        bits = 0
        for edge in self.up.get(quantity, ()):
            bits |= self._bits[edge.above] | self._reach[edge.above]
        return bits

    def reaches(self, below: Ref, above: Ref) -> bool:
        """Whether a change of the lower quantity changes the upper one."""
        return bool(self._reach.get(below, 0) & self._bits.get(above, 0))

    def is_total(self, edge: Edge) -> bool:
        """Whether this edge is the only way from the lower to the upper quantity."""
        others = (other for other in self.up[edge.below] if other.above is not edge.above)
        return not any(self.reaches(other.above, edge.above) for other in others)

    def partial(self, edge: Edge) -> Partial:
        """∂above/∂below, or ∂⁺above/∂below where there are other ways too."""
        return Partial(edge.above, edge.below, not self.is_total(edge))

    def is_junction(self, quantity: Ref) -> bool:
        """Whether there are several ways up."""
        return len(self.up.get(quantity, ())) > 1

    def paths(self, quantity: Ref) -> list[Path]:
        """The routes up from a quantity, each to its first junction or term."""
        return [self._path(edge) for edge in self.up.get(quantity, ())]

    def _path(self, edge: Edge) -> Path:
        edges = [edge]
        while True:
            top = edges[-1].above
            ways = self.up.get(top, [])
            if top in self.terms or top is self.model.loss or len(ways) != 1:
                return Path(top, tuple(reversed(edges)))
            edges.append(ways[0])

    def reached_terms(self, quantity: Ref) -> list[Ref]:
        """The terms of the loss that the quantity changes."""
        return [term for term in self.terms if term is quantity or self.reaches(quantity, term)]


def _terms(loss: Ref, values: dict[Ref, Expr]) -> tuple[Expr, tuple[Ref, ...]]:
    """What the loss is a sum of, and the number before the sum."""
    value, coefficient = values[loss], ONE
    match value:
        case Product(factors=(Number() as number, Sum() as inner)):
            value, coefficient = inner, number
        case _:
            pass
    parts = value.terms if isinstance(value, Sum) else (value,)
    uses = references(value)
    if all(isinstance(part, Ref) and part in values for part in parts) and len(uses) == len(parts):
        return coefficient, tuple(uses)
    return ONE, (loss,)

"""Generic points: every quantity of a network at numbers that nobody chose.

Two sides of an equality are held against each other here, never at an author's own
numbers: at those, most wrong indices hide behind three decimals. A derivative
∂X/∂y is the total one: y is cut loose from what makes it, every other leaf is held,
and X is differentiated through the network (forward mode, one tangent for each y).
"""

from __future__ import annotations

import operator
from functools import reduce
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.check.elementwise import SIMPLE
from sheetgrad.check.shifts import SMALL, shifts
from sheetgrad.check.unknown import UnknownNameError
from sheetgrad.expr import Call, Expr, Number, Partial, Power, Product, Ref, Row, Sum, walk
from sheetgrad.functions import in_primitives, slope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[np.float64]

COUNT = 12
"""Two sets of six."""
CLOSE = 1e-9
"""Relative; true pairs differ by 1e-12 at most, planted mistakes by 1e-6 at least."""

INNER = "∂"
"""Among the names of an expression: that there is a derivative in it."""


class Points:
    """The values of every quantity of a network at `COUNT` points, by key."""

    def __init__(
        self,
        definitions: Mapping[str, Expr],
        leaves: Iterable[str],
        *,
        seed: int = 20,
        shares: Iterable[tuple[str, ...]] = (),
    ) -> None:
        """Draw the leaves, of both signs and away from zero, and compute the rest in the order given.

        Those of each group in `shares` are positive and sum to 1.
        """
        import numpy as np

        self.numpy = np
        self.definitions = dict(definitions)
        draw = np.random.default_rng(seed)
        self.values: dict[str, Values] = {}
        for leaf in leaves:
            size = draw.uniform(0.25, 1.5, COUNT)
            self.values[leaf] = size * draw.choice([-1.0, 1.0], COUNT)
        for group in shares:
            total = self._added([np.abs(self.values[leaf]) for leaf in group])
            self.values |= {leaf: np.abs(self.values[leaf]) / total for leaf in group}
        self._tangents: dict[str, dict[str, Values]] = {}
        self._held: frozenset[str] = frozenset()
        self._known: dict[Expr, Values] = {}
        self._names: dict[Expr, frozenset[str]] = {}
        self.version = 0
        """Goes up with every name that comes or goes."""
        self.opaque: set[str] = set()
        """Names of which only the values are known."""
        self._zero = np.zeros(COUNT)
        for key in self.definitions:
            self.values[key] = self._made(key)
        self._held = frozenset(self._shifts())

    def fix(self, key: str, values: Values) -> None:
        """Another name, with its values (what a text defines on the way)."""
        self.values[key] = values
        self.version += 1

    def learn(self, key: str, node: Expr) -> None:
        """A name that a text defines on the way. Derivatives by it and of it are known unless one stands in it."""
        self.values[key] = self.value(node)
        self.version += 1
        if INNER in self._named(node):
            self.opaque.add(key)
            return
        self.definitions[key] = node
        for tangent in self._tangents.values():
            if not tangent.keys().isdisjoint(self.uses(key)):
                tangent[key] = self._steep(key, tangent)

    def put(self, key: str, values: Values) -> None:
        """Other values for a name; what was computed from it is computed anew."""
        self.values[key] = values
        self._known.clear()

    def forget(self, key: str) -> None:
        """A name given for one line only."""
        self.values.pop(key, None)
        self.version += 1
        self._known.clear()
        self._tangents.pop(key, None)

    def drawn(self, place: int) -> Values:
        """Random values for a variable of one line."""
        draw = self.numpy.random.default_rng(1000 + place)
        made: Values = draw.uniform(0.25, 1.5, COUNT) * draw.choice([-1.0, 1.0], COUNT)
        return made

    # --- definitions ------------------------------------------------------------------------------

    def _made(self, key: str) -> Values:
        """The values of a quantity by its definition."""
        return self.value(self.definitions[key])

    def uses(self, key: str) -> Collection[str]:
        """What its definition names."""
        return self._named(self.definitions[key])

    def _named(self, node: Expr) -> frozenset[str]:
        """Every name in an expression."""
        found = self._names.get(node)
        if found is None:
            found = self._names[node] = frozenset(
                part.symbol.name if isinstance(part, Ref) else INNER
                for part in walk(node)
                if isinstance(part, Ref | Partial | Row)
            )
        return found

    def _moves(self, node: Expr, tangent: Mapping[str, Values]) -> bool:
        """Whether an expression changes with what has a tangent; what holds a derivative may."""
        names = self._named(node)
        return INNER in names or not tangent.keys().isdisjoint(names)

    def _steep(self, key: str, tangent: Mapping[str, Values]) -> Values:
        """The slope of its definition."""
        return self._slope(self.definitions[key], tangent)

    # --- values ---------------------------------------------------------------------------------

    def value(self, node: Expr) -> Values:
        """The expression at every point."""
        found = self._known.get(node)
        if found is None:
            with self.numpy.errstate(all="ignore"):
                found = self._value(node)
            self._known[node] = found
        return found

    def _value(self, node: Expr) -> Values:
        match node:
            case Number(value=value):
                return self.numpy.full(COUNT, float(value))
            case Ref(symbol=symbol):
                if symbol.name not in self.values:
                    raise UnknownNameError(symbol.name)
                return self.values[symbol.name]
            case Sum(terms=terms):
                return self._added([self.value(term) for term in terms])
            case Product(factors=factors):
                return self._multiplied([self.value(factor) for factor in factors])
            case Power(base=base, exponent=exponent):
                return self._power(self.value(base), self.value(exponent))
            case Call(function=function, arguments=arguments):
                return self._call(function, node, arguments)
            case Partial(of=Ref(symbol=symbol), wrt=wrt, edge=True) if symbol.name in self.definitions:
                return self._steep(symbol.name, {wrt.symbol.name: self.numpy.ones(COUNT)})
            case Partial(of=of, wrt=wrt, edge=True) if not isinstance(of, Ref):
                return self.slope(of, wrt.symbol.name)
            case Partial(of=of, wrt=wrt):
                return self.derivative(of, wrt)
            case Row():
                raise UnknownNameError("a list of several quantities")
            case _:
                raise UnknownNameError("this kind of formula")

    def _power(self, base: Values, exponent: Values) -> Values:
        with self.numpy.errstate(all="ignore"):
            return self.numpy.power(base, exponent)

    def _call(self, function: str, node: Call, arguments: tuple[Expr, ...]) -> Values:
        if function in SIMPLE:
            made: Values = getattr(self.numpy, SIMPLE[function])(*map(self.value, arguments))
            return made
        if function == "positive":
            return (self.value(arguments[0]) > 0).astype(float)
        return self.value(in_primitives(node))

    # --- derivatives ----------------------------------------------------------------------------

    def derivative(self, of: Expr, wrt: Ref) -> Values:
        """The total derivative of an expression by one quantity."""
        key = wrt.symbol.name
        if key not in self.values or key in self.opaque:
            raise UnknownNameError(key)
        for name in self._named(of):
            if (name not in self.values and name != INNER) or name in self.opaque:
                raise UnknownNameError(name)
        with self.numpy.errstate(all="ignore"):  # a logarithm of less than 0 is no number, and is passed over
            return self._slope(of, self._tangent(key))

    def slope(self, node: Expr, key: str) -> Values:
        """The slope of one formula by one quantity that it names, every other held."""
        with self.numpy.errstate(all="ignore"):
            return self._slope(node, {key: self.numpy.ones(COUNT)})

    def _tangent(self, key: str) -> dict[str, Values]:
        """∂(every quantity)/∂key, where it is not zero; what makes `key` itself is cut."""
        found = self._tangents.get(key)
        if found is None:
            found = {key: self.numpy.ones(COUNT)}
            for name in self.definitions:
                if name != key and name not in self._held and not found.keys().isdisjoint(self.uses(name)):
                    found[name] = self._steep(name, found)
            self._tangents[key] = found
        return found

    def _slope(self, node: Expr, tangent: Mapping[str, Values]) -> Values:
        if not self._moves(node, tangent):
            return self._zero
        match node:
            case Ref(symbol=symbol):
                return tangent[symbol.name]
            case Sum(terms=terms):
                return self._added([self._slope(term, tangent) for term in terms])
            case Product(factors=factors):
                values = [self.value(factor) for factor in factors]
                return self._added(
                    [
                        reduce(operator.mul, [*values[:place], *values[place + 1 :]], self._slope(factor, tangent))
                        for place, factor in enumerate(factors)
                        if self._moves(factor, tangent)
                    ]
                )
            case Power(base=base, exponent=Number(value=value)):
                return (
                    float(value)
                    * self._power(self.value(base), self.numpy.full(COUNT, float(value) - 1))
                    * self._slope(base, tangent)
                )
            case Power(base=base, exponent=exponent):
                inner = exponent * Call("log", (base,))
                return self.value(node) * self._slope(inner, tangent)
            case Call(arguments=arguments):
                parts = [
                    self.value(slope(node, place, node)) * self._slope(argument, tangent)
                    for place, argument in enumerate(arguments)
                ]
                return self._added(parts)
            case _:
                raise UnknownNameError("a derivative of a derivative")

    def _added(self, parts: list[Values]) -> Values:
        made: Values = reduce(operator.add, parts)
        return made

    def _multiplied(self, parts: list[Values]) -> Values:
        made: Values = reduce(operator.mul, parts)
        return made

    def _shifts(self) -> list[str]:
        """What is held fixed in every derivative."""
        made = shifts(self)
        self._tangents.clear()
        return made

    def vanishes(self, slope_: Values) -> bool:
        """Whether a slope is zero everywhere."""
        return bool(self.numpy.abs(slope_).max() < SMALL)

    def close(self, left: Values, right: Values) -> bool:
        """Whether two values agree at every point where both are numbers (and they are at most)."""
        numpy = self.numpy
        if left.ndim == right.ndim == 1:  # most that differ do so at the first point
            one, other = float(left[0]), float(right[0])
            if isfinite(one) and isfinite(other) and abs(one - other) > CLOSE * max(abs(one), abs(other), 1e-12):
                return False
        finite = numpy.isfinite(left) & numpy.isfinite(right)
        if finite.sum() * 2 < COUNT:
            return False
        left, right = left[finite], right[finite]
        scale = numpy.maximum(numpy.maximum(numpy.abs(left), numpy.abs(right)), 1e-12)
        return bool((numpy.abs(left - right) <= CLOSE * scale).all())


def has_partial(node: Expr) -> bool:
    """Whether a derivative stands in it."""
    from sheetgrad.read.arithmetic import derivatives

    return bool(derivatives(node))


__all__ = ["CLOSE", "COUNT", "Points", "UnknownNameError", "has_partial"]

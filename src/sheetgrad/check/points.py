"""Generic points: every quantity of a network at numbers that nobody chose.

Two sides of an equality are held against each other here, never at an author's own
numbers: at those, most wrong indices hide behind three decimals. A derivative
∂X/∂y is the total one: y is cut loose from what makes it, every other leaf is held,
and X is differentiated through the network (forward mode, one tangent for each y).
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.expr import Call, Expr, Number, Partial, Power, Product, Ref, Row, Sum, Symbol, references
from sheetgrad.functions import in_primitives, slope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[np.float64]

COUNT = 12
"""Two sets of six."""
CLOSE = 1e-9
"""Relative; true pairs differ by 1e-12 at most, planted mistakes by 1e-6 at least."""


class UnknownNameError(Exception):
    """A name that the network does not have."""

    def __init__(self, key: str) -> None:
        """Keep the name."""
        super().__init__(key)
        self.key = key


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
        for key in self.definitions:
            self.values[key] = self._made(key)
        self._held = frozenset(self._shifts())

    def fix(self, key: str, values: Values) -> None:
        """Another name, with its values (what a text defines on the way)."""
        self.values[key] = values

    def put(self, key: str, values: Values) -> None:
        """Other values for a name; what was computed from it is computed anew."""
        self.values[key] = values
        self._known.clear()

    def forget(self, key: str) -> None:
        """A name given for one line only."""
        self.values.pop(key, None)
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

    def _uses(self, key: str) -> list[str]:
        """What its definition names."""
        return [use.symbol.name for use in references(self.definitions[key])]

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
        simple = {
            "exp": "exp",
            "log": "log",
            "sqrt": "sqrt",
            "tanh": "tanh",
            "abs": "abs",
            "max": "maximum",
            "min": "minimum",
        }
        if function in simple:
            made: Values = getattr(self.numpy, simple[function])(*map(self.value, arguments))
            return made
        if function == "positive":
            return (self.value(arguments[0]) > 0).astype(float)
        return self.value(in_primitives(node))

    # --- derivatives ----------------------------------------------------------------------------

    def derivative(self, of: Expr, wrt: Ref) -> Values:
        """The total derivative of an expression by one quantity."""
        key = wrt.symbol.name
        if key not in self.values:
            raise UnknownNameError(key)
        for use in references(of):
            self.value(use)
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
                if name != key and name not in self._held and any(use in found for use in self._uses(name)):
                    found[name] = self._steep(name, found)
            self._tangents[key] = found
        return found

    def _slope(self, node: Expr, tangent: Mapping[str, Values]) -> Values:
        zero = self.numpy.zeros(COUNT)
        match node:
            case Number():
                return zero
            case Ref(symbol=symbol):
                return tangent.get(symbol.name, zero)
            case Sum(terms=terms):
                return self._added([self._slope(term, tangent) for term in terms])
            case Product(factors=factors):
                values = [self.value(factor) for factor in factors]
                total = zero
                for place, factor in enumerate(factors):
                    others = [value for other, value in enumerate(values) if other != place]
                    total = total + reduce(operator.mul, others, self._slope(factor, tangent))
                return total
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
        """Largest values that are subtracted only against overflow: the loss does not depend on them.

        They are held fixed in every derivative, as everybody does; the gradients are the same.
        """
        largest = [key for key, one in self.definitions.items() if isinstance(one, Call) and one.function == "max"]
        if not largest:
            return []
        loss = Ref(Symbol(next(reversed(self.definitions))))
        slopes = {key: self.derivative(loss, Ref(Symbol(key))) for key in largest}
        self._tangents.clear()
        return [key for key, slope_ in slopes.items() if self.numpy.abs(slope_).max() < 1e-9]

    def close(self, left: Values, right: Values) -> bool:
        """Whether two values agree at every point where both are numbers (and they are at most)."""
        numpy = self.numpy
        finite = numpy.isfinite(left) & numpy.isfinite(right)
        if finite.sum() * 2 < COUNT:
            return False
        left, right = left[finite], right[finite]
        scale = numpy.maximum(numpy.maximum(numpy.abs(left), numpy.abs(right)), 1e-12)
        return bool((numpy.abs(left - right) <= CLOSE * scale).all())


def is_number(node: Expr) -> bool:
    """Whether no quantity stands in it."""
    return not references(node) and not has_partial(node)


def has_partial(node: Expr) -> bool:
    """Whether a derivative stands in it."""
    from sheetgrad.read.arithmetic import derivatives

    return bool(derivatives(node))


__all__ = ["CLOSE", "COUNT", "Points", "UnknownNameError", "has_partial", "is_number"]

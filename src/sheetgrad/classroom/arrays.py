"""Formulas at many sets of numbers at once: what makes choosing among thousands of them quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import Call, Expr, Number, Power, Product, Sum
from sheetgrad.functions import in_primitives

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_SIMPLE = {
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "abs": "abs",
    "max": "maximum",
    "min": "minimum",
}


class Arrays:
    """Values of expressions, each computed once: equal expressions are one object."""

    def __init__(self, given: Mapping[Expr, Values]) -> None:
        """Start from the quantities that are given, all of one length."""
        import numpy as np

        self.numpy = np
        self._known: dict[Expr, Values] = dict(given)

    def put(self, quantity: Expr, value: Expr) -> None:
        """Compute a quantity by its formula."""
        self._known[quantity] = self(value)

    def kept(self, which: NDArray[np.bool_]) -> Arrays:
        """The same for some of the sets only."""
        return Arrays({node: values[which] if values.ndim else values for node, values in self._known.items()})

    def knows(self, node: Expr) -> bool:
        """Whether it has been computed or given."""
        return node in self._known

    def __call__(self, node: Expr) -> Values:
        """The expression at every set of numbers; infinite or no number where it is."""
        found = self._known.get(node)
        if found is None:
            with self.numpy.errstate(all="ignore"):
                found = self._known[node] = self._value(node)
        return found

    def _value(self, node: Expr) -> Values:
        numpy = self.numpy
        match node:
            case Number(value=value):
                constant: Values = numpy.asarray(float(value))
                return constant
            case Sum(terms=(first, *rest)):
                added = self(first)
                for term in rest:
                    added = added + self(term)
                return added
            case Product(factors=(first, *rest)):
                multiplied = self(first)
                for factor in rest:
                    multiplied = multiplied * self(factor)
                return multiplied
            case Power(base=base, exponent=exponent):
                raised: Values = numpy.power(self(base), self(exponent))
                return raised
            case Call(function=function, arguments=arguments) if function in _SIMPLE:
                called: Values = getattr(numpy, _SIMPLE[function])(*map(self, arguments))
                return called
            case Call(function="positive", arguments=(argument,)):
                return (self(argument) > 0).astype(float)
            case Call():
                return self(in_primitives(node, stable=True))
            case _:
                message = f"{node!r} has no value"
                raise BrokenInvariant(message)

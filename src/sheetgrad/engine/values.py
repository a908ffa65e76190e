"""Equations as values that are computed once each: what a tape is made from.

A value is known by its number. Numbers rise in the order of the equations, so
what a value is made from has smaller numbers. The arithmetic is that of the
straight-line kernel, part by part: from the same statements, in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.emit.statements import PLAIN, statements
from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import MINUS_ONE, Call, Expr, Next, Number, Partial, Power, Product, Ref, Sum
from sheetgrad.syntax.printer import negative_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sheetgrad.expr import Quantity
    from sheetgrad.model import Equation

Value: TypeAlias = int

FUNCTIONS = {
    "exp": "EXP",
    "log": "LOG",
    "sqrt": "SQRT",
    "tanh": "TANH",
    "abs": "ABSOLUTE",
    "positive": "POSITIVE",
    "max": "MAXIMUM",
    "above": "MAXIMUM",
    "min": "MINIMUM",
}
"""Functions of the straight-line kernel as operations."""


@dataclass(slots=True)
class Values:
    """All values: of each its kind and what it is made from.

    The kinds are `number` and `leaf`, `sum` and `product` of any number of
    parts, `difference`, `quotient`, `negative`, and the operations of functions.
    """

    kinds: list[str] = field(default_factory=list)
    parts: list[tuple[Value, ...]] = field(default_factory=list)
    numbers: dict[Value, float] = field(default_factory=dict)
    known: dict[Expr, Value] = field(default_factory=dict)
    """The value of every expression met, every leaf and every target."""
    _made: dict[tuple[object, ...], Value] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.kinds)

    def leaf(self, quantity: Quantity) -> Value:
        """The value of something that is given."""
        found = self.known[quantity] = self._new("leaf", ())
        return found

    def number(self, value: float) -> Value:
        """The value of a constant; 0 and -0 are two."""
        key = ("number", repr(value))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._new("number", ())
            self.numbers[found] = value
        return found

    def equations(self, equations: Iterable[Equation]) -> None:
        """Every target as a value."""
        for statement in statements(equations, PLAIN):
            self.known[statement.target] = self.of(statement.value)

    def made(self, kind: str, *parts: Value) -> Value:
        """The value made from others; the same one for the same parts."""
        key = (kind, *parts)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._new(kind, parts)
        return found

    def of(self, node: Expr) -> Value:
        """The value of an expression."""
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._of(node)
        return found

    def _new(self, kind: str, parts: tuple[Value, ...]) -> Value:
        self.kinds.append(kind)
        self.parts.append(parts)
        return len(self.kinds) - 1

    def _of(self, node: Expr) -> Value:
        match node:
            case Number(value=value):
                return self.number(float(value))
            case Sum(terms=terms):
                return self._sum(terms)
            case Product():
                return self._product(node)
            case Power(base=base, exponent=exponent) if _is_divisor(node):
                return self.made("quotient", self.number(1.0), self.of(_below(base, exponent)))
            case Power(base=base, exponent=exponent):
                return self.made("POWER", self.of(base), self.of(exponent))
            case Call(function="reciprocal", arguments=(below,)):
                return self.made("quotient", self.number(1.0), self.of(below))
            case Call(function=name, arguments=arguments) if name in FUNCTIONS:
                return self.made(FUNCTIONS[name], *map(self.of, arguments))
            case Ref() | Partial() | Next():
                message = f"{node!r} is used before it is known"
            case _:
                message = f"no operation for {node!r}"
        raise BrokenInvariant(message)

    def _sum(self, terms: Sequence[Expr]) -> Value:
        """From the left: the terms up to the first minus as one sum, every later one on its own."""
        negative = [_leads_with_minus(term) for term in terms[1:]]
        first = 1 + (negative.index(True) if any(negative) else len(negative))
        run = [self.of(term) for term in terms[:first]]
        value = run[0] if len(run) == 1 else self.made("sum", *run)
        for term, is_negative in zip(terms[first:], negative[first - 1 :], strict=True):
            if is_negative:
                value = self.made("difference", value, self.of(negative_of(term)))
            else:
                value = self.made("sum", value, self.of(term))
        return value

    def _product(self, node: Product) -> Value:
        if _leads_with_minus(node):
            return self.made("negative", self.of(negative_of(node)))
        value, run = self.number(1.0), list[Value]()
        for factor in node.factors:
            if isinstance(factor, Power) and _is_divisor(factor):
                value = self._times(run) if run else value
                below = self.of(_below(factor.base, factor.exponent))
                run = [self.made("quotient", value, below)]
            else:
                run.append(self.of(factor))
        return self._times(run)

    def _times(self, run: Sequence[Value]) -> Value:
        """A product of at most three, the first of which may be a product again."""
        if len(run) == 1:
            return run[0]
        value = run[0]
        rest = list(run[1:])
        if len(rest) % 2:
            value = self.made("product", value, rest.pop(0))
        for place in range(0, len(rest), 2):
            value = self.made("product", value, *rest[place : place + 2])
        return value


def _is_divisor(node: Power) -> bool:
    return isinstance(node.exponent, Number) and node.exponent.value < 0


def _below(base: Expr, exponent: Expr) -> Expr:
    assert isinstance(exponent, Number)  # noqa: S101 -- asked only for divisors
    return base if exponent is MINUS_ONE else Power(base, Number(-exponent.value))


def _leads_with_minus(node: Expr) -> bool:
    match node:
        case Number(value=value) | Product(factors=(Number(value=value), *_)):
            return value < 0
        case _:
            return False

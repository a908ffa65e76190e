"""Equations as Python assignments: functions written out, shared parts computed once, nothing nested too deep.

There are two styles. The plain one is quick, and stops with an error where a
float leaves its range; the careful one calls the functions of
`sheetgrad.functions`, which behave as IEEE 754 says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.expr import (
    MINUS_ONE,
    ONE,
    TWO,
    Call,
    Expr,
    Next,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Ref,
    Sum,
    Symbol,
    children,
    power,
    rebuilt,
    walk,
)
from sheetgrad.functions import in_primitives
from sheetgrad.syntax.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.expr import Scalar
    from sheetgrad.model import Equation

WIDEST = 100
"""Sums and products of more parts are written in several lines: the compiler nests one part in the next."""

PART = "part of an equation"
"""The name of the symbols that stand for such lines."""


class Style(NamedTuple):
    """How arithmetic is spelled, and where the functions in it come from."""

    dialect: Dialect
    sources: Mapping[str, str]
    careful: bool


class Statement(NamedTuple):
    """`target = value`, computed for the sake of the equation of `serves`."""

    target: Quantity
    value: Expr
    serves: Quantity

    @property
    def calls(self) -> set[str]:
        """The functions it uses."""
        return {node.function for node in walk(self.value) if isinstance(node, Call)}


def _float(value: Scalar) -> str:
    """A float literal: arithmetic on two floats is quicker than on an integer and a float."""
    return repr(float(value))


_CALLS = {name: name + "({0})" for name in ("exp", "log", "sqrt", "abs", "tanh")}
_POSITIVE = {"positive": "(1.0 if {0} > 0.0 else 0.0)"}

PLAIN = Style(
    Dialect(
        "python kernel",
        _float,
        "{0}**{1}",
        {
            **_CALLS,
            **_POSITIVE,
            # Comparisons instead of max() and min(): quicker, and not-a-number comes through.
            "max": "({0} if {0} >= {1} or {0} != {0} else {1})",
            "min": "({0} if {0} <= {1} or {0} != {0} else {1})",
            "above": "({0} if {0} >= {1} else {1})",
            "reciprocal": "(1.0/({0}))",
        },
    ),
    {name: f"math.{name}" for name in ("exp", "log", "sqrt", "tanh")},
    careful=False,
)
CAREFUL = Style(
    Dialect(
        "careful python kernel",
        _float,
        "raised({0}, {1})",
        {
            **_CALLS,
            **_POSITIVE,
            "max": "maximum({0}, {1})",
            "min": "minimum({0}, {1})",
            "divided": "divided({0}, {1})",
            "raised": "raised({0}, {1})",
        },
    ),
    {name: f"FUNCTIONS[{name!r}].value" for name in ("exp", "log", "sqrt", "tanh")}
    | {"maximum": "FUNCTIONS['max'].value", "minimum": "FUNCTIONS['min'].value"},
    careful=True,
)


def statements(equations: Iterable[Equation], style: Style) -> list[Statement]:
    """One assignment for each equation, and one before it for each part that is used twice or is too wide."""
    lowering = _Lowering(style)
    lowered = [(equation.target, lowering.lower(in_primitives(equation.value, stable=True))) for equation in equations]
    writing = _Writing(_repeated([value for _, value in lowered]) | lowering.apart)
    for target, value in lowered:
        writing.write(target, value)
    return writing.made


@dataclass(slots=True)
class _Lowering:
    """Rewrites expressions into what a style can spell."""

    style: Style
    apart: set[Expr] = field(default_factory=set)
    """Parts that need a line of their own."""
    known: dict[Expr, Expr] = field(default_factory=dict)

    def lower(self, node: Expr) -> Expr:
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._lower(node)
        return found

    def _lower(self, node: Expr) -> Expr:
        match node:
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Product(factors=factors):
                return self._product(factors)
            case Sum(terms=terms):
                return self._narrow(Sum, [self.lower(term) for term in terms])
            case Call(function="max" | "min"):
                return self._chosen(node)
            case _:
                parts = children(node)
                return rebuilt(node, map(self.lower, parts), tidy=False) if parts else node

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if _divides(Power(base, exponent)):
            below = self.lower(_below(base, exponent))
            return Call("divided", (ONE, below)) if self.style.careful else Call("reciprocal", (below,))
        inner = self.lower(base)
        if exponent is TWO:
            return Product((inner, inner))
        outer = self.lower(exponent)
        return Call("raised", (inner, outer)) if self.style.careful else Power(inner, outer)

    def _product(self, factors: tuple[Expr, ...]) -> Expr:
        parts: list[Expr] = []
        for factor in factors:
            if not parts or not isinstance(factor, Power) or not _divides(factor):
                parts.append(self.lower(factor))
                continue
            below = self.lower(_below(factor.base, factor.exponent))
            if self.style.careful:
                above = parts[0] if len(parts) == 1 else self._narrow(Product, parts)
                parts = [Call("divided", (above, below))]
            else:
                parts.append(Power(below, MINUS_ONE))
        return parts[0] if len(parts) == 1 else self._narrow(Product, parts)

    def _narrow(self, kind: type[Sum | Product], parts: list[Expr]) -> Expr:
        """A sum or product in the same order, with a line of its own for every hundred parts."""
        node: Expr = kind(tuple(parts[:WIDEST]))
        for start in range(WIDEST, len(parts), WIDEST):
            self.apart.add(node)
            node = kind((node, *parts[start : start + WIDEST]))
        return node

    def _chosen(self, node: Call) -> Expr:
        """The plain style writes both arguments twice, so each must be a name or a number."""
        first, second = map(self.lower, node.arguments)
        if self.style.careful:
            return Call(node.function, (first, second))
        self.apart.update(part for part in (first, second) if not _is_short(part))
        constant = isinstance(first, Number) and node.function == "max"
        return Call("above" if constant else node.function, (first, second))


def _divides(node: Power) -> bool:
    return isinstance(node.exponent, Number) and node.exponent.value < 0


def _below(base: Expr, exponent: Expr) -> Expr:
    assert isinstance(exponent, Number)  # noqa: S101 -- asked only for divisors
    return power(base, Number(-exponent.value))


def _is_short(node: Expr) -> bool:
    return isinstance(node, Number | Ref | Partial | Next)


def _repeated(values: Iterable[Expr]) -> set[Expr]:
    """The largest parts that occur more than once; a divisor stays where it is, or a / b would become a * (1 / b)."""
    met: set[Expr] = set()
    repeated: set[Expr] = set()
    stack = list(values)
    while stack:
        node = stack.pop()
        if _is_short(node):
            continue
        if isinstance(node, Power) and _divides(node):
            stack.append(node.base)
        elif node in met:
            repeated.add(node)
        else:
            met.add(node)
            stack.extend(children(node))
    return repeated - {node for node in repeated if isinstance(node, Product) and _is_opposite(node)}


def _is_opposite(node: Product) -> bool:
    return len(node.factors) == 2 and node.factors[0] is MINUS_ONE and _is_short(node.factors[1])  # noqa: PLR2004 -- −x


@dataclass(slots=True)
class _Writing:
    """Writes assignments, those of the parts first."""

    apart: set[Expr]
    made: list[Statement] = field(default_factory=list)
    parts: dict[Expr, Expr] = field(default_factory=dict)

    def write(self, target: Quantity, value: Expr) -> None:
        self.made.append(Statement(target, self._settled(value, target), target))

    def _settled(self, node: Expr, serves: Quantity) -> Expr:
        if _is_short(node):
            return node
        found = self.parts.get(node)
        if found is not None:
            return found
        inner = tuple(self._settled(part, serves) for part in children(node))
        made = node if inner == children(node) else rebuilt(node, inner, tidy=False)
        if node not in self.apart:
            return made
        part = Ref(Symbol(PART, len(self.parts) + 1))
        self.parts[node] = part
        self.made.append(Statement(part, made, serves))
        return part

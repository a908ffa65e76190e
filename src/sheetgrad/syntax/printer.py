"""Write an expression as one line of text in any dialect, with no bracket too many and none too few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import (
    Call,
    Expr,
    Index,
    Largest,
    Next,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Ref,
    Sum,
    Total,
    negative,
)
from sheetgrad.functions import formula, in_primitives
from sheetgrad.syntax.dialects import DIALECTS, Dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.expr import Scalar

# How tightly the outermost operator binds.
SUM, PRODUCT, MINUS, POWER, ATOM = range(5)

PLAIN = DIALECTS["plain"]


def index_name(index: Index) -> str:
    """`i`, and for a renamed one `i_2`."""
    return f"{index.name}_{index.copy + 1}" if index.copy else index.name


def own_name(quantity: Quantity) -> str:
    """A quantity under the model's own names: `w1[j,i]`, numbers counted from 1."""
    match quantity:
        case Ref(symbol=symbol, places=places):
            layer = str(symbol.layer) if symbol.layer else ""
            where = ",".join(index_name(place) if isinstance(place, Index) else str(place + 1) for place in places)
            return f"{symbol.name}{layer}[{where}]" if places else f"{symbol.name}{layer}"
        case Partial(of=of, wrt=wrt):
            return f"d{written(of)}_d{own_name(wrt)}"
        case Next(state=state):
            return f"{own_name(state)}_new"


def written(node: Expr, name: Callable[[Quantity], str] = own_name, dialect: Dialect = PLAIN) -> str:
    """The expression as text.

    >>> from sheetgrad.expr import Ref, Symbol
    >>> a, t = Ref(Symbol("a")), Ref(Symbol("t"))
    >>> written(-((t - a) ** 2) / 2), written(-((t - a) ** 2), dialect=DIALECTS["excel"])
    ('-1/2*(t - a)**2', '-((t-a)^2)')
    """
    return _Printer(name, dialect).text(node)[0]


class _Printer:
    """One dialect and one way to name quantities; `text` gives the words and how tightly they bind."""

    def __init__(self, name: Callable[[Quantity], str], dialect: Dialect) -> None:
        self.name = name
        self.dialect = dialect
        self.gap = "" if dialect.name == "excel" else " "

    def text(self, node: Expr) -> tuple[str, int]:
        match node:
            case Ref() | Partial() | Next():
                return self.name(node), ATOM
            case Number(value=value):
                return self.number(value)
            case Sum(terms=terms):
                return self.sum(terms), SUM
            case Product(factors=factors):
                return self.product(factors)
            case Power(base=base, exponent=exponent):
                return self.power(base, exponent)
            case Call():
                return self.call(node)
            case Total(indices=indices, body=body) if self.dialect.total:
                return self.over(self.dialect.total, indices, body), ATOM
            case Largest(indices=indices, body=body) if self.dialect.largest:
                return self.over(self.dialect.largest, indices, body), ATOM
            case _:
                message = f"{self.dialect.name} cannot write {type(node).__name__}"
                raise BrokenInvariant(message)

    def number(self, value: Scalar) -> tuple[str, int]:
        text = self.dialect.number(value)
        if value < 0:
            return text, MINUS
        return text, PRODUCT if "/" in text else ATOM

    def inside(self, node: Expr, level: int) -> str:
        """The text, in brackets if it binds less tightly than `level`."""
        text, binds = self.text(node)
        return text if binds >= level else f"({text})"

    def sum(self, terms: tuple[Expr, ...]) -> str:
        text = self.inside(terms[0], SUM)
        for term in terms[1:]:
            sign = "+"
            if _leads_with_minus(term):
                sign, term = "-", negative_of(term)  # noqa: PLW2901 -- the term is written without its sign
            text += f"{self.gap}{sign}{self.gap}{self.inside(term, PRODUCT)}"
        return text

    def product(self, factors: tuple[Expr, ...]) -> tuple[str, int]:
        if _leads_with_minus(Product(factors)):
            rest = negative_of(Product(factors))
            text, binds = self.text(rest)
            least = PRODUCT if self.dialect.minus_before_power else MINUS
            if binds < least or (binds == POWER and not self.dialect.minus_before_power):
                text = f"({text})"
            return f"-{text}", MINUS
        text = ""
        for factor in factors:
            if isinstance(factor, Power) and _leads_with_minus(factor.exponent):
                divisor = self.inside(_reciprocal(factor), MINUS + 1)
                text = f"{text or '1'}/{divisor}"
            elif text:
                text += f"*{self.inside(factor, MINUS + 1)}"
            else:
                text = self.inside(factor, PRODUCT)
        return text, PRODUCT

    def power(self, base: Expr, exponent: Expr) -> tuple[str, int]:
        if isinstance(exponent, Number) and exponent.value < 0:
            return f"1/{self.inside(_reciprocal(Power(base, exponent)), MINUS + 1)}", PRODUCT
        return self.dialect.power.format(self.inside(base, ATOM), self.inside(exponent, ATOM)), POWER

    def call(self, node: Call) -> tuple[str, int]:
        template = self.dialect.calls.get(node.function)
        if template is None:
            meant = in_primitives(node, stable=True) if self.dialect.stable else formula(node)
            if meant is None:
                message = f"{self.dialect.name} has no spelling for {node.function}"
                raise BrokenInvariant(message)
            return self.text(meant)
        if template == "{0}":
            return self.text(node.arguments[0])
        return template.format(*(self.text(argument)[0] for argument in node.arguments)), ATOM

    def over(self, template: str, indices: tuple[Index, ...], body: Expr) -> str:
        return template.format(indices=",".join(map(index_name, indices)), body=self.text(body)[0])


def _leads_with_minus(node: Expr) -> bool:
    match node:
        case Number(value=value):
            return value < 0
        case Product(factors=(Number(value=value), *_)):
            return value < 0
        case _:
            return False


def negative_of(node: Expr) -> Expr:
    """The term without its leading minus, otherwise as it was written."""
    match node:
        case Number(value=value):
            return Number(-value)
        case Product(factors=(Number(value=value), *rest)):
            kept = tuple(rest) if value == -1 else (Number(-value), *rest)
            return kept[0] if len(kept) == 1 else Product(kept)
        case _:
            return negative(node)


def _reciprocal(node: Power) -> Expr:
    """What stands below the line for a power with a negative exponent."""
    assert isinstance(node.exponent, Number)  # noqa: S101 -- a leading minus on a power is a number here
    return node.base if node.exponent.value == -1 else Power(node.base, Number(-node.exponent.value))

"""Rules that make mistakes: wrong versions of a right formula, one kind a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.expr import (
    MINUS_ONE,
    TWO,
    Call,
    Expr,
    Number,
    Partial,
    Power,
    Product,
    Ref,
    Sum,
    Symbol,
    children,
    negative,
    rebuilt,
    references,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.expr import Quantity


Definitions: TypeAlias = "Mapping[str, Expr]"


Make: TypeAlias = "Callable[[Expr, Quantity, Definitions], Iterator[Expr]]"


def variants(node: Expr, change: Callable[[Expr], Iterator[Expr]]) -> Iterator[Expr]:
    """The expression with one of its parts changed, in every way."""
    yield from change(node)
    parts = children(node)
    for place, part in enumerate(parts):
        for changed in variants(part, change):
            yield rebuilt(node, (*parts[:place], changed, *parts[place + 1 :]), tidy=False)


def family(key: str) -> tuple[str, str]:
    """The letters of a name, with the layer above it, and its number.

    >>> family("a_h1"), family("a1(2)")
    (('a_h', '1'), ('a(2)', '1'))
    """
    match = re.fullmatch(r"(.*?)(\d*)(\(\w*\))?", key)
    assert match is not None  # noqa: S101 -- the pattern fits everything
    return match[1] + (match[3] or ""), match[2]


def siblings(key: str, keys: Definitions | set[str]) -> Iterator[str]:
    """The other members of its family."""
    letters, number = family(key)
    for other in keys:
        if other != key and number and family(other)[0] == letters and family(other)[1]:
            yield other


def _names(value: Expr, definitions: Definitions) -> set[str]:
    """Every name of the network."""
    found = {use.symbol.name for use in references(value)} | set(definitions)
    return found | {use.symbol.name for one in definitions.values() for use in references(one)}


def _other_names(value: Expr, options: Callable[[str], Iterator[str]]) -> Iterator[Expr]:
    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Ref):
            for other in options(node.symbol.name):
                yield Ref(Symbol(other))

    yield from variants(value, change)


def wrong_index(value: Expr, _quantity: Quantity, definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `wrong-index`."""
    names = _names(value, definitions)
    yield from _other_names(value, lambda key: siblings(key, names))


def wrong_layer(value: Expr, _quantity: Quantity, definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `wrong-layer`."""
    activated = [key for key, one in definitions.items() if isinstance(one, Call)]

    def options(key: str) -> Iterator[str]:
        for other in activated:
            if key in activated and family(other)[0] != family(key)[0] and family(other)[1] == family(key)[1]:
                yield other

    yield from _other_names(value, options)


def pre_activation(value: Expr, _quantity: Quantity, definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `pre-activation`."""

    def options(key: str) -> Iterator[str]:
        match definitions.get(key):
            case Call(arguments=(Ref(symbol=symbol),)):
                yield symbol.name
            case _:
                pass

    yield from _other_names(value, options)


def missing_factor(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `missing-factor`."""

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Product):
            for place, factor in enumerate(node.factors):
                rest = node.factors[:place] + node.factors[place + 1 :]
                if not isinstance(factor, Number) and any(not isinstance(other, Number) for other in rest):
                    yield rest[0] if len(rest) == 1 else Product(rest)

    yield from variants(value, change)


def extra_factor(value: Expr, _quantity: Quantity, definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `extra-factor`."""
    if not isinstance(value, Product):
        return
    for key, one in definitions.items():
        if isinstance(one, Call):
            yield Product((*value.factors, Ref(Symbol(key))))


def missing_path(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `missing-path`."""

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Sum) and all(isinstance(term, Product) and len(term.factors) > 2 for term in node.terms):
            for place in range(len(node.terms)):
                rest = node.terms[:place] + node.terms[place + 1 :]
                yield rest[0] if len(rest) == 1 else Sum(rest)

    yield from variants(value, change)


def missing_brackets(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `missing-brackets`."""

    def change(node: Expr) -> Iterator[Expr]:
        match node:
            case Product(factors=(Sum(terms=terms), *rest)) if rest:
                yield Sum((*terms[:-1], _joined(terms[-1], rest)))
            case _:
                pass

    yield from variants(value, change)


def _joined(last: Expr, rest: list[Expr]) -> Expr:
    factors = last.factors if isinstance(last, Product) else (last,)
    return Product((*factors, *rest))


def plus_for_times(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `plus-for-times`."""

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Product) and all(isinstance(factor, Ref) for factor in node.factors):
            yield Sum(node.factors)

    yield from variants(value, change)


def times_for_plus(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `times-for-plus`."""
    if isinstance(value, Sum) and all(isinstance(term, Product) for term in value.terms):
        yield Product(value.terms)


def sign(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `sign`."""

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Sum) and len(node.terms) == 2:
            first, second = node.terms
            yield Sum((first, negative(second)))

    yield Product((MINUS_ONE, value))
    yield from variants(value, change)


def half(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `half`."""
    yield Product((TWO, value))


def lost_power(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `lost-power`."""

    def change(node: Expr) -> Iterator[Expr]:
        match node:
            case Power(base=base, exponent=Number(value=2)):
                yield base
            case _:
                pass

    yield from variants(value, change)


def missing_rate(value: Expr, _quantity: Quantity, _definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `missing-rate`."""
    rate = Ref(Symbol("eta"))

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Product) and rate in node.factors:
            rest = tuple(factor for factor in node.factors if factor is not rate)
            yield rest[0] if len(rest) == 1 else Product(rest)

    yield from variants(value, change)


def wrong_gradient(value: Expr, _quantity: Quantity, definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `wrong-gradient`."""
    if Ref(Symbol("eta")) not in references(value):
        return  # only an update uses a gradient

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Partial) and isinstance(value, Sum):
            for other in siblings(node.wrt.symbol.name, _names(node.of, definitions) | {node.wrt.symbol.name}):
                yield Partial(node.of, Ref(Symbol(other)))

    yield from variants(value, change)


def wrong_left(value: Expr, quantity: Quantity, definitions: Definitions) -> Iterator[Expr]:
    """Make the mistake `wrong-left`."""
    if not isinstance(quantity, Partial):
        return
    for other in siblings(quantity.wrt.symbol.name, _names(value, definitions)):
        yield Partial(quantity.of, Ref(Symbol(other)))

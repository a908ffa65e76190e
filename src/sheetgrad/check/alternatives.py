"""What a forward equation may have been meant to be: every small change that undoes a known mistake."""

from __future__ import annotations

from itertools import combinations, islice
from typing import TYPE_CHECKING

from sheetgrad.check.planting import missing_factor, sign, variants
from sheetgrad.expr import HALF, TWO, Expr, Number, Power, Product, Ref, Sum, Symbol, children, references, substitute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 1_500
"""Changes that are looked at for one equation."""
MOST_FACTORS = 9
"""Factors of a product that is taken apart."""


def alternatives(key: str, value: Expr, names: Sequence[str]) -> list[Expr]:
    """Other formulas for a quantity, the likeliest first; `names` are what it may be made from."""
    every = (
        *_without_numbers(value),
        *_other_names(value, names),
        *missing_factor(value, Ref(Symbol(key)), {}),
        *sign(value, Ref(Symbol(key)), {}),
        Product((HALF, value)),
        Product((TWO, value)),
        *variants(value, _squared),
        *variants(value, _multiplied),
        *variants(value, _added),
        *variants(value, _gathered),
        *_more_factors(value, names),
    )
    allowed = set(names)
    fitting = (one for one in every if {use.symbol.name for use in references(one)} <= allowed)
    return list(islice(dict.fromkeys(fitting), MOST))


def _without_numbers(value: Expr) -> Iterator[Expr]:
    """Without a sign or a number in front, of the whole or of a term."""

    def change(node: Expr) -> Iterator[Expr]:
        numbers = [factor for factor in node.factors if isinstance(factor, Number)] if isinstance(node, Product) else []
        for gone in (*([number] for number in numbers), numbers):
            rest = tuple(factor for factor in children(node) if factor not in gone)
            if rest:
                yield rest[0] if len(rest) == 1 else Product(rest)

    yield from variants(value, change)


def _other_names(value: Expr, names: Sequence[str]) -> Iterator[Expr]:
    """One name for another, in one place and everywhere."""

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Ref):
            yield from (Ref(Symbol(name)) for name in names if name != node.symbol.name)

    yield from variants(value, change)
    for use in references(value):
        for name in names:
            if name != use.symbol.name:
                yield substitute(value, {use: Ref(Symbol(name))}, tidy=False)


def _squared(node: Expr) -> Iterator[Expr]:
    """A square that was lost, or one too many."""
    match node:
        case Ref() | Sum():
            yield Power(node, TWO)
        case Power(base=base, exponent=Number(value=2)):
            yield base
        case _:
            pass


def _multiplied(node: Expr) -> Iterator[Expr]:
    """A product that became a sum."""
    if isinstance(node, Sum):
        for first, second in combinations(range(len(node.terms)), 2):
            rest = [term for place, term in enumerate(node.terms) if place not in {first, second}]
            both = Product((node.terms[first], node.terms[second]))
            yield Sum((both, *rest)) if rest else both


def _added(node: Expr) -> Iterator[Expr]:
    """A sum that became a product: its factors shared out among several terms."""
    if isinstance(node, Product) and len(node.factors) <= MOST_FACTORS:
        count = len(node.factors)
        for cuts in (cuts for size in (1, 2, 3) for cuts in combinations(range(1, count), size)):
            parts = [node.factors[a:b] for a, b in zip((0, *cuts), (*cuts, count), strict=True)]
            yield Sum(tuple(part[0] if len(part) == 1 else Product(part) for part in parts))


def _gathered(node: Expr) -> Iterator[Expr]:
    """Brackets that were left out: the last factors of a sum belong to all of it."""
    if not isinstance(node, Sum) or not isinstance(node.terms[-1], Product):
        return
    factors = node.terms[-1].factors
    for cut in range(1, len(factors)):
        last = factors[0] if cut == 1 else Product(factors[:cut])
        yield Product((Sum((*node.terms[:-1], last)), *factors[cut:]))


def _more_factors(value: Expr, names: Sequence[str]) -> Iterator[Expr]:
    """A factor that is missing, in one of the terms or in all."""

    def change(node: Expr) -> Iterator[Expr]:
        if isinstance(node, Sum):
            for place, term in enumerate(node.terms):
                for name in names:
                    more = Product((term, Ref(Symbol(name))))
                    yield Sum((*node.terms[:place], more, *node.terms[place + 1 :]))

    yield from (Product((value, Ref(Symbol(name)))) for name in names)
    yield from variants(value, change)
    yield from (Product((value, Power(Ref(Symbol(name)), Number(-1)))) for name in names)

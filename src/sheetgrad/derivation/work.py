"""Working out the derivative of one formula step by step, as one does on paper.

    ∂(½·(t - a)²)/∂a = ½·∂((t - a)²)/∂a = ½·2·(t - a)·∂(t - a)/∂a = (t - a)·(-1) = a - t

Each step applies one rule to every derivative still in the line. The steps are
shown; the last member is the tidy slope from `derive.edge`, which is what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.derive import edge
from sheetgrad.expr import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    Expr,
    Number,
    Partial,
    Power,
    Product,
    Ref,
    Sum,
    Symbol,
    add,
    children,
    multiply,
    power,
    rebuilt,
    references,
    split_coefficient,
)
from sheetgrad.functions import FUNCTIONS, slope
from sheetgrad.syntax.printer import negative_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_STEPS = 12


def worked(output: Ref, value: Expr, use: Ref, *, total: bool = True) -> tuple[Expr, ...]:
    """The chain of equalities from ∂output/∂use to its slope, where `output = value`.

    `total` says whether ∂output/∂use has no other route than this equation.
    """
    first = Partial(output, use, not total)
    last = edge(value, use, output)
    if isinstance(value, Call) and value.arguments == (use,):
        plain = slope(value, 0, value)
        steps = [Partial(value, use, not total), plain] if value.function != "identity" else [Partial(use, use)]
    else:
        steps = list(_steps(Partial(value, use, not total)))
    return tuple(dict.fromkeys((first, *steps, last)))


def worked_slope(function: str) -> tuple[Expr, ...]:
    """How the slope of a function with a formula comes about, in a variable of its own.

    Empty for a function without a formula, and for one with a corner in it.
    """
    entry = FUNCTIONS[function]
    if entry.formula is None or entry.kinks:
        return ()
    variable = Ref(Symbol("u"))
    value = entry.formula(variable)
    if value is variable or not isinstance(value, Expr):
        return ()
    named = Call(function, (variable,))
    steps = _steps(Partial(value, variable))
    plain = edge(value, variable)
    return tuple(dict.fromkeys((Partial(named, variable), *steps, plain, slope(named, 0, named))))


def _steps(node: Expr) -> Sequence[Expr]:
    steps = [node]
    while len(steps) < MOST_STEPS and _open(steps[-1]):
        steps.append(_fold(_step(steps[-1])))
    last = steps[-1]
    match last:
        case Product(factors=(Sum() as sum_, Number(value=-1))):  # (t - a)·(-1) = -(t - a)
            steps.append(Product((MINUS_ONE, sum_)))
        case _:
            pass
    return steps


def _open(node: Expr) -> bool:
    """Whether a derivative is left to work out."""
    return isinstance(node, Partial) or any(map(_open, children(node)))


def _step(node: Expr) -> Expr:
    """One rule applied to every derivative in the line."""
    if isinstance(node, Partial):
        done = _rule(node.of, node.wrt)
        return _marked(done) if node.edge else done
    parts = children(node)
    changed = tuple(map(_step, parts))
    if changed == parts:
        return node
    return _times(*changed) if isinstance(node, Product) else rebuilt(node, changed, tidy=False)


def _marked(node: Expr) -> Expr:
    """Every derivative in it as one with all else held."""
    if isinstance(node, Partial):
        return Partial(node.of, node.wrt, True)  # noqa: FBT003 -- a field of a node
    parts = children(node)
    return rebuilt(node, map(_marked, parts), tidy=False) if parts else node


def _rule(value: Expr, use: Ref) -> Expr:
    """∂value/∂use by one rule; what it leaves to do is a derivative again."""
    if value is use:
        return ONE
    if use not in references(value):
        return ZERO
    if _is_linear(value, use):
        return edge(value, use)
    match value:
        case Sum(terms=terms):
            return _sum([_left(term, use) for term in terms if use in references(term)])
        case Product(factors=factors):
            return _product_rule(factors, use)
        case Power(base=base, exponent=Number() as exponent):
            lower = power(base, add(exponent, MINUS_ONE))
            return _times(exponent, lower, *_inner(base, use))
        case Call(arguments=arguments):
            parts = [
                _times(slope(value, place, value), *_inner(argument, use))
                for place, argument in enumerate(arguments)
                if use in references(argument)
            ]
            return _sum(parts)
        case _:
            return edge(value, use)


def _inner(node: Expr, use: Ref) -> tuple[Expr, ...]:
    """The derivative of what is inside, left to do; nothing for the quantity itself."""
    return () if node is use else (Partial(node, use),)


def _left(term: Expr, use: Ref) -> Expr:
    return edge(term, use) if _is_linear(term, use) else Partial(term, use)


def _product_rule(factors: tuple[Expr, ...], use: Ref) -> Expr:
    """What does not hold the quantity goes in front; the rest one factor at a time."""
    fixed = [factor for factor in factors if use not in references(factor)]
    moving = [factor for factor in factors if use in references(factor)]
    if len(moving) == 1:
        return _times(*fixed, Partial(moving[0], use))
    terms = [
        _times(*fixed, *moving[:place], *moving[place + 1 :], Partial(factor, use))
        for place, factor in enumerate(moving)
    ]
    return _sum(terms)


def _is_linear(value: Expr, use: Ref) -> bool:
    """Whether the quantity stands in it only as a plain factor, so that its slope can be read off."""
    match value:
        case Ref():
            return True
        case Number():
            return True
        case Sum(terms=terms):
            return all(_is_linear(term, use) for term in terms)
        case Product(factors=factors):
            holding = [factor for factor in factors if use in references(factor)]
            return not holding or holding == [use]
        case _:
            return use not in references(value)


def _times(*factors: Expr) -> Expr:
    flat = [piece for part in factors for piece in (part.factors if isinstance(part, Product) else (part,))]
    kept = [factor for factor in flat if factor is not ONE] or [ONE]
    return kept[0] if len(kept) == 1 else Product(tuple(kept))


def _sum(terms: list[Expr]) -> Expr:
    kept = [term for term in terms if term is not ZERO] or [ZERO]
    return kept[0] if len(kept) == 1 else Sum(tuple(kept))


def _fold(node: Expr) -> Expr:
    """Once nothing is left to work out, numbers that cancel go: ½·2·(t - a)·(-1) is (t - a)·(-1)."""
    if _open(node) or not isinstance(node, Product):
        return node
    numbers = [factor for factor in node.factors if isinstance(factor, Number)]
    rest = [factor for factor in node.factors if not isinstance(factor, Number)]
    coefficient = multiply(*numbers) if numbers else ONE
    if coefficient is ONE or not rest:
        return _times(*rest) if rest else coefficient
    if coefficient is MINUS_ONE and len(rest) == 1 and isinstance(rest[0], Sum):
        return Product((rest[0], MINUS_ONE))
    value, _ = split_coefficient(coefficient)
    if value < 0 and len(rest) == 1:
        return Product((MINUS_ONE, _times(negative_of(coefficient), *rest)))
    return _times(coefficient, *rest)

"""Numbers put into formulas: symbols = numbers = result."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

from sheetgrad.derivation.parts import leaf_numbers
from sheetgrad.expr import Expr, Next, Number, Partial, Ref, members, substitute, walk
from sheetgrad.functions import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.derivation.document import Derivation, Line

DIGITS = 9
"""Significant digits of every number shown."""


def numbers(derivation: Derivation) -> dict[Expr, float]:
    """Every quantity that a derivation has a line for, at the start and for the first sample.

    Empty where the derivation is by families, which have no single numbers.
    """
    program, setup = derivation.notation.program, derivation.setup
    if any(line_is_family(line) for line in derivation.lines):
        return {}
    found: dict[Expr, float] = dict(leaf_numbers(setup))
    for symbol, value in program.settings.items():
        found[Ref(symbol)] = setup.learning_rates[0] if isnan(value) else value
    for symbol, value in program.states.items():
        found |= {Ref(symbol, tuple(place.values())): value for place in members(symbol.axes)}
    for line in derivation.lines:
        found[line.quantity] = evaluate(line.value, found)
    return found


def line_is_family(line: Line) -> bool:
    """Whether a line stands for several quantities at once."""
    match line.quantity:
        case Partial(wrt=use) | Next(state=use) | (Ref() as use):
            return any(not isinstance(place, int) for place in use.places)


def plugged(node: Expr, found: Mapping[Expr, float]) -> Expr | None:
    """The expression with a number for every quantity, otherwise as written; None where one is not known.

    >>> from sheetgrad.expr import Product, Ref, Symbol
    >>> w, x = Ref(Symbol("w")), Ref(Symbol("x"))
    >>> plugged(Product((w, x)), {w: 0.15, x: 2.0})
    Product((Number(0.15), Number(2)))
    """
    used = [part for part in walk(node) if isinstance(part, Ref | Partial | Next)]
    if any(part not in found or not isfinite(found[part]) for part in used):
        return None
    return substitute(node, {part: shown(found[part]) for part in used}, tidy=False)


def shown(value: float) -> Expr:
    """A number with the digits that are shown."""
    rounded = float(f"{value:.{DIGITS}g}")
    whole = rounded == int(rounded) and abs(rounded) < 10**DIGITS if isfinite(rounded) else False
    return Number(int(rounded) if whole else rounded)


def worked_numbers(line: Line, found: Mapping[Expr, float]) -> tuple[Expr, ...]:
    """`quantity = symbols = numbers = result` for a line; empty where its numbers are not known."""
    return chain_of(line.quantity, line.members[1:], found)


def chain_of(quantity: Expr, forms: Iterable[Expr], found: Mapping[Expr, float]) -> tuple[Expr, ...]:
    """`quantity`, the last of its forms that numbers can be put into, that with numbers, and the result."""
    if quantity not in found or not isfinite(found[quantity]):
        return ()
    result = shown(found[quantity])
    for form in reversed(list(forms)):
        numbered = plugged(form, found)
        if numbered is not None:
            return tuple(dict.fromkeys((quantity, form, numbered, result)))
    return (quantity, result)

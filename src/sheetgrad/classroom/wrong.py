"""Every known mistake, planted into an answer's formula: what it turns into, and what comes out.

The mistakes are those of `check.mistakes`. One that changes nothing, whatever the
numbers, is none and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.planting import siblings
from sheetgrad.check.points import UnknownNameError
from sheetgrad.expr import Expr, Partial, Quantity, Ref, Symbol, references, substitute
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.network import Network

NARROW = ("missing-rate", "wrong-gradient", "missing-path", "missing-brackets", "lost-power")
"""Where two mistakes turn a formula into the same thing, it is called by these first: they say more."""


class Wrong(NamedTuple):
    """One mistake made in one formula."""

    code: str
    value: Expr


def planted(value: Expr, quantity: Quantity, network: Network) -> tuple[Wrong, ...]:
    """Every known mistake made in a formula, in every way, each result once.

    >>> import sheetgrad
    >>> from sheetgrad.check.given import network_of
    >>> from sheetgrad.syntax.printer import written
    >>> network = network_of(sheetgrad.load("class"))
    >>> found = planted(network.definitions["h1"], Ref(Symbol("h1")), network)
    >>> [written(wrong.value) for wrong in found if wrong.code == "times-for-plus"]
    ['w1*i1*(w2*i2)']
    """
    made: dict[Expr, Wrong] = {}
    for wrong in _all(value, quantity, network.definitions):
        if wrong.value not in made and _is_wrong(wrong.value, value, network):
            made[wrong.value] = wrong
    return tuple(sorted(made.values(), key=_order))


def _order(wrong: Wrong) -> tuple[int, str]:
    """By the table, and below that by how it is written: the same on every machine."""
    return list(MISTAKES).index(wrong.code), written(wrong.value)


def _all(value: Expr, quantity: Quantity, definitions: Mapping[str, Expr]) -> Iterator[Wrong]:
    for code in (*NARROW, *(code for code in MISTAKES if code not in NARROW)):
        for wrong in MISTAKES[code].make(value, quantity, definitions):
            yield Wrong(code, wrong)
    yield from _everywhere(value, definitions)


def _everywhere(value: Expr, definitions: Mapping[str, Expr]) -> Iterator[Wrong]:
    """One name exchanged wherever it stands: the commonest slip of all has a_h1·(1 - a_h1) for a_h2·(1 - a_h2)."""
    names = {use.symbol.name for use in references(value)} | set(definitions)
    names |= {use.symbol.name for one in definitions.values() for use in references(one)}
    for use in references(value):
        for other in sorted(siblings(use.symbol.name, names)):
            yield Wrong("wrong-index", substitute(value, {use: Ref(Symbol(other))}, tidy=False))


def _is_wrong(wrong: Expr, right: Expr, network: Network) -> bool:
    """Whether it differs at points that nobody chose."""
    if wrong is right:
        return False
    try:
        return not network.points.close(network.points.value(wrong), network.points.value(right))
    except UnknownNameError:
        return False


def is_other_quantity(wrong: Wrong) -> bool:
    """Whether what is wrong is the name on the left: the number is right, for another quantity."""
    return wrong.code == "wrong-left" and isinstance(wrong.value, Partial)

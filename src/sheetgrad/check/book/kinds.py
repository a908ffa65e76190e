"""What sort of quantity each symbol is: two of one sort are easily taken for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.expr import references

if TYPE_CHECKING:
    from sheetgrad.check.book.understood import Understood

Kind: TypeAlias = "tuple[str, int]"


def kinds(made: Understood) -> dict[str, Kind]:
    """Weights, given numbers by the depth at which they come in, forward values by their depth, all the rest."""
    definitions = made.points.definitions
    depth: dict[str, int] = {}
    enters: dict[str, int] = {}
    for name, value in definitions.items():
        if name not in made.changed:
            continue
        used = [use.symbol.name for use in references(value)]
        depth[name] = 1 + max((depth.get(other, 0) for other in used), default=0)
        for other in used:
            if other not in made.changed:
                enters[other] = min(enters.get(other, depth[name]), depth[name])
    found: dict[str, Kind] = {}
    for symbol in made.points.values:
        if symbol in made.parameters:
            found[symbol] = ("weight", 0)
        elif symbol in depth:
            found[symbol] = ("forward", depth[symbol])
        elif symbol in enters:
            found[symbol] = ("given", enters[symbol])
        elif symbol in made.roles.definitions:
            found[symbol] = ("backward", 0)
        else:
            found[symbol] = ("other", 0)
    return found


def is_activation(made: Understood, symbol: str) -> str | None:
    """The one quantity that a forward value is a function of; None where it is made of several."""
    value = made.points.definitions.get(symbol)
    if value is None:
        return None
    used = references(value)
    return used[0].symbol.name if len(used) == 1 and used[0].symbol.name in made.points.definitions else None

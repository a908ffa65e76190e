"""Names that a text makes up for a derivative, such as δ1 = ∂E/∂o1: what those that are defined wrongly must mean.

A wrong δ makes every later line with it wrong, though those lines are as they should
be. So where no line with it holds, and one derivative in its place makes them all hold,
the definition is the mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.network import all_references, named
from sheetgrad.check.points import UnknownNameError, has_partial
from sheetgrad.expr import Expr, Partial, Ref, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values
    from sheetgrad.read.claims import Claim

MOST = 60
"""Made-up names, and quantities that are tried for each."""


class Use(NamedTuple):
    """Two sides that should be equal, one of them with made-up names in it."""

    left: Expr
    right: Expr
    names: frozenset[str]


def meanings(network: Network, claims: Sequence[Claim]) -> Mapping[str, Partial]:
    """For each made-up name that is defined wrongly: the derivative that it must be."""
    points = network.points
    made_up: dict[str, Values] = {}
    found: dict[str, Partial] = {}
    uses = list(_uses(network, claims))
    for key, value in _definitions(network, claims):
        if len(made_up) >= MOST:
            break
        try:
            points.fix(key, points.value(value))
        except UnknownNameError:
            continue
        made_up[key] = points.values[key]
        about = [use for use in uses if key in use.names and use.names <= made_up.keys()]
        if about and not any(_holds(use, network) for use in about):
            meant = _meant(key, about, network)
            if meant is not None:
                found[key] = meant
                points.put(key, points.value(meant))
            else:
                points.put(key, made_up[key])
    for key in made_up:
        points.forget(key)
    return found


def _definitions(network: Network, claims: Sequence[Claim]) -> Iterator[tuple[str, Expr]]:
    """`δ = formula`, for each name that the network lacks."""
    for claim in claims:
        first, second = claim.members[0].value, claim.members[1].value
        if claim.spelling or claim.doubt or not isinstance(first, Ref) or second is None:
            continue
        if network.key(first.symbol.name) is None and first.symbol.name[:1] != "Δ":
            yield first.symbol.name, named(second, network)


def _uses(network: Network, claims: Sequence[Claim]) -> Iterator[Use]:
    """Derivatives that are given with made-up names."""
    for claim in claims:
        sides = [named(member.value, network) for member in claim.members if member.value is not None]
        if claim.spelling or claim.doubt or len(sides) < 2 or not isinstance(sides[0], Partial):
            continue
        if any(network.key(use.symbol.name) is None for use in all_references(sides[0])):
            continue
        for side in sides[1:]:
            names = {use.symbol.name for use in all_references(side) if network.key(use.symbol.name) is None}
            if names and not has_partial(side):
                yield Use(sides[0], side, frozenset(names))


def _holds(use: Use, network: Network) -> bool:
    try:
        return network.points.close(*map(network.points.value, use[:2]))
    except UnknownNameError:
        return False


def _meant(key: str, uses: Sequence[Use], network: Network) -> Partial | None:
    """The one derivative of the loss that makes all of them hold."""
    points = network.points
    loss = Ref(Symbol(network.loss))
    for quantity in list(network.definitions)[:MOST]:
        meant = Partial(loss, Ref(Symbol(quantity)))
        points.put(key, points.value(meant))
        if all(_holds(use, network) for use in uses):
            return meant
    return None

"""Targets that are the shares of a whole: positive, and 1 together.

The derivative of a cross-entropy through a softmax is p - t only for such targets. A
text says so (`Σ t_k = 1`), or means it: then more of its derivatives hold if they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.check.network import named
from sheetgrad.check.recognition import derivatives_holding
from sheetgrad.expr import Call, Number, Product, Ref, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.network import Network
    from sheetgrad.expr import Expr
    from sheetgrad.read.claims import Claim

MEANT = ", where the targets sum to 1"


def with_shares(network: Network, claims: Sequence[Claim]) -> Network:
    """The network with the targets as shares where the text says or means that."""
    if network.origin != "own":
        return network
    stated = tuple(_stated(network, claims))
    if stated:
        return replace(network, shares=stated)
    implied = tuple(_implied(network))
    if not implied:
        return network
    other = replace(network, shares=implied, words=network.words + MEANT)
    return other if derivatives_holding(claims, other) > derivatives_holding(claims, network) else network


def _stated(network: Network, claims: Sequence[Claim]) -> Iterator[tuple[str, ...]]:
    """Sums of leaves that the text sets equal to 1."""
    for claim in claims:
        values = [named(member.value, network) for member in claim.members if member.value is not None]
        for value in values:
            if isinstance(value, Sum) and any(isinstance(one, Number) and one.value == 1 for one in values):
                keys = [term.symbol.name for term in value.terms if isinstance(term, Ref)]
                if len(keys) == len(value.terms) and set(keys) <= set(network.leaves):
                    yield tuple(keys)


def _implied(network: Network) -> Iterator[tuple[str, ...]]:
    """Leaves that multiply the logarithms of quantities which sum to 1."""
    logs = {key: of for value in network.definitions.values() for key, of in _logarithms(value, network)}
    points = network.points
    if len(logs) > 1:
        total = sum(points.values[of] for of in logs.values())
        if points.numpy.allclose(total, 1.0, rtol=1e-9):
            yield tuple(logs)


def _logarithms(value: Expr, network: Network) -> Iterator[tuple[str, str]]:
    for part in walk(value):
        if not isinstance(part, Product):
            continue
        leaves = [one.symbol.name for one in part.factors if isinstance(one, Ref) and one.symbol.name in network.leaves]
        logs = [one.arguments[0] for one in part.factors if isinstance(one, Call) and one.function == "log"]
        if len(leaves) == len(logs) == 1 and isinstance(logs[0], Ref) and logs[0].symbol.name in network.definitions:
            yield leaves[0], logs[0].symbol.name

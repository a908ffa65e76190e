"""The ways through a network from one quantity up to another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sheetgrad.expr import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.network import Network
    from sheetgrad.check.points import Values

MOST_PATHS = 10


def paths(network: Network, top: str, start: str) -> Iterator[list[str]]:
    """Every way from one quantity up to another, as lists of names."""
    above: dict[str, list[str]] = {}
    for key, definition in network.definitions.items():
        for use in references(definition):
            above.setdefault(use.symbol.name, []).append(key)
    stack = [[start]]
    count = 0
    while stack and count <= MOST_PATHS:
        path = stack.pop()
        if path[-1] == top:
            count += 1
            yield path
            continue
        stack.extend([*path, key] for key in reversed(above.get(path[-1], [])) if len(path) < 40)


def path_value(network: Network, path: list[str]) -> Values:
    """The product of the slopes along a path, at every point."""
    points = network.points
    value: Values = points.numpy.ones_like(next(iter(points.values.values())))
    for below, above in pairwise(path):
        value *= points.slope(network.definitions[above], below)
    return value

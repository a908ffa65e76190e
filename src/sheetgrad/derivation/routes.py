"""The paths of a graph from one quantity up to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import Ref, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.derivation.graph import Edge, Graph


def path_counts(graph: Graph, of: Ref) -> dict[Ref, int]:
    """How many paths lead from each quantity up to this one; those without a path are left out."""
    counts = {of: 1}
    for above, value in reversed(graph.values.items()):
        if above not in counts:
            continue
        for use in references(value):
            if any(edge.above is above for edge in graph.up.get(use, ())):
                counts[use] = counts.get(use, 0) + counts[above]
    return counts


def paths(graph: Graph, start: Ref, of: Ref, counts: Mapping[Ref, int]) -> Iterator[list[Edge]]:
    """Every path, as edges with the highest first."""
    stack: list[tuple[Ref, list[Edge]]] = [(start, [])]
    while stack:
        here, edges = stack.pop()
        if here is of:
            yield edges[::-1]
            continue
        ways = [edge for edge in graph.up.get(here, ()) if edge.above in counts]
        stack.extend((edge.above, [*edges, edge]) for edge in reversed(ways))


def on_the_way(graph: Graph, start: Ref, counts: Mapping[Ref, int]) -> list[Ref]:
    """Every quantity on some path below its end, the start included."""
    found: dict[Ref, None] = {start: None}
    stack = [start]
    while stack:
        for edge in graph.up.get(stack.pop(), ()):
            if edge.above in counts and edge.above not in found and graph.up.get(edge.above):
                found[edge.above] = None
                stack.append(edge.above)
    return list(found)

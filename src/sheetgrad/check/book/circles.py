"""Which quantities feed each other in a circle, step after step: the heart of a training table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def circles(into: Mapping[int, set[int]]) -> dict[int, int]:
    """A number for each track; those that feed each other in a circle share one (Tarjan's algorithm)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    group: dict[int, int] = {}
    stack: list[int] = []
    for start in into:
        if start in number:
            continue
        work = [(start, iter(sorted(into[start])))]
        number[start] = low[start] = len(number)
        stack.append(start)
        while work:
            node, others = work[-1]
            for other in others:
                if other not in into:
                    continue
                if other not in number:
                    number[other] = low[other] = len(number)
                    stack.append(other)
                    work.append((other, iter(sorted(into[other]))))
                    break
                if other not in group:
                    low[node] = min(low[node], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    while True:
                        member = stack.pop()
                        group[member] = number[node]
                        if member == node:
                            break
    return group

"""The columns from which an update is made: those that may be the gradient of its weight, and those before them."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import OnTrack
from sheetgrad.expr import ZERO, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.book.understood import Understood

MOST_COLUMNS = 80
"""Columns before an update that are compared with its gradient."""


def gradient_columns(made: Understood, symbol: str) -> Iterator[str]:
    """Columns from which the update of a state is made, backward ones, nearest first; through what is remembered."""
    roles = made.roles
    weights = {roles.states[parameter] for parameter in made.parameters}
    seen = {roles.states[symbol]}
    waiting = deque(seen)
    while waiting:
        for use in references(roles.rules.get(waiting.popleft(), ZERO)):
            source = roles.compiler.sources[use.symbol.name]
            if not isinstance(source, OnTrack) or source.across in seen | weights:
                continue
            seen.add(source.across)
            name = roles.name(source.across)
            if name not in made.points.definitions:
                waiting.append(source.across)
                if name in roles.definitions:
                    yield name


def near_columns(made: Understood, symbol: str) -> Iterator[str]:
    """Those that may be the gradient itself; the steps of a table are never so far from it."""
    return islice(gradient_columns(made, symbol), MOST_COLUMNS)

"""Which lines of a text are between whole arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.matrix.scene import RATES, is_loss, letters_of
from sheetgrad.read.python.names import COUNT, RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.read.arrays.equations import Line

FEWEST = 2
"""So many lines with a transpose or ⊙ make a text one with arrays; a single one, where most others go with it."""


def chosen(lines: Sequence[Line]) -> list[Line]:
    """The lines with signs that only arrays have, and those about the same names."""
    plain = [line for line in lines if not line.indexed and line.members[0].node is not None and len(line.nodes) > 1]
    sure = [line for line in plain if line.strong]
    if not sure:
        return []
    known = {key for line in sure for key in _names(line)}
    taken = {id(line) for line in sure}
    moved = True
    while moved:
        moved = False
        for line in plain:
            if id(line) not in taken and _belongs(line, known):
                taken.add(id(line))
                known |= _names(line)
                moved = True
    found = [line for line in plain if id(line) in taken]
    return found if len(sure) >= FEWEST or 2 * len(found) > len(lines) else []


def _names(line: Line) -> set[str]:
    """The arrays that a line names."""
    keys = {key for node in line.nodes for key in node.names()}
    return {key for key in keys if not is_loss(key) and not _is_number(key)}


def _is_number(key: str) -> bool:
    return bool(COUNT.fullmatch(key) or RATE.fullmatch(key) or RATES.fullmatch(letters_of(key)) or not key)


def _belongs(line: Line, known: set[str]) -> bool:
    left = line.members[0].node
    assert left is not None  # noqa: S101 -- only such lines are asked about
    names = _names(line)
    inside = names & known
    heads = {key for key in left.names() if not is_loss(key)}
    if heads & known:
        return True
    return bool(inside) and 2 * len(inside) >= len(names)

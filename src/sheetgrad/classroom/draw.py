"""Drawing numbers for a network: few digits, weights of both signs, targets that the loss allows."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.derivation.parts import leaf_numbers
from sheetgrad.expr import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.classroom.asked import Sheet
    from sheetgrad.expr import Symbol

TENTHS = 10.0
WIDEST = 20
"""Weights and inputs are up to so many tenths."""


class Leaf(NamedTuple):
    """A number to be drawn: its name, and the tenths that it may be."""

    name: str
    choices: tuple[int, ...]
    shares: str = ""
    """The family whose members add up to one."""


_WEIGHTS = tuple(tenth for tenth in range(-WIDEST, WIDEST + 1) if tenth)
_INPUTS = tuple(range(2, WIDEST + 1))
_TARGETS = tuple(range(11))


def seed_of(identifier: str, seed: int) -> int:
    """A number from an identifier: the same on every machine, and another for every exercise.

    >>> seed_of("ada", 0) == seed_of("ada", 0) != seed_of("ada", 1)
    True
    """
    digest = hashlib.sha256(f"{seed}\0{identifier}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big")


def leaves_of(sheet: Sheet) -> tuple[Leaf, ...]:
    """What is drawn: inputs, targets and parameters. Constants stay as the spec has them."""
    model = sheet.setup.model
    choices: dict[Symbol, tuple[int, ...]] = dict.fromkeys(model.parameters, _WEIGHTS)
    choices |= dict.fromkeys(model.inputs, _INPUTS) | dict.fromkeys(model.targets, _TARGETS)
    found = []
    for use in leaf_numbers(sheet.setup):
        if isinstance(use, Ref) and use.symbol in choices:
            shares = str(use.symbol.name) if model.constraints.get(use.symbol) == "sums to 1" else ""
            found.append(Leaf(sheet.names.plain(use), choices[use.symbol], shares))
    return tuple(found)


def drawn(leaves: tuple[Leaf, ...], seed: int, count: int) -> dict[str, list[float]]:
    """So many sets of numbers, by name. The first sets are the same however many are drawn."""
    draw = random.Random(seed)  # noqa: S311 -- the same numbers again for the same seed; no secret
    sharing = [leaf for leaf in leaves if leaf.shares]
    made: dict[str, list[float]] = {leaf.name: [] for leaf in leaves}
    for _ in range(count):
        for leaf in leaves:
            if not leaf.shares:
                made[leaf.name].append(leaf.choices[int(draw.random() * len(leaf.choices))] / TENTHS)
        for name, tenths in _split(sharing, draw).items():
            made[name].append(tenths / TENTHS)
    return made


def _split(sharing: list[Leaf], draw: random.Random) -> Mapping[str, int]:
    """Tenths that add up to ten, one share for each."""
    cuts = sorted(int(draw.random() * 11) for _ in sharing[1:])
    ends = [0, *cuts, 10]
    return {leaf.name: ends[place + 1] - ends[place] for place, leaf in enumerate(sharing)}

"""Shapes for names that the code never sets: tried in turn until the forward pass fits.

Every axis gets a length of its own (a batch of 6, then 3, 4, 5, 2 …), so that a
transpose too many or too few cannot fit by chance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.read.python.names import BIAS, TARGET, WEIGHT, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    Shape: TypeAlias = tuple[int, ...]

BATCH = 6
INPUTS = 3
FRESH = (4, 5, 2, 7, 8, 9)


@dataclass(slots=True)
class Choices:
    """The decisions of one pass: the first ones given, all later ones the first that is offered."""

    given: tuple[int, ...] = ()
    offered: list[int] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    """How many of those are ways to read the code, and not only ways to make sizes fit."""
    fresh: int = 0
    used: list[int] = field(default_factory=list)
    """Lengths that an axis has already, the last first."""

    def take(self, options: Sequence[Shape], spare: Sequence[Shape] = ()) -> Shape:
        """One of the options; the spare ones are only for what does not fit otherwise."""
        place = len(self.offered)
        self.ways.append(len(options))
        options = list(dict.fromkeys([*options, *spare]))
        self.offered.append(len(options))
        return options[self.given[place] if place < len(self.given) else 0]

    def new_size(self) -> int:
        """A length that no axis had so far."""
        self.fresh += 1
        size = next(islice(cycle(FRESH), self.fresh - 1, None))
        self.seen(size)
        return size

    def seen(self, size: int) -> None:
        """Remember a length for other axes that must be as long."""
        if size > 1:
            self.used = [size, *(other for other in self.used if other != size)][:4]

    def following(self, shortest: int = 0) -> tuple[int, ...] | None:
        """The next decisions to try, the last ones changed first."""
        taken = [*self.given, *([0] * len(self.offered))][: len(self.offered)]
        while len(taken) > shortest:
            if taken[-1] + 1 < self.offered[len(taken) - 1]:
                return (*taken[:-1], taken[-1] + 1)
            taken.pop()
        return None


def is_data(name: str) -> bool:
    """Whether it is what goes into the network."""
    return bool(re.fullmatch(r"(?:x|inputs?|data|features|a_?0|i|batch|img|l_?0)(?:_?\w*)", plain(name), re.IGNORECASE))


def alone(name: str, *, batch: bool, choices: Choices, vectors: bool = False) -> list[Shape]:
    """Shapes for a name that is used before it meets another."""
    name = plain(name)
    if BIAS.fullmatch(name):
        return [(1, 4), (4,), (4, 1)]
    if WEIGHT.fullmatch(name):
        size = choices.new_size()
        return [(INPUTS, size), (size, INPUTS)]
    data: list[Shape] = [(BATCH, INPUTS), (INPUTS, BATCH)]
    if TARGET.fullmatch(name):
        data = [(BATCH, 2), (2, BATCH), (BATCH,)]
    single: list[Shape] = [(INPUTS,), (INPUTS, 1)]
    if batch:
        return data
    return [*single, *data] if vectors else [*data, *single]


def left_of(right: Shape, size: int) -> list[Shape]:
    """Shapes for A in A @ right."""
    return [(size, right[0]), (right[0],)] if right else [()]


def right_of(left: Shape, size: int) -> list[Shape]:
    """Shapes for A in left @ A."""
    return [(left[-1], size), (left[-1],), (left[-1], 1)] if left else [()]


def beside(name: str, other: Shape, *, columns: bool, claimed: bool = False) -> list[Shape]:
    """Shapes for what is added to, or multiplied with, an array; `claimed` where its gradient is asked for."""
    name = plain(name)
    if claimed and len(other) == 2 and not (BIAS.fullmatch(name) or WEIGHT.fullmatch(name) or is_data(name)):
        return [(other[0], 1), other] if columns else [(other[1],), (1, other[1]), other]
    if BIAS.fullmatch(plain(name)) and len(other) == 2:
        return [(other[0], 1)] if columns else [(1, other[1]), (other[1],)]
    if BIAS.fullmatch(plain(name)) and len(other) == 1:
        return [other, ()] if columns else [(), other]
    return [other]

"""Which hand-ins are alike: the same text, or the same mistake that hardly anybody else makes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.classroom.graded import Graded, Slip

RARE = 0.04
"""A mistake that a larger share of the class makes tells nothing about two of them."""
FEWEST = 3
"""Lines that two hand-ins must have in common, and nearly nobody else, to be named."""
MOST_SHOWN = 60


class SameMistake(NamedTuple):
    """A rare mistake and those who made it."""

    slip: Slip
    who: tuple[Graded, ...]


class SameText(NamedTuple):
    """Two hand-ins with lines that nearly nobody else has."""

    one: Graded
    other: Graded
    lines: int


def rare(count: int) -> int:
    """How many of a class may share something that is still rare."""
    return max(2, int(count * RARE))


def same_mistakes(graded: Sequence[Graded]) -> list[SameMistake]:
    """Mistakes that hardly anybody makes and that several made in the same place, those of the fewest first."""
    made: dict[tuple[str, str], dict[str, tuple[Slip, Graded]]] = {}
    for one in graded:
        for slip in one.slips:
            made.setdefault((slip.sign, slip.quantity), {}).setdefault(one.label, (slip, one))
    most = rare(len(graded))
    common: dict[str, set[str]] = {}
    for (sign, _), who in made.items():
        common.setdefault(sign, set()).update(who)
    found = [list(who.values()) for (sign, _), who in made.items() if len(who) > 1 and len(common[sign]) <= most]
    found.sort(key=lambda who: (len(who), who[0][0].code, who[0][0].quantity, who[0][1].label))
    return [SameMistake(who[0][0], tuple(one for _, one in who)) for who in found[:MOST_SHOWN]]


def same_texts(graded: Sequence[Graded]) -> list[SameText]:
    """Pairs with at least `FEWEST` lines that nearly nobody else has, those with the most first."""
    owners: dict[str, list[int]] = {}
    for place, one in enumerate(graded):
        for line in one.lines:
            owners.setdefault(line, []).append(place)
    most = rare(len(graded))
    pairs: Counter[tuple[int, int]] = Counter()
    for who in owners.values():
        if 1 < len(who) <= most:
            pairs.update(_pairs(who))
    found = [
        SameText(graded[a], graded[b], count)
        for (a, b), count in pairs.items()
        if count >= FEWEST and not (graded[a].student and graded[a].student == graded[b].student)
    ]
    found.sort(key=lambda same: (-same.lines, same.one.label, same.other.label))
    return found[:MOST_SHOWN]


def _pairs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    for number, place in enumerate(places):
        for other in places[number + 1 :]:
            yield place, other

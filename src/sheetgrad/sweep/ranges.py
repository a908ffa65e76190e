"""Lists and ranges of numbers, as people write them: `0.1,0.2`, `log:0.01:10:50`, `lin:0:1:11`, for seeds `0-9`."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from sheetgrad.errors import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST = 1_000_000
"""Numbers in a list."""
REMEDY = "write numbers with commas between them, or a range such as log:0.01:10:50 or lin:0.1:2:20"


def _evenly(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * place / (count - 1) for place in range(count)] if count > 1 else [low]


def _by_factors(low: float, high: float, count: int) -> list[float]:
    if low <= 0 or high <= 0:
        message = "a range in equal factors needs ends above 0"
        raise ValueError(message)
    made = [low * (high / low) ** (place / (count - 1)) for place in range(count)] if count > 1 else [low]
    return [*made[:-1], high] if count > 1 else made


RANGES: Mapping[str, Callable[[float, float, int], list[float]]] = {"lin": _evenly, "log": _by_factors}
"""In equal differences, and in equal factors; both ends are in."""


def numbers(text: str, place: str) -> tuple[float, ...]:
    """The numbers that a text lists.

    >>> numbers("0.1, 0.5", "rates"), numbers("lin:0:1:3", "rates"), numbers("log:0.1:10:3", "rates")
    ((0.1, 0.5), (0.0, 0.5, 1.0), (0.1, 1.0, 10.0))

    Raises SpecError for what is no list of finite numbers.
    """
    found: list[float] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        try:
            found += _range(part) if ":" in part else [float(part)]
        except (ValueError, OverflowError) as error:
            raise SpecError((Problem(place, f"{part!r} cannot be read ({error})", REMEDY),)) from error
    return checked(found, place)


def _range(text: str) -> list[float]:
    kind, *ends = (piece.strip() for piece in text.split(":"))
    if kind not in RANGES or len(ends) != 3:  # noqa: PLR2004 -- from, to, how many
        message = "a range has four parts: log or lin, from, to, how many"
        raise ValueError(message)
    count = int(ends[2])
    if not 1 <= count <= MOST:
        message = f"a range has 1 to {MOST:,} numbers"
        raise ValueError(message)
    return RANGES[kind](float(ends[0]), float(ends[1]), count)


def checked(found: Iterable[float], place: str) -> tuple[float, ...]:
    """The numbers, if there are some, each is finite, and none comes twice."""
    made = tuple(map(float, found))
    wrong = next((number for number in made if not isfinite(number)), None)
    if wrong is not None:
        raise SpecError((Problem(place, f"{wrong} is not a finite number", REMEDY),))
    if not made:
        raise SpecError((Problem(place, "is empty", REMEDY),))
    if len(made) > MOST:
        raise SpecError((Problem(place, f"has {len(made):,} numbers", f"{MOST:,} is the most"),))
    if len(set(made)) < len(made):
        twice = next(number for place, number in enumerate(made) if number in made[:place])
        raise SpecError((Problem(place, f"has {twice:g} twice", "give each number once"),))
    return made


def seeds(text: str) -> tuple[int, ...]:
    """The whole numbers that a text lists.

    >>> seeds("0-3, 7")
    (0, 1, 2, 3, 7)

    Raises SpecError for what is no list of whole numbers from 0 on.
    """
    found: list[int] = []
    remedy = "write whole numbers with commas between them, or the first and the last such as 0-9"
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise SpecError((Problem("seeds", f"{part!r} cannot be read", remedy),))
        if dash and int(last) - int(first) >= MOST:
            raise SpecError((Problem("seeds", f"{part} are too many", f"{MOST:,} is the most"),))
        found += range(int(first), int(last or first) + 1)
    return checked_seeds(found)


def checked_seeds(found: Iterable[int]) -> tuple[int, ...]:
    """The seeds, if there are some, each can be one, and none comes twice."""
    made = tuple(found)
    wrong = [number for number in made if not 0 <= number < 2**64 or int(number) != number]
    if not made or wrong or len(set(made)) < len(made):
        what = f"{wrong[0]} cannot be a seed" if wrong else "have one twice" if made else "are none"
        raise SpecError((Problem("seeds", what, "give different whole numbers from 0 on"),))
    return made

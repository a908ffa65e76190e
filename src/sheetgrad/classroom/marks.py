"""Points for what was found: each item of the rubric is right, right after an earlier mistake, or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.classroom.items import Item
    from sheetgrad.classroom.rubric import Rubric

Standing: TypeAlias = Literal["right", "followed", "slip", "wrong", "again", "missing", "unread", "teacher"]

RANKS: Mapping[str, int] = {
    "right": 6,
    "followed": 5,
    "slip": 4,
    "again": 3,
    "wrong": 3,
    "unread": 2,
    "missing": 1,
    "teacher": 0,
}
"""Where several files speak of one thing, the best counts."""
WORDS: Mapping[Standing, str] = {
    "right": "right",
    "followed": "right, given an earlier mistake",
    "slip": "right as meant, misspelt",
    "wrong": "wrong",
    "again": "the same mistake again",
    "missing": "not found",
    "unread": "could not be read: your teacher will look at it",
    "teacher": "your teacher gives these points",
}


class Evidence(NamedTuple):
    """What one file says of one quantity."""

    kind: str
    """The kind of item that it can give points to."""
    name: str
    standing: Standing
    place: str = ""
    """Where, for people: `README.md, line 12`."""
    after: str = ""
    """The place of the mistake that it is right after."""
    code: str = ""
    """The mistake, where there is one."""
    sign: str = ""
    """What is the same when the same mistake is made again."""
    words: str = ""
    """What else is to be said."""
    yours: str = ""
    expected: str = ""
    """What stands there, and what is right, where that is an answer of its own."""
    formula: str = ""
    """The wrong formula that leads to what stands there, where one is known."""
    share: float = 1.0
    """The part of the item's points that this is about, where it has parts."""


class Mark(NamedTuple):
    """The points for one item."""

    kind: str
    name: str
    title: str
    points: float
    """What it was given."""
    most: float
    standing: Standing
    place: str = ""
    after: str = ""
    code: str = ""
    words: str = ""
    yours: str = ""
    expected: str = ""
    formula: str = ""


def marks(items: Sequence[Item], evidence: Iterable[Evidence], rubric: Rubric) -> tuple[Mark, ...]:
    """The points for every item, by what was found.

    The same mistake made again (the same code and the same wrong piece) costs the
    share that the rubric says; a step that is right after an earlier mistake costs
    nothing unless the rubric says otherwise.
    """
    best: dict[tuple[str, str], Evidence] = {}
    for one in evidence:
        key = (one.kind, one.name)
        if key not in best or RANKS[one.standing] > RANKS[best[key].standing]:
            best[key] = one
    seen: set[str] = set()
    return tuple(_mark(item, best.get((item.kind, item.name)), rubric, seen) for item in items)


def _mark(item: Item, found: Evidence | None, rubric: Rubric, seen: set[str]) -> Mark:
    if item.kind == "teacher":
        return Mark(item.kind, item.name, item.title, 0.0, item.points, "teacher")
    if found is None:
        return Mark(item.kind, item.name, item.title, 0.0, item.points, "missing")
    standing = found.standing
    if standing == "followed" and not rubric.follow_through:
        standing = "wrong"
    share = 1.0
    match standing:
        case "right" | "followed":
            pass
        case "slip":
            share = 1 - found.share * rubric.costs(found.code, "slip")
        case "wrong" | "again":
            again = bool(found.sign) and found.sign in seen
            share = 1 - found.share * rubric.costs(found.code, "false") * (rubric.repeated if again else 1.0)
            standing = "again" if again else "wrong"
            seen.add(found.sign)
        case _:
            share = 1 - found.share
    points = round(item.points * max(share, 0.0), 6)
    return Mark(
        item.kind,
        item.name,
        item.title,
        points,
        item.points,
        standing,
        found.place,
        found.after,
        found.code,
        found.words,
        found.yours,
        found.expected,
        found.formula,
    )


def most(given: Iterable[Mark]) -> float:
    """The points there are without those that a teacher gives by hand."""
    return round(sum(mark.most for mark in given if mark.kind != "teacher"), 6)


def total(given: Iterable[Mark], *, late: float = 0.0) -> float:
    """The points together, never below nothing."""
    return max(0.0, round(sum(mark.points for mark in given) - late, 6))

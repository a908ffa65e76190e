"""Notes on files that were handed in together: where one has right what another has wrong, and where they differ.

A note is no verdict: each file is judged by itself. What is not sure is not said. Two
networks are laid on each other by their wiring; where they do not lie on each other in
one way only, nothing is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.findings import Finding
from sheetgrad.check.together.differences import differences, numbers
from sheetgrad.check.together.matching import Laid, Side, matched
from sheetgrad.check.together.wiring import wired

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.findings import Report
    from sheetgrad.check.together.facts import Facts, Gradient, Place
    from sheetgrad.check.together.matching import Match

LONGEST = 300
"""Characters of a formula that is quoted from another file."""


@dataclass(slots=True)
class Part:
    """What one file says of one network."""

    number: int
    """That of its report."""
    path: str
    side: Side

    @property
    def facts(self) -> Facts:
        """What it says."""
        return self.side.facts

    def where(self, place: Place) -> str:
        """A place in this file, as others name it."""
        return spelled_place(PurePath(self.path).name, place)


class Twin(NamedTuple):
    """The gradient of the same weight in another file."""

    part: Part
    gradient: Gradient
    name: str
    same: bool


def notes(reports: Sequence[Report], group: Sequence[int]) -> list[tuple[int, Finding]]:
    """What is to be said of the files of one hand-in beside their own findings, each with the number of its report."""
    return list(dict.fromkeys(_of_one(reports, group)))


def _of_one(reports: Sequence[Report], group: Sequence[int]) -> Iterator[tuple[int, Finding]]:
    """The notes on one hand-in."""
    parts = [
        Part(number, reports[number].path, Side(facts, wiring))
        for number in group
        for facts in reports[number].facts
        if (wiring := wired(facts.definitions, facts.loss, facts.parameters)) is not None
    ]
    pairs = {
        (i, j): match
        for i, left in enumerate(parts)
        for j, right in enumerate(parts)
        if left.number < right.number and (match := matched(left.side, right.side)) is not None
    }
    yield from _gradients(parts, pairs)
    for i, part in enumerate(parts):
        if not part.facts.sheet:
            yield from _beside_books(i, parts, pairs)


def finding(part: Part, code: str, place: Place, message: str, *, quantity: str = "") -> Finding:
    """A note at a place of a file."""
    where = spelled_place(part.path, place)
    return Finding("note", code, place.line, place.column, where, quantity, message=message)


def spelled_place(path: str, place: Place) -> str:
    """A place as findings spell it."""
    if place.cells:
        return place.cells
    return (
        f"{path}:cell {place.cell}:{place.line}:{place.column}" if place.cell else f"{path}:{place.line}:{place.column}"
    )


# --- gradients --------------------------------------------------------------------------------------


def _gradients(parts: Sequence[Part], pairs: dict[tuple[int, int], Match]) -> Iterator[tuple[int, Finding]]:
    """Every wrong gradient that another file has right, or wrong in the same way."""
    twins = _twins(parts, pairs)
    for (i, weight), others in twins.items():
        part = parts[i]
        gradient = part.facts.gradients[weight]
        if gradient.right:
            continue
        right = [twin for twin in others if twin.gradient.right]
        same = [twin for twin in others if twin.same and not twin.gradient.right]
        if right:
            twin = right[0]
            message = f"{_there(twin)} has it right{_slip(twin)}{_named(part, weight, twin)}{_formula(twin)}"
            yield part.number, finding(part, "right-elsewhere", gradient.place, message, quantity=gradient.quantity)
        if same and _first(part, same[0].part):
            message = f"The same mistake stands in {_there(same[0])}{_named(part, weight, same[0])}."
            yield part.number, finding(part, "same-mistake", gradient.place, message, quantity=gradient.quantity)


def _twins(parts: Sequence[Part], pairs: dict[tuple[int, int], Match]) -> dict[tuple[int, str], list[Twin]]:
    found: dict[tuple[int, str], list[Twin]] = {}
    for (i, j), match in pairs.items():
        left, right = parts[i], parts[j]
        laid: Laid | None = None
        for weight, other in match.leaves.items():
            here, there = left.facts.gradients.get(weight), right.facts.gradients.get(other)
            if here is None or there is None or (here.right and there.right):
                continue
            same = False
            if not here.right and not there.right and here.value is not None and there.value is not None:
                laid = laid or Laid(left.facts, right.facts, match)
                same = (laid.ratio(here.value, there.value) or 0.0) > 0
            found.setdefault((i, weight), []).append(Twin(right, there, right.facts.names.get(other, other), same))
            found.setdefault((j, other), []).append(Twin(left, here, left.facts.names.get(weight, weight), same))
    return found


def _there(twin: Twin) -> str:
    name = PurePath(twin.part.path).name
    place = twin.gradient.place
    if place.cells:
        return f"{name} ({place.cells})"
    return f"{name} (cell {place.cell}, line {place.line})" if place.cell else f"{name} (line {place.line})"


def _slip(twin: Twin) -> str:
    return " but for a slip" if twin.gradient.is_slip else ""


def _formula(twin: Twin) -> str:
    """What a text says, to be compared; a formula of cells says nothing to who does not have them before them."""
    spelled = twin.gradient.spelled
    return "." if twin.gradient.place.cells or not 0 < len(spelled) <= LONGEST else f": {spelled}"


def _named(part: Part, weight: str, twin: Twin) -> str:
    """What the weight is called there, where that is something else."""
    own = part.facts.names.get(weight, weight)
    plain = "".join(sign for sign in own.casefold() if sign.isalnum())
    other = "".join(sign for sign in twin.name.casefold() if sign.isalnum())
    return "" if plain == other else f", where {own} is called {twin.name}"


def _first(part: Part, other: Part) -> bool:
    """Whether of two files this one gets the note: the text, or the one that was named first."""
    return (bool(part.facts.sheet), part.number) < (bool(other.facts.sheet), other.number)


# --- networks and numbers ---------------------------------------------------------------------------


def _beside_books(i: int, parts: Sequence[Part], pairs: dict[tuple[int, int], Match]) -> Iterator[tuple[int, Finding]]:
    """Where a text says something else than every table handed in with it."""
    text = parts[i]
    tables = [(j, other) for j, other in enumerate(parts) if other.facts.sheet and other.number != text.number]
    if not tables:
        return
    found = []
    for j, table in tables:
        match = pairs.get((i, j)) or _turned(pairs.get((j, i)))
        found.append((differences(text.side, table.side, match), match, table))
    fewest, match, table = min(found, key=lambda one: len(one[0]))
    name = PurePath(table.path).name
    for place, words in fewest:
        yield text.number, finding(text, "other-network", place, words.replace("{there}", name))
    if not fewest and match is not None:
        fitting = [(other, how) for said, how, other in found if not said and how is not None]
        for place, words in numbers(text.facts, [(other.facts, how) for other, how in fitting]):
            yield text.number, finding(text, "other-number", place, words.replace("{there}", name))


def _turned(match: Match | None) -> Match | None:
    if match is None:
        return None
    leaves = {other: key for key, other in match.leaves.items()}
    return match._replace(leaves=leaves, neurons={other: key for key, other in match.neurons.items()})

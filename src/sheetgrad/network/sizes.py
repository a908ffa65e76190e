"""How many places every index letter runs over, and the shape of every family."""

from __future__ import annotations

from itertools import product
from math import prod
from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import Problem
from sheetgrad.network.checks import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.network.numbers import Shape
    from sheetgrad.network.reading import Line, Use

MOST_MEMBERS = 10_000_000


class Sizes(NamedTuple):
    """What was found out: of letters, of names, and the letters that name a family's axes."""

    of: Mapping[str, int]
    """How many places a letter runs over."""
    said_by: Mapping[str, str]
    """The name that said so."""
    shapes: Mapping[str, Shape]
    letters: Mapping[str, tuple[str, ...]]


def sized(lines: Sequence[Line], leaves: Mapping[str, Shape]) -> Sizes:
    """The size of every letter and family that can be known, from the shapes of what has values.

    A letter has one size throughout, as in print.
    """
    shapes = {**leaves, **_numbered(lines)}
    of: dict[str, int] = {}
    said_by: dict[str, str] = {}
    waiting: Sequence[Line] = lines
    while True:
        for line in waiting:
            for use in (line.target, *line.uses):
                for letter, size in zip(use.places, shapes.get(use.name, ()), strict=False):
                    if not letter.isdigit() and of.setdefault(letter, size) == size:
                        said_by.setdefault(letter, use.name)
            name, places = line.target.name, line.target.places
            if name not in shapes and all(letter in of for letter in places):
                shapes[name] = tuple(of[letter] for letter in places)
        left = [line for line in waiting if line.target.name not in shapes or not _known(line, of)]
        if len(left) == len(waiting):
            return Sizes(of, said_by, shapes, _letters(lines, shapes, of))
        waiting = left


def _known(line: Line, of: Mapping[str, int]) -> bool:
    return all(letter.isdigit() or letter in of for use in line.uses for letter in use.places)


def _numbered(lines: Sequence[Line]) -> dict[str, Shape]:
    """The shapes of families whose members have an equation each: as far as the numbers go."""
    shapes: dict[str, Shape] = {}
    for line in lines:
        if line.is_numbered:
            numbers = tuple(map(int, line.target.places))
            before = shapes.get(line.target.name, numbers)
            shapes[line.target.name] = tuple(map(max, before, numbers))
    return shapes


def _letters(lines: Sequence[Line], shapes: Mapping[str, Shape], of: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The letters of a family's axes: those on the left, or those it is first used with, or free ones."""
    first: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if not line.is_numbered:
            first.setdefault(line.target.name, line.target.places)
    for line in lines:
        for use in line.uses:
            if not any(place.isdigit() for place in use.places):
                first.setdefault(use.name, use.places)
    taken = dict(of)
    return {name: first.get(name) or tuple(_free(shape, taken)) for name, shape in shapes.items()}


def _free(shape: Shape, taken: dict[str, int]) -> Iterator[str]:
    """Letters that nothing of another size has."""
    own: set[str] = set()
    for size in shape:
        letter = next(letter for letter in _alphabet() if letter not in own and taken.get(letter, size) == size)
        taken[letter] = size
        own.add(letter)
        yield letter


def _alphabet() -> Iterator[str]:
    order = ascii_lowercase[8:] + ascii_lowercase[:8]  # from i on
    yield from order
    number = 1
    while True:
        yield f"i{number}"
        number += 1


# --- the checks --------------------------------------------------------------------------------


def check_uses(lines: Sequence[Line], sizes: Sizes, problems: list[Problem]) -> None:
    """Every name is known and used with the right indices, all within range."""
    unknown: set[str] = set()
    targets = {line.target.name for line in lines}
    for line in lines:
        for use in (line.target, *line.uses):
            here = line.place(use.column)
            if use.name not in sizes.shapes and use.name not in targets:
                if use.name not in unknown:
                    remedy = nearest(use.name, sizes.shapes) or "give it a value"
                    problems.append(Problem(here, f"nothing is called {use.name!r}", remedy))
                unknown.add(use.name)
            elif use.name in sizes.shapes:
                problems.extend(_misused(use, sizes, here))
            else:
                problems.extend(_unsized(use, sizes, here))
    for name, shape in sizes.shapes.items():
        if prod(shape) > MOST_MEMBERS:
            problems.append(
                Problem("equations", f"{name} has {prod(shape):,} members", f"{MOST_MEMBERS:,} is the most")
            )
    if not problems:
        problems.extend(_missing_members(lines, sizes))


def _unsized(use: Use, sizes: Sizes, here: str) -> Iterator[Problem]:
    for letter in use.places:
        if letter not in sizes.of:
            remedy = f"use {letter} as an index of something that has values"
            yield Problem(here, f"nothing says how many places the index {letter} has", remedy)


def _misused(use: Use, sizes: Sizes, here: str) -> Iterator[Problem]:
    shape = sizes.shapes[use.name]
    if len(use.places) != len(shape):
        wants = f"{len(shape)} {'index' if len(shape) == 1 else 'indices'}"
        remedy = f"write {use.name}[{','.join(sizes.letters[use.name])}]" if shape else f"write {use.name} on its own"
        yield Problem(here, f"{use.name} has {wants}, not {len(use.places)}", remedy)
        return
    for place, size in zip(use.places, shape, strict=True):
        if place.isdigit():
            if not 1 <= int(place) <= size:
                yield Problem(here, f"{use.name} has no place {place}", f"places count from 1, here to {size}")
        elif sizes.of[place] != size:
            wrong = f"the index {place} runs over {sizes.of[place]} in {sizes.said_by[place]}, but over {size} here"
            yield Problem(here, wrong, "use another letter for one of them")


def _missing_members(lines: Sequence[Line], sizes: Sizes) -> Iterator[Problem]:
    """Members without an equation, of families that are defined member by member."""
    defined = {(line.target.name, line.target.places): line for line in lines if line.is_numbered}
    for name in dict.fromkeys(name for name, _ in defined):
        for numbers in product(*(range(1, size + 1) for size in sizes.shapes[name])):
            places = tuple(map(str, numbers))
            if (name, places) not in defined:
                line = next(line for (word, _), line in defined.items() if word == name)
                wrong = f"{name}[{','.join(places)}] has no equation, though others of {name} have"
                yield Problem(line.place(line.target.column), wrong, "define every member from 1 on")
                break

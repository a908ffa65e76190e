"""Which families a text has: the letters that stand as indices, what they number, and how long each axis is."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.families import LETTERS, LIMITS, RAISED, Axis, Families, Indexed, limits_of
from sheetgrad.read.names import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.read.token import Token

LARGE = 6
"""Longer axes are cut to three members: what holds for three holds for hundreds."""
CUT = 3
_RANGE = re.compile(
    rf"(?<![\w_^{{])([{LETTERS}])((?:\s*,\s*[{LETTERS}])*)\s*(?:=\s*(?:1|0)|∈\s*[({{\[]\s*(?:1|0))"
    r"(?:\s*,\s*\d+)*\s*(?:,|\bto\b|\band\b|…|\.{2,3}|-)[\s,…]*(?:\.{2,3}\s*,?\s*)?(\d+|[A-Za-z](?![A-Za-z]))"
)
_ALONE = re.compile(rf"_\s*(?:\{{\s*([{LETTERS}])\s*\}}|([{LETTERS}])(?![^\W_]))")


class Line(NamedTuple):
    """One equation of a text: a name of its own, its tokens, and the line that it stands in."""

    owner: str
    tokens: Sequence[Token]
    words: str


def families(lines: Sequence[Line], names: frozenset[str]) -> Families:
    """The families of a text; without letters where it defines none by an index."""
    letters = frozenset(_letters(lines))
    made = Families(letters, names=names)
    defined: dict[str, set[str]] = {}
    for line in lines:
        found = _definition(made, line.tokens)
        if found is not None:
            defined.setdefault(found.base, set()).add(found.letters)
    if not defined:
        return Families()
    made.typed = any(len({one for one in every if one.isalpha()}) > 1 for every in defined.values())
    made.blocked = frozenset(_blocked(made, lines))
    made.counted = {token.text for line in lines for token in line.tokens if token.kind == "number"}
    _measure(made, lines)
    return made


def _letters(lines: Sequence[Line]) -> Iterator[str]:
    """Letters that stand alone as an index, are summed over, or are given a range."""
    for line in lines:
        for token in line.tokens:
            alone = _ALONE.search(token.spelled) if token.kind in {"name", "word"} else None
            if alone is not None:
                yield alone[1] or alone[2]
            raised = RAISED.search(token.spelled) if token.kind in {"name", "word"} else None
            if raised is not None and not any(f"({raised[1]}-1)" in re.sub(" ", "", one.words) for one in lines):
                yield raised[1]
            elif token.kind == "sum" and (said := LIMITS.match(limits_of(token))):
                yield said[1]
        for found in _RANGE.finditer(line.words):
            yield from re.findall(f"[{LETTERS}]", found[1] + found[2])


def _definition(made: Families, tokens: Sequence[Token]) -> Indexed | None:
    """What a forward equation of a family defines."""
    if len(tokens) < 3 or tokens[1].text != "=":
        return None
    found = made.indexed(tokens[0])
    if found is None or found.base[:1] in {"δ", "Δ"}:
        return None
    rest = tokens[2:]
    if any(token.kind == "partial" or token.text == tokens[0].text for token in rest):
        return None
    return found if any(token.kind == "name" for token in rest) else None


def _blocked(made: Families, lines: Sequence[Line]) -> Iterator[str]:
    """Bases with two letters whose members have one number: w_ji beside w1 … w8."""
    for line in lines:
        for token in line.tokens:
            found = made.indexed(token)
            if found is None or len(found.letters) < 2 or made.typed:
                continue
            numbered = [name for name in made.names if re.fullmatch(re.escape(found.base) + r"\d{1,2}", name)]
            if any(len(name) - len(found.base) == 1 for name in numbered):
                yield found.base


def _measure(made: Families, lines: Sequence[Line]) -> None:
    """How long every axis is: by what the text says, by the members it names, or some small number."""
    for line in lines:
        for token in line.tokens:
            found = made.indexed(token)
            for one, whole in made.axes(line.owner, found) if found else ():
                made.join(one, whole)
            if token.kind == "sum":
                _limit(made, line, token)
    _ranges(made, lines)
    _named_members(made, lines)
    sizes = count()
    for line in lines:
        for letter in sorted(made.letters):
            root = made.root(Axis(line.owner, letter))
            size = made.sizes.get(root) or (3, 2)[next(sizes) % 2]
            made.sizes[root] = CUT if size > LARGE and str(size) not in made.counted else size


def _limit(made: Families, line: Line, token: Token) -> None:
    said = LIMITS.match(limits_of(token))
    if said and said[2]:
        _sized(made, Axis(line.owner, said[1]), said[2])


def _sized(made: Families, axis: Axis, last: str) -> None:
    """An axis whose last member is a number, or has a letter for it."""
    if last.isdigit():
        root = made.root(axis)
        made.sizes[root] = max(made.sizes.get(root, 0), int(last))
    elif last in made.symbols:
        made.join(axis, made.symbols[last])
    else:
        made.symbols[last] = axis


def _ranges(made: Families, lines: Sequence[Line]) -> None:
    """`k = 1, 2, 3`: of the line that it stands in, and of the whole text where nothing else is said of the letter."""
    said: dict[str, set[str]] = {}
    for line in lines:
        for found in _RANGE.finditer(line.words):
            for letter in re.findall(f"[{LETTERS}]", found[1] + found[2]):
                _sized(made, Axis(line.owner, letter), found[3])
                said.setdefault(letter, set()).add(found[3])
    for line in lines:
        for letter, ends in said.items():
            axis = Axis(line.owner, letter)
            if len(ends) == 1 and made.root(axis) not in made.sizes:
                _sized(made, axis, next(iter(ends)))


def _named_members(made: Families, lines: Sequence[Line]) -> None:
    """x_1 and x_2 beside x_j: at least two members."""
    if made.typed:
        return
    meant = {canonical(name) for name in made.names} - {None}
    found = (made.indexed(token) for line in lines for token in line.tokens)
    for axis in dict.fromkeys(whole for name in found if name for _, whole in made.axes("", name)):
        arity, place = map(int, axis.place.split("."))
        name, opening, label = axis.owner.partition("(")
        pattern = re.compile(re.escape(name) + rf"(\d{{{arity}}})" + re.escape(opening + label))
        numbers = [int(match[1][place]) for key in made.names if (match := pattern.fullmatch(key))]
        if arity == 1:  # i1 and i2 are members of the x_j, too
            numbers += [n for n in range(1, 10) if canonical(Indexed(axis.owner, "").member(str(n))) in meant]
        if numbers:
            _sized(made, axis, str(max(numbers)))
            made.counted.add(str(max(numbers)))

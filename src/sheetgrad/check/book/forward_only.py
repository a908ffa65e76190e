"""Tables that compute a network and never train it: no gradient says what a formula should be, only its siblings do.

A dense layer uses every weight once. Where one weight stands in two sums and another in
none, and the numbers of the weights say which of the two is meant, that formula is
false; where they do not say it, it is a note. The same for sums of what has an
activation that nothing uses.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.compiled import Fixed, OnTrack
from sheetgrad.check.book.edits import parts, swapped
from sheetgrad.check.book.frames import references as cells_of
from sheetgrad.check.book.frames import tables
from sheetgrad.check.book.headers import ABOVE, head, heads, texts_of
from sheetgrad.check.book.recovered import recognised_function
from sheetgrad.check.book.roles import constant_value, roles
from sheetgrad.check.book.spelling import formula as spelled
from sheetgrad.check.book.spelling import where
from sheetgrad.check.findings import Finding, Judged
from sheetgrad.expr import Call, Product, Ref, Sum, references
from sheetgrad.read.book.cells import Range, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.book.frames import Table
    from sheetgrad.check.book.roles import Roles
    from sheetgrad.expr import Expr
    from sheetgrad.read.book.cells import Book, Sheet, Tree

WEIGHT = re.compile(r"w(\d+)")
FEWEST_WEIGHTS = 5
"""Weights that stand in one sum each, for one that stands in two to be a slip."""


class Pass(NamedTuple):
    """A forward pass: the weighted sums with the weight and the input of each product, and the activations of sums."""

    roles: Roles
    sums: Mapping[str, tuple[tuple[str, str], ...]]
    activations: Mapping[str, str]
    """By the sum that it is made from."""
    said: Mapping[str, str]
    """What heads call tracks."""

    @property
    def table(self) -> Table:
        """Where it stands."""
        return self.roles.table


class OnlyForward(NamedTuple):
    """What is said about a forward pass."""

    table: Table
    words: str
    trained: bool
    """Whether something follows from the line before all the same: weights that are trained in a way not understood."""
    findings: list[Finding]
    equalities: list[Judged]


def forward_only(book: Book, sheet: Sheet) -> Iterator[OnlyForward]:
    """The forward passes of a sheet on which nothing is trained."""
    for table in tables(sheet):
        found = _pass(roles(book, table))
        if found is None:
            continue
        findings = [*_twice(found), *_without_activation(book, found)]
        weights = {weight for products in found.sums.values() for weight, _ in products}
        words = f"{sheet.name}: a forward pass with {len(weights)} weights, which nothing trains"
        yield OnlyForward(table, words, bool(found.roles.states), findings, list(_counted(found, findings)))


def _pass(taken: Roles) -> Pass | None:
    sums = {}
    pairs = [pair for value in taken.definitions.values() for pair in _pairs(value) or ()]
    counts = Counter(name for pair in pairs for name in pair)
    for name, value in taken.definitions.items():
        products = _products(taken, value, counts)
        if products is not None and len(products) > 1:
            sums[name] = products
    activations = {}
    for name, value in taken.definitions.items():
        right = recognised_function(value)
        if isinstance(right, Call) and len(used := references(right)) == 1 and used[0].symbol.name in sums:
            activations[used[0].symbol.name] = name
    weights = {weight for products in sums.values() for weight, _ in products}
    typed = all(_is_typed(taken, weight) for weight in weights)
    return Pass(taken, sums, activations, _said(taken)) if activations and typed else None


def _is_typed(taken: Roles, name: str) -> bool:
    """Whether a weight is a number of this book: one that is looked up may well be trained in another place."""
    source = taken.compiler.sources[name]
    if isinstance(source, OnTrack):
        return source.across not in taken.rules or name in taken.states
    if isinstance(source, Fixed):
        sheets = (sheet for sheet in taken.compiler.book.sheets if sheet.name == source.sheet)
        cell = next((sheet.cells.get(source.place) for sheet in sheets), None)
        return cell is not None and cell.formula is None
    return False


def _said(taken: Roles) -> dict[str, str]:
    """What the heads call the columns of the table, and those between them that no formula names."""
    table = taken.table
    said = {taken.name(across): head.key for across, head in heads(table, texts_of(table)).items() if not head.wrt}
    for across in range(min(table.tracks), max(table.tracks)):
        here = table.sheet.cells.get(table.place(across, table.first))
        if across not in table.tracks and here is not None and isinstance(here.value, float | int):
            above = (table.sheet.cells.get(table.place(across, table.first - lines)) for lines in range(1, ABOVE + 1))
            texts = [cell.value for cell in above if cell is not None and isinstance(cell.value, str)]
            said |= {taken.name(across): head(texts[0]).key} if texts else {}
    return said


def _pairs(value: Expr) -> list[tuple[str, str]] | None:
    """The two factors of each product of a sum; None where a term is more than that."""
    found = []
    for term in value.terms if isinstance(value, Sum) else ():
        match term:
            case Ref():
                continue
            case Product(factors=(Ref(symbol=one), Ref(symbol=other))):
                found.append((one.name, other.name))
            case _:
                return None
    return found


def _products(taken: Roles, value: Expr, counts: Mapping[str, int]) -> tuple[tuple[str, str], ...] | None:
    """The weight and the input of each product of a weighted sum; None for anything else.

    The input is what is computed, or else what more sums take in, or else what differs from line to line.
    """
    found = []
    for pair in _pairs(value) or ():
        given = [name for name in pair if name not in taken.definitions]
        if len(given) == 2 and counts[given[0]] != counts[given[1]]:
            given = [min(given, key=lambda name: counts[name])]
        elif len(given) == 2:
            given = [name for name in given if _is_fixed(taken, name)]
        if len(given) != 1:
            return None
        found.append((given[0], pair[1] if given[0] == pair[0] else pair[0]))
    return tuple(found)


def _is_fixed(taken: Roles, name: str) -> bool:
    """Whether a symbol is a number that all lines share, or that is typed and changed now and then: a weight may be."""
    source = taken.compiler.sources[name]
    if name in taken.states:
        return True
    if isinstance(source, OnTrack):
        return source.across not in taken.rules and constant_value(taken.table, source.across) is not None
    return isinstance(source, Fixed)


def _twice(found: Pass) -> Iterator[Finding]:
    """A weight that stands in two sums, where another of its kind stands in none."""
    uses = Counter(weight for products in found.sums.values() for weight, _ in products)
    twice = [weight for weight, count in uses.items() if count == 2]
    named = {use.symbol.name for value in found.roles.definitions.values() for use in references(value)}
    numbers = {name: int(match[1]) for name, key in found.said.items() if (match := WEIGHT.fullmatch(key))}
    idle = [name for name in numbers if name not in named and name not in found.roles.definitions]
    if len(twice) != 1 or len(idle) != 1 or max(uses.values()) > 2 or len(uses) < FEWEST_WEIGHTS:
        return
    if twice[0] not in numbers or Counter(numbers.values()).most_common(1)[0][1] > 1:
        return
    places = [name for name, products in found.sums.items() if twice[0] in {weight for weight, _ in products}]
    fits = [name for name in places if _regular(found, numbers, name, twice[0], idle[0])]
    was, now = found.said[twice[0]], found.said[idle[0]]
    for name in fits if len(fits) == 1 else places[:1]:
        sure = len(fits) == 1 and len(places) > 1
        words = f"{was} stands in two sums and {now} in none: every weight of a layer belongs to one sum"
        end = f"; by the numbers of the others {now} belongs here." if sure else "."
        yield _finding(found, name, "wrong-index", {twice[0]: idle[0]} if sure else {}, words + end, sure=sure)


def _regular(found: Pass, numbers: Mapping[str, int], name: str, twice: str, idle: str) -> bool:
    """Whether the weights are numbered evenly along each layer once the idle one stands in that sum."""
    layers: dict[tuple[str, ...], list[list[int]]] = {}
    for other, products in found.sums.items():
        row = [idle if other == name and weight == twice else weight for weight, _ in products]
        if any(weight not in numbers for weight in row):
            return False
        layers.setdefault(tuple(source for _, source in products), []).append([numbers[weight] for weight in row])
    rows = [row for layer in layers.values() for row in layer]
    columns = [list(column) for layer in layers.values() for column in zip(*layer, strict=True)]
    return all(len({b - a for a, b in pairwise(line)}) <= 1 for line in (*rows, *columns))


def _without_activation(book: Book, found: Pass) -> Iterator[Finding]:
    """Sums of sums, where each of these has an activation that no sum takes in."""
    taken_in = {source for products in found.sums.values() for _, source in products}
    for name, products in found.sums.items():
        inner = [source for _, source in products]
        if not all(source in found.activations for source in inner):
            continue
        right = {source: found.activations[source] for source in inner}
        if taken_in & set(right.values()):
            continue
        sure = not any(_is_named(book, found, one) for one in right.values())
        words = "It adds up the weighted sums, whose activations are computed beside them and go into no sum."
        yield _finding(found, name, "pre-activation", right, words, sure=sure)


def _is_named(book: Book, found: Pass, name: str) -> bool:
    """Whether any formula of the book names a cell of a track."""
    table = found.table
    for sheet in book.sheets:
        for place, cell in sheet.cells.items():
            for named in cells_of(cell.formula.tree) if cell.formula is not None else ():
                ends = (named.first, named.last) if isinstance(named, Range) else (named,)
                if (ends[0].sheet or sheet.name) != table.sheet.name:
                    continue
                tracks = [table.turned(end.at(place))[0] for end in ends]
                if any(found.roles.name(a) == name for a in range(min(tracks), max(tracks) + 1)):
                    return True
    return False


def _finding(found: Pass, name: str, code: str, changes: Mapping[str, str], words: str, *, sure: bool) -> Finding:
    table = found.table
    tracks = {found.roles.name(across): across for across in range(1, max(table.tracks) + 1)}
    across = tracks[name]
    held = [run for run in table.tracks[across].runs if run.formula is found.roles.main[across]]
    first, last = held[0].first, held[-1].last
    place, tree = table.place(across, first), found.roles.main[across].tree
    right = None if tree is None else _changed(tree, place, table, {tracks[a]: tracks[b] for a, b in changes.items()})
    return Finding(
        "false" if sure else "note", code, *place, where(table, across, first, last), found.said.get(name, name),
        "" if tree is None else spelled(tree, place), "" if right in {None, tree} else spelled(right, place), words,
    )  # fmt: skip


def _changed(tree: Tree, place: tuple[int, int], table: Table, tracks: Mapping[int, int]) -> Tree:
    """A formula that names other tracks."""
    for _, part in list(parts(tree)):
        if isinstance(part, Reference):
            across, line = table.turned(part.at(place))
            if across in tracks:
                row, column = table.place(tracks[across], line)
                tree = swapped(tree, part, Reference(row - place[0], column - place[1]))
    return tree


def _counted(found: Pass, findings: list[Finding]) -> Iterator[Judged]:
    """The forward formulas: the network is made from them."""
    false = {(one.line, one.column) for one in findings if one.verdict == "false"}
    tracks = {found.roles.name(across): across for across in found.table.tracks}
    for name in (*found.sums, *found.activations.values()):
        row, column = found.table.place(tracks[name], found.table.first)
        wrong = any(found.table.turned(place)[0] == tracks[name] for place in false)
        yield Judged(row, column, "false" if wrong else "true", found.said.get(name, name), "")

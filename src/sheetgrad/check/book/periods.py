"""At what distance the formulas of a sheet come back: how many rows (or columns) one step takes."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.book.frames import references
from sheetgrad.read.book.cells import Call, Range, Reference

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from sheetgrad.read.book.cells import Cell, Formula, Sheet, Tree

MOST_PERIODS = 16
"""Distances that are tried."""
ENOUGH, NEARLY = 0.6, 0.2
"""The share of formulas that must come back, and by how much less than at the best distance."""


class Repeat(NamedTuple):
    """Formulas that come back: how far apart, and the first and the last that do."""

    stride: int
    first: int
    last: int


class _Stretch(NamedTuple):
    """Cells of a column that follow each other and hold one formula; `form` is that without its fixed rows."""

    across: int
    start: int
    length: int
    form: Hashable


def cells_of(sheet: Sheet, *, sideways: bool) -> dict[int, dict[int, Cell]]:
    """The formulas of a sheet, by column and row; by row and column where it lies on its side."""
    found: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sheet.cells.items():
        if cell.formula is not None:
            across, along = (row, column) if sideways else (column, row)
            found.setdefault(across, {})[along] = cell
    return found


def repeat(sheet: Sheet, *, sideways: bool) -> Repeat | None:
    """How the formulas of a sheet come back; None where they do not.

    Of distances at which about as many come back, the shortest is that of a step.
    """
    stretches = list(_stretches(cells_of(sheet, sideways=sideways), sideways=sideways))
    starts: dict[Hashable, list[int]] = {}
    for stretch in stretches:
        starts.setdefault(_key(stretch), []).append(stretch.start)
    votes: Counter[int] = Counter()
    for found in starts.values():
        votes.update(later - earlier for earlier, later in pairwise(found))
    where = {key: set(found) for key, found in starts.items()}
    scores = {stride: _share(stretches, where, stride) for stride, _ in votes.most_common(MOST_PERIODS)}
    best = max(scores.values(), default=0.0)
    good = [stride for stride, share in scores.items() if share >= max(ENOUGH, best - NEARLY)]
    return _extent(stretches, where, min(good)) if good else None


def _key(stretch: _Stretch) -> Hashable:
    return stretch.across, stretch.length, stretch.form


def _share(stretches: list[_Stretch], where: Mapping[Hashable, set[int]], stride: int) -> float:
    """The share of formulas that come back at a distance, of those that could."""
    last = max(stretch.start for stretch in stretches)
    could = [stretch for stretch in stretches if stretch.start + stride <= last]
    return sum(stretch.start + stride in where[_key(stretch)] for stretch in could) / len(could) if could else 0.0


def _extent(stretches: list[_Stretch], where: Mapping[Hashable, set[int]], stride: int) -> Repeat:
    back = [stretch for stretch in stretches if stretch.start + stride in where[_key(stretch)]]
    last = max(stretch.start + stretch.length for stretch in back) - 1 + stride
    return Repeat(stride, min(stretch.start for stretch in back), last)


def _stretches(cells: Mapping[int, Mapping[int, Cell]], *, sideways: bool) -> Iterator[_Stretch]:
    forms: dict[int, Hashable] = {}
    for across in sorted(cells):
        column = cells[across]
        start, before, formula = 0, -1, None
        for along in sorted(column):
            here = column[along].formula
            if along == before + 1 and here is formula:
                before = along
                continue
            if formula is not None:
                yield _Stretch(across, start, before - start + 1, _known(formula, forms, sideways=sideways))
            start, before, formula = along, along, here
        if formula is not None:
            yield _Stretch(across, start, before - start + 1, _known(formula, forms, sideways=sideways))


def _known(formula: Formula, forms: dict[int, Hashable], *, sideways: bool) -> Hashable:
    found = forms.get(id(formula))
    if found is None:
        found = forms[id(formula)] = form(formula, sideways=sideways)
    return found


def form(formula: Formula, *, sideways: bool) -> Hashable:
    """What tells formulas apart that are not simply copies: rows that are fixed, or of other sheets, do not."""
    if formula.tree is None:
        return formula.shape
    named = list(references(formula.tree))
    ends = [end for one in named for end in ((one.first, one.last) if isinstance(one, Range) else (one,))]
    if not any(end.sheet is not None or (end.column_fixed if sideways else end.row_fixed) for end in ends):
        return formula.shape
    return _loose(formula.tree, sideways=sideways)


def _loose(tree: Tree, *, sideways: bool) -> Hashable:
    match tree:
        case Call(function=function, arguments=arguments):
            return (function, *(_loose(argument, sideways=sideways) for argument in arguments))
        case Range(first=first, last=last):
            return ("range", _loose(first, sideways=sideways), _loose(last, sideways=sideways))
        case Reference() if tree.sheet is not None or (tree.column_fixed if sideways else tree.row_fixed):
            return (tree.sheet, tree.row if sideways else tree.column)
        case Reference() if sideways:
            return (tree.row, tree.column, tree.row_fixed)
        case Reference():
            return (tree.row, tree.column, tree.column_fixed)
    return tree

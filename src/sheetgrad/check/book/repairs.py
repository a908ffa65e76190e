"""The smallest edit of the author's own formula that makes it right, and what the mistake is called."""

from __future__ import annotations

from itertools import combinations, islice
from typing import TYPE_CHECKING

from sheetgrad.check.book.called import is_fixed, is_pair, mistake, rate_cells, symbol_of
from sheetgrad.check.book.compiled import Fixed
from sheetgrad.check.book.edits import Edit, far, lost_factor, near, other_cell, parts, swapped, together, typed
from sheetgrad.check.book.kinds import kinds
from sheetgrad.check.book.reasons import reason
from sheetgrad.check.book.roles import constant_value
from sheetgrad.check.book.unfolding import spelled
from sheetgrad.check.case import Repair
from sheetgrad.read.book.cells import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.stretches import Stretch
    from sheetgrad.check.points import Values
    from sheetgrad.read.book.cells import Tree

MOST_NEAR, MOST_FAR = 1_000, 1_000
"""Edits of one formula that are tried."""


def repaired(
    judge: TableJudge, stretch: Stretch, accept: Callable[[Values], bool], exact: tuple[str, str] | None = None
) -> tuple[Repair, Tree | None]:
    """The repair, and the right formula; `exact` is the derivative ∂of/∂wrt that a column should be."""
    tree = stretch.formula.tree
    if tree is None:
        return Repair("false", "", "It differs from what it should be."), None
    missing = _missing_path(judge, stretch, exact)
    sort = kinds(judge.made)
    given = _given(judge, stretch)
    tries: tuple[tuple[Callable[[], Iterator[Edit]], int], ...] = (
        (lambda: typed(tree, given), MOST_NEAR),
        (lambda: _kin(judge, stretch, tree, sort), MOST_NEAR),
        (lambda: near(tree, (), _settings(judge, stretch)), MOST_NEAR),
        (lambda: lost_factor(tree, _candidates(judge, stretch), _typed_rates(judge, stretch)), MOST_NEAR),
        (lambda: other_cell(tree, _candidates(judge, stretch)), MOST_NEAR),
        (lambda: _two_kin(judge, stretch, tree, sort), MOST_NEAR),
        (lambda: far(tree, _candidates(judge, stretch)), MOST_FAR),
    )
    for edits, most in tries:
        for edit in islice(edits(), min(most, judge.patience)):
            judge.patience -= 1
            value = judge.valued(stretch.across, edit.tree, stretch.last)
            if value is not None and edit.tree != tree and _names_cells(edit.tree) and accept(value):
                code = missing or mistake(judge, stretch, edit, sort)
                words = reason(judge, stretch, edit, code, exact)
                return Repair(code, spelled(judge.table, edit.tree, stretch.across, stretch.first), words), edit.tree
    code = missing or "false"
    return Repair(code, "", reason(judge, stretch, None, code, exact)), None


def _kin(judge: TableJudge, stretch: Stretch, tree: Tree, sort: dict[str, tuple[str, int]]) -> Iterator[Edit]:
    """One cell for another of the same sort, or an activation for its sum."""
    found = [part for _, part in parts(tree) if isinstance(part, Reference)]
    fixed = _given_cells(judge)
    for was in dict.fromkeys(found):
        symbol = symbol_of(judge, stretch, was)
        mine = sort.get(symbol)
        options = []
        for other in _at_all(judge, stretch, was):
            name = symbol_of(judge, stretch, other)
            if name and name != symbol and (sort.get(name) == mine or is_pair(judge, symbol, name)):
                options.append(other)
        options += [cell for name, cell in fixed.items() if name != symbol and sort.get(name) == mine]
        for edit in other_cell(tree, options):
            if edit.was == was:
                yield edit
    yield from _other_lines(judge, stretch, tree, found)


def _given_cells(judge: TableJudge) -> dict[str, Reference]:
    """Single cells that flow into the loss: inputs and targets that are given once for all steps."""
    found = {}
    for name in sorted(judge.made.loss_inputs):
        source = judge.roles.compiler.sources.get(name)
        if isinstance(source, Fixed):
            sheet = None if source.sheet == judge.table.sheet.name else source.sheet
            found[name] = Reference(*source.place, row_fixed=True, column_fixed=True, sheet=sheet)
    return found


def _two_kin(judge: TableJudge, stretch: Stretch, tree: Tree, sort: dict[str, tuple[str, int]]) -> Iterator[Edit]:
    """Two cells for two others of their sorts."""
    for one in list(_kin(judge, stretch, tree, sort)):
        for two in _kin(judge, stretch, one.tree, sort) if one.kind == "cell" else ():
            if two.kind == "cell" and two.was not in {one.was, one.now}:
                yield Edit(two.tree, "cell", one.was, one.now)


def _other_lines(judge: TableJudge, stretch: Stretch, tree: Tree, found: list[Reference]) -> Iterator[Edit]:
    """The same track on another line, or several: frozen, drifting, or so many lines off."""
    table = judge.table
    here = table.place(stretch.across, stretch.last)
    moved: dict[int, list[tuple[Reference, Reference]]] = {0: [], -1: []}
    for was in dict.fromkeys(found):
        if was.sheet not in {None, table.sheet.name}:
            continue
        across, line = table.turned(was.at(here))
        if not table.holds(across, line):
            continue
        for shift, pairs in moved.items():
            now = _reference(judge, across, shift, here)
            if now.at(here) != was.at(here) or is_fixed(judge, was):
                pairs.append((was, now))
                yield Edit(swapped(tree, was, now), "line", was, now)
    for pairs in moved.values():
        yield from together(tree, pairs)


def _reference(judge: TableJudge, across: int, shift: int, here: tuple[int, int]) -> Reference:
    """A cell of the table, relative to the formula."""
    if judge.table.sideways:
        return Reference(across - here[0], shift)
    return Reference(shift, across - here[1])


def _at_all(judge: TableJudge, stretch: Stretch, was: Reference) -> Iterator[Reference]:
    """Every track of the table on the same line as a reference."""
    table = judge.table
    here = table.place(stretch.across, stretch.last)
    _, line = table.turned(was.at(here))
    shift = line - stretch.last
    if is_fixed(judge, was) or was.sheet not in {None, table.sheet.name} or abs(shift) > 3:
        shift = -1 if stretch.across in judge.roles.states.values() and not judge.roles.shift else 0
    later = _made_from(judge, stretch) if not shift else frozenset()
    for across in table.tracks:
        if across not in later:
            yield _reference(judge, across, shift, here)


def _made_from(judge: TableJudge, stretch: Stretch) -> frozenset[int]:
    """Tracks of a line that are computed from a track, and itself: naming them would be a circle."""
    if stretch.across in judge.roles.states.values():
        return frozenset()
    names = judge.roles.depends({judge.roles.name(stretch.across)})
    return frozenset(judge.tracks[name] for name in names if name in judge.tracks)


def _candidates(judge: TableJudge, stretch: Stretch) -> list[Reference]:
    """Cells that a formula may name in place of another, or as a factor more."""
    table = judge.table
    here = table.place(stretch.across, stretch.last)
    is_state = stretch.across in judge.roles.states.values()
    shift = -1 if is_state and not judge.roles.shift else 0
    found = rate_cells(judge) if is_state else []
    later = _made_from(judge, stretch)
    for across in table.tracks:
        made = _reference(judge, across, shift, here)
        known = symbol_of(judge, stretch, made) in judge.made.points.values
        if known and across != stretch.across and across not in later:
            found.append(made)
    return found


def _names_cells(tree: Tree) -> bool:
    """Whether a formula is more than numbers."""
    return any(isinstance(part, Reference) for _, part in parts(tree))


def _given(judge: TableJudge, stretch: Stretch) -> list[tuple[Reference, float]]:
    """Cells on the same line that never change, with what they hold."""
    here = judge.table.place(stretch.across, stretch.last)
    found = []
    for across in judge.table.tracks:
        number = constant_value(judge.table, across) if judge.roles.name(across) in judge.roles.leaves else None
        if number is not None:
            found.append((_reference(judge, across, 0, here), number))
    return found


def _typed_rates(judge: TableJudge, stretch: Stretch) -> list[float]:
    """The learning rates that other updates have typed into them."""
    if stretch.across not in judge.roles.states.values():
        return []
    rates = [rate.factor for rate in judge.report.rates.values() if not rate.symbol and rate.factor]
    if judge.optimizing is not None:
        rates += judge.optimizing.numbers("eta")
    return list(dict.fromkeys(rates))


def _settings(judge: TableJudge, stretch: Stretch) -> list[float]:
    """The numbers that an optimizer is set with, and what they leave of 1."""
    moved = judge.optimizing
    if moved is None or stretch.across not in moved.wanted:
        return []
    numbers = [number for name in moved.settings for number in moved.numbers(name)]
    return list(dict.fromkeys([*numbers, *(1 - number for number in numbers)]))


def _missing_path(judge: TableJudge, stretch: Stretch, exact: tuple[str, str] | None) -> str:
    """The code for a derivative that counts some of the ways to the loss, and not all."""
    from sheetgrad.check.network import Network
    from sheetgrad.check.paths import MOST_PATHS, path_value, paths

    if exact is None or stretch.value is None:
        return ""
    value = judge.made.value(stretch.value)
    network = Network("own", "", judge.made.points.definitions, judge.made.roles.leaves)
    ways = list(islice(paths(network, *exact), MOST_PATHS + 1))
    if value is None or not 2 <= len(ways) <= MOST_PATHS:
        return ""
    values = [judge.made.factor * path_value(network, way) for way in ways]
    for count in range(1, len(ways)):
        for chosen in combinations(values, count):
            if judge.made.close(value, sum(chosen)):  # type: ignore[arg-type]  # a sum of arrays
                return "missing-path"
    return ""

"""A slip in the forward part: one small edit of a forward formula that makes several gradients right at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import NotReadError
from sheetgrad.check.book.edits import lost_factor, near, other_cell, typed
from sheetgrad.check.book.families import Copies, beside, families
from sheetgrad.check.book.oddities import odd
from sheetgrad.check.book.recovered import recognised_function
from sheetgrad.check.book.roles import constant_value
from sheetgrad.check.book.understood import is_right, with_loss
from sheetgrad.check.book.update_rates import column_used
from sheetgrad.expr import references, substitute
from sheetgrad.read.book.cells import Call, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.expr import Expr
    from sheetgrad.read.book.cells import Tree

MOST_EDITS = 700
"""Edits of one forward formula that are tried."""
MOST_ROUNDS = 6
"""Forward formulas that are put right one after the other."""


def put_right(made: Understood, heads: dict[int, Head]) -> Understood:
    """The network with its forward formulas as they were meant, where that makes more gradients right."""
    for _ in range(MOST_ROUNDS):
        wrong = [symbol for symbol in (*made.parameters, *_cut_off(made)) if not is_right(made, symbol)]
        if not wrong:
            return made
        names = odd(made, heads)
        if len(wrong) == len(made.parameters):  # what is wrong may be the loss itself
            ends = [made.loss, *(use.symbol.name for use in references(made.definitions[made.loss]))]
            names += [name for name in ends if name in made.roles.definitions and name not in names]
        better = _better(made, wrong, names)
        if better is None:
            return made
        made = better
    return made


def _cut_off(made: Understood) -> list[str]:
    """States that move like weights and do not reach the loss: a column that should name another leaves them out."""
    states = made.roles.states
    return [s for s in states if s not in made.parameters and column_used(made, s, made.roles.updates[s])[0]]


def _better(made: Understood, wrong: list[str], names: list[str]) -> Understood | None:
    """The first change that makes every wrong gradient right, or the one that makes most of them so."""
    best: Understood | None = None
    most = 0
    for changes in chain(_copied(made, names), _together(made, names), _alone(made, names)):
        gained = _gained(made, changes, wrong)
        if gained is not None and gained[0] > most:
            most, best = gained
            if most == len(wrong):
                return best
    return best


def _alone(made: Understood, names: list[str]) -> Iterator[dict[str, Expr]]:
    """One formula changed."""
    for name in names:
        for value in islice(_edited(made, name), MOST_EDITS):
            yield {name: value}


def _copied(made: Understood, names: list[str]) -> Iterator[dict[str, Expr]]:
    """The same change in every copy of one formula, as the samples of a step have it."""
    roles, table = made.roles, made.roles.table
    if table.layout is None:
        return
    copies = Copies(roles.compiler.book, table)
    for first, members in families(table, table.last - 1).items():
        if roles.name(first) not in names or not all(roles.name(other) in made.points.definitions for other in members):
            continue
        for tree in islice(_trees(made, first, beside(table, first)), MOST_EDITS):
            changes = {}
            for other in members:
                moved = copies.moved(tree, first, other, table.last - 1)
                value = None if moved is None else _read(made, moved, other, table.last - 1)
                if value is None:
                    break
                changes[roles.name(other)] = value
            if len(changes) == len(members):
                yield changes


def _together(made: Understood, names: list[str]) -> Iterator[dict[str, Expr]]:
    """The same change in every formula of one form, as when a sigmoid is typed wrongly once and copied."""
    groups: dict[object, list[str]] = {}
    for name in names:
        tree = _tree(made, name)
        if tree is not None:
            groups.setdefault(_form(tree), []).append(name)
    for members in groups.values():
        if len(members) > 1:
            for values in zip(*(_edited(made, name, cells=False) for name in members), strict=False):
                yield dict(zip(members, values, strict=True))


def _tree(made: Understood, name: str) -> Tree | None:
    across = next((a for a in made.roles.table.tracks if made.roles.name(a) == name), None)
    formula = None if across is None else made.roles.main.get(across)
    return None if formula is None else formula.tree


def _form(tree: Tree) -> object:
    """A formula without the cells that it names."""
    if isinstance(tree, Call):
        return (tree.function, *map(_form, tree.arguments))
    return "cell" if isinstance(tree, Reference) else tree


def _gained(made: Understood, changes: dict[str, Expr], wrong: list[str]) -> tuple[int, Understood] | None:
    """How many more updates are right under other forward formulas; None where none is, or one is lost."""
    roles = made.roles
    if any(name in roles.ancestors(value) for name, value in changes.items()):
        return None
    changed = replace(roles, definitions=roles.definitions | changes)
    changed.reorder()
    parts: tuple[str, ...] = ()
    if made.loss not in roles.definitions:
        parts = tuple(use.symbol.name for use in references(made.definitions[made.loss]))
    tried = with_loss(changed, made.loss, parts)
    tried.factor = made.factor
    if not set(tried.parameters) >= set(made.parameters):
        return None
    if any(_only_turned(made, tried, name) or _unknown(made, tried, name) for name in changes):
        return None
    gained = 0
    for symbol in tried.parameters:
        good = symbol in tried.points.values and is_right(tried, symbol)
        # Where nothing reaches the loss any more, every gradient is zero and any update would be right.
        before = symbol in made.parameters
        silenced = before and made.derivative(symbol).any() and not tried.derivative(symbol).any()
        if silenced or (before and not good and symbol not in wrong):
            return None
        gained += good and symbol in wrong
    return (gained, tried) if gained else None


def _only_turned(made: Understood, tried: Understood, name: str) -> bool:
    """Whether a sum, or a loss that is never negative, has only got another sign: then the gradients are wrong."""
    before, after = made.points.values[name], tried.points.values.get(name)
    if after is None or not made.points.close(before, -after):
        return False
    return bool((before >= 0).all()) if name == made.loss else len(references(made.definitions[name])) > 1


def _unknown(made: Understood, tried: Understood, name: str) -> bool:
    """Whether an activation that everybody knows would become one that nobody does."""
    before, after = made.definitions[name], tried.definitions.get(name)
    known = recognised_function(before)
    return after is not None and known is not before and recognised_function(after) is after and before is not after


def _edited(made: Understood, name: str, *, cells: bool = True) -> Iterator[Expr]:
    """Other readings of a forward formula, likeliest first."""
    roles = made.roles
    across = next((a for a in roles.table.tracks if roles.name(a) == name), None)
    formula = None if across is None else roles.main.get(across)
    if across is None or formula is None or formula.tree is None:
        return
    line = next(run for run in roles.table.tracks[across].runs if run.formula is formula).last
    for tree in _trees(made, across, roles.table.tracks, cells=cells):
        value = _read(made, tree, across, line)
        if value is not None:
            yield value


def _trees(made: Understood, across: int, tracks: Iterable[int], *, cells: bool = True) -> Iterator[Tree]:
    """Small changes of the formula of a track, likeliest first."""
    roles = made.roles
    formula = roles.main.get(across)
    if formula is None or formula.tree is None:
        return
    others: list[Reference] = []
    given: list[tuple[Reference, float]] = []
    for track in tracks:
        reference = Reference(track - across, 0) if roles.table.sideways else Reference(0, track - across)
        if track != across and (roles.name(track) in made.points.values or track in roles.states.values()):
            others.append(reference)
            if roles.name(track) in roles.leaves and (number := constant_value(roles.table, track)) is not None:
                given.append((reference, number))
    swaps = (*typed(formula.tree, given), *other_cell(formula.tree, others)) if cells else ()
    lost = lost_factor(formula.tree, others) if cells else ()
    for edit in (*swaps, *near(formula.tree, ()), *lost):
        yield edit.tree


def _read(made: Understood, tree: Tree, across: int, line: int) -> Expr | None:
    """A changed formula over the quantities of the table; None where it names anything else."""
    try:
        value = made.roles.compiler.tree(tree, across, line)
    except NotReadError:
        return None
    value = substitute(value, made.roles.same, tidy=False)
    used = references(value)
    known = made.points.values.keys() | made.roles.states.keys()
    return value if used and all(use.symbol.name in known for use in used) else None

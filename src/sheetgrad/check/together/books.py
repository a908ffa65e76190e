"""What a checked table of a workbook says of its network, for comparing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import Fixed
from sheetgrad.check.book.naming import gradient_name, plain_names
from sheetgrad.check.book.spelling import address, where
from sheetgrad.check.book.spelling import formula as spelled
from sheetgrad.check.book.stretches import stretches
from sheetgrad.check.together.facts import Facts, Gradient, Place, Quoted
from sheetgrad.expr import Expr, Ref, Symbol, references, substitute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.findings import Finding

MOST_LINES = 20_000
"""Losses that are kept."""
MOST_INNER = 12
"""Levels of helper columns that are written out."""
DIGITS = 1e-9
"""Relative: numbers of a sheet are stored with fifteen digits, or with ten."""


def facts_of(judge: TableJudge) -> Facts:
    """What one table says."""
    made, table = judge.made, judge.table
    plain = facts_of_table(made, judge.heads, judge.names)
    repeats = carried(made)
    used = {use.symbol.name for value in plain.definitions.values() for use in references(value)}
    leaves = [name for name in dict.fromkeys((*made.parameters, *sorted(used))) if name not in plain.definitions]
    loss = judge.tracks.get(made.loss)
    is_plain = loss is not None and judge.roles.shift == 0 and table.steps <= MOST_LINES
    place = table.place(loss or 0, table.first)
    return replace(
        plain,
        stated={name: _column(judge, name) for name in plain.definitions if name in judge.tracks},
        gradients={symbol: one for symbol in made.parameters if (one := _gradient(judge, symbol, repeats)) is not None},
        given={name: (number,) for name in leaves if (number := _start(judge, name)) is not None},
        rates=_rates(judge),
        losses=tuple(judge.stored.track(loss).tolist()) if loss is not None and is_plain else (),
        first=Place(*place, f"{table.sheet.name}!{address(place)}"),
        down=not table.sideways,
    )


def facts_of_table(made: Understood, heads: dict[int, Head], names: Mapping[str, str] | None = None) -> Facts:
    """The network that a table computes, before anything is judged."""
    repeats = carried(made)
    definitions = {
        name: substitute(value, repeats, tidy=False)
        for name, value in made.definitions.items()
        if Ref(Symbol(name)) not in repeats
    }
    called = dict(plain_names(made, heads) if names is None else names)
    called |= {_name(root): called.get(_name(key), _name(key)) for key, root in repeats.items()}
    return Facts(definitions, made.loss, made.parameters, called, {}, sheet=made.roles.table.sheet.name)


def carried(made: Understood) -> dict[Expr, Expr]:
    """Columns that only repeat a given cell, and that cell."""
    definitions = made.definitions
    found: dict[Expr, Expr] = {}
    for name, value in definitions.items():
        if isinstance(value, Ref) and name != made.loss:
            root = found.get(value, value)
            if _name(root) not in definitions and _name(root) not in made.parameters:
                found[Ref(Symbol(name))] = root
    return found


def _name(node: Expr) -> str:
    assert isinstance(node, Ref)  # noqa: S101 -- columns and cells are nothing else
    return node.symbol.name


def _column(judge: TableJudge, name: str) -> Place:
    table, across = judge.table, judge.tracks[name]
    return Place(*table.place(across, table.first), where(table, across, table.first, table.last))


def _gradient(judge: TableJudge, symbol: str, repeats: dict[Expr, Expr]) -> Gradient | None:
    """The column that is the gradient of a weight, with the verdict on it."""
    made = judge.made
    column = next((name for name, owner in judge.report.owners.items() if owner == symbol), None)
    verdict = judge.report.gradients.get(judge.names.get(symbol, symbol))
    held = [] if column is None else stretches(made, judge.tracks[column])
    if column is None or verdict not in {"true", "false"} or not held:
        return None
    quantity = gradient_name(made, judge.names, symbol)
    wrong = judge.report.wrong.get(judge.tracks[column], [])
    if (verdict == "false") != bool(wrong):
        return None
    one = wrong[0] if wrong else held[0]
    found: Finding | None = next(
        (f for f in judge.report.findings if wrong and f.place == judge.place(one) and f.verdict == "false"), None
    )
    if wrong and found is None:
        return None
    row, line = judge.table.place(one.across, one.first)
    cells = judge.place(one) if wrong else where(judge.table, one.across, judge.table.first, judge.table.last)
    text = "" if one.formula.tree is None else spelled(one.formula.tree, (row, line))
    value = None if one.value is None else substitute(_written_out(judge, one.value), repeats, tidy=False)
    return Gradient(not wrong, Place(row, line, cells), text, value, quantity)


def _written_out(judge: TableJudge, value: Expr) -> Expr:
    """The formula over the forward part: helper columns written out."""
    inner = judge.roles.definitions
    for _ in range(MOST_INNER):
        changes: dict[Expr, Expr] = {
            use: inner[use.symbol.name]
            for use in references(value)
            if use.symbol.name in inner and use.symbol.name not in judge.made.definitions
        }
        if not changes:
            break
        value = substitute(value, changes, tidy=False)
    return value


def _start(judge: TableJudge, symbol: str) -> Quoted | None:
    """The number that a given quantity has at the first step, and its cell."""
    from sheetgrad.check.book.reading import start_value

    value = start_value(judge.stored, judge.made, symbol, judge.table.first)
    if not math.isfinite(value):
        return None
    place = _cell(judge, symbol)
    return None if place is None else Quoted(value, DIGITS * abs(value), place)


def _cell(judge: TableJudge, symbol: str) -> Place | None:
    table = judge.table
    across = judge.roles.states.get(symbol, judge.tracks.get(symbol))
    source = judge.roles.compiler.sources.get(symbol)
    if across is not None:
        place = table.place(across, table.first)
        return Place(*place, f"{table.sheet.name}!{address(place)}")
    if isinstance(source, Fixed):
        return Place(*source.place, f"{source.sheet}!{address(source.place)}")
    return None


def _rates(judge: TableJudge) -> tuple[Quoted, ...]:
    """The learning rate, where all weights have the same."""
    rates = set(judge.report.rates.values())
    if len(rates) != 1 or len(judge.report.rates) < len(judge.made.parameters):
        return ()
    (rate,) = rates
    first = judge.table.first
    number = float(judge.stored.value(Ref(Symbol(rate.symbol)), first, first)[0]) if rate.symbol else 1.0
    value = rate.factor * number
    state = next(iter(judge.roles.states.values()))
    place = _cell(judge, rate.symbol) if rate.symbol else None
    if place is None:
        cell = judge.table.place(state, first)
        place = Place(*cell, where(judge.table, state, first, judge.table.last))
    return (Quoted(value, DIGITS * abs(value), place),) if math.isfinite(value) and value > 0 else ()

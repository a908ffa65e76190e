"""Heads that name another quantity than the one below them: the formulas are right, and the head is not.

What a column is comes from the dataflow. A head is called wrong only where the
columns around it, under their own heads, leave no other reading: the column headed
dE/dw4 that moves w3, or the column headed a_h2 that is the activation of h1.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.book.blame import most_common
from sheetgrad.check.book.gradient_columns import gradient_columns
from sheetgrad.check.book.kinds import is_activation
from sheetgrad.check.book.spelling import address
from sheetgrad.check.book.update_rates import column_used
from sheetgrad.check.findings import Finding
from sheetgrad.check.report.words import quantity
from sheetgrad.expr import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.book.headers import Head
    from sheetgrad.check.book.judging import TableJudge

SUM = re.compile(r"([ho])(\d+)")
ACTIVATION = re.compile(r"a_([ho])(\d+)")
TERM = re.compile(r"E(\d+)")
TARGET = re.compile(r"t(\d+)")
OUTPUT = re.compile(r"a_o(\d+)")


def misheaded(judge: TableJudge) -> None:
    """Say of every wrong head what stands below it."""
    for name, key, why in (*_gradients(judge), *_activations(judge), *_terms(judge)):
        across = judge.tracks[name]
        if across not in judge.report.wrong:
            judge.report.findings.append(_finding(judge, across, key, why))


def _finding(judge: TableJudge, across: int, key: str, why: str) -> Finding:
    head = judge.heads[across]
    row, column = judge.table.place(across, head.line)
    place = f"{judge.table.sheet.name}!{address((row, column))}"
    message = f"Below this head stands {quantity(key)}: {why}. The formulas are right; the head is not."
    return Finding("note", "wrong-header", row, column, place, key, head.text.strip(), quantity(key), message)


def _gradients(judge: TableJudge) -> Iterator[tuple[str, str, str]]:
    """Gradients that are headed for one weight and move another."""
    made = judge.made
    keys = {s: judge.heads[across].key for s, across in judge.roles.states.items() if across in judge.heads}
    counts = Counter(keys.values())
    said = {symbol: key for symbol, key in keys.items() if key and counts[key] == 1 and symbol in made.parameters}
    moved = {name: symbol for symbol in said for name in _moving(judge, symbol)}
    for name, symbol in moved.items():
        head = judge.heads.get(judge.tracks[name])
        other = next((s for s, key in said.items() if head is not None and key == head.wrt), None)
        if head is None or other is None or other == symbol or name in _moving(judge, other):
            continue
        if not made.close(made.derivative(symbol), made.derivative(other)):
            loss = head.of if head.of in judge.names.values() else judge.names[made.loss]
            yield name, f"d{loss}_d{said[symbol]}", f"{quantity(said[symbol])} is moved by it"


def _moving(judge: TableJudge, symbol: str) -> list[str]:
    """The columns by which a weight is moved rightly: the one it subtracts, and every one that is its gradient."""
    made = judge.made
    common = most_common(judge.report.rates.values())
    used = column_used(made, symbol, judge.roles.updates[symbol])[0]
    found = [used] if used in judge.tracks and judge.report.rates.get(symbol) == common else []
    exact = made.derivative(symbol)
    columns = [name for name in gradient_columns(made, symbol) if name in judge.tracks and exact.any()]
    return list(dict.fromkeys([*found, *(n for n in columns if made.close(made.points.values.get(n), exact))]))


def _activations(judge: TableJudge) -> Iterator[tuple[str, str, str]]:
    """Activations that are headed for another sum than the one they are made from, or like a sum."""
    heads = _alone(judge)
    for name in judge.made.definitions:
        inner = is_activation(judge.made, name)
        below = SUM.fullmatch(heads.get(inner or "", ""))
        if inner is None or name not in judge.tracks:
            continue
        key = _key(judge, name)
        mine = ACTIVATION.fullmatch(key)
        if below is not None and mine is not None and mine[1] == below[1] and mine[2] != below[2]:
            yield name, f"a_{below[0]}", f"it is the activation of {below[0]}"
        swapped = ACTIVATION.fullmatch(heads.get(inner, ""))
        if swapped is not None and heads.get(name) == f"{swapped[1]}{swapped[2]}" and inner in judge.tracks:
            yield name, swapped[0], "it is the activation of the column that is headed so"
            yield inner, heads[name], "its activation is the column that is headed so"


def _terms(judge: TableJudge) -> Iterator[tuple[str, str, str]]:
    """Terms of the loss, and targets, that are headed for another output than the one they belong to."""
    heads = _alone(judge)
    for name, value in judge.made.definitions.items():
        used = [use.symbol.name for use in references(value)]
        outputs = [(n, m[1]) for n in used if (m := OUTPUT.fullmatch(heads.get(n, "")))]
        targets = [(n, m[1]) for n in used if (m := TARGET.fullmatch(heads.get(n, "")))]
        term = TERM.fullmatch(_key(judge, name)) if name in judge.tracks else None
        if term is None or len(used) != 2 or len(outputs) != 1 or len(targets) != 1:
            continue
        (_, output), (target, number) = outputs[0], targets[0]
        if output == number != term[1]:
            yield name, f"E{output}", f"it compares {quantity(heads[outputs[0][0]])} with {quantity(heads[target])}"
        elif output == term[1] != number and target in judge.tracks:
            yield target, f"t{output}", f"E{output} compares {quantity(heads[outputs[0][0]])} with it"


def _key(judge: TableJudge, name: str) -> str:
    head: Head | None = judge.heads.get(judge.tracks[name])
    return "" if head is None or head.wrt else head.key


def _alone(judge: TableJudge) -> dict[str, str]:
    """What is said of every forward quantity by a head that no other column has."""
    keys = {name: _key(judge, name) for name in judge.tracks if name in judge.made.points.values}
    counts = Counter(keys.values())
    return {name: key for name, key in keys.items() if key and counts[key] == 1}

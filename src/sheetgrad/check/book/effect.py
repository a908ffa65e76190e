"""What a mistake does at the author's own numbers, and whether the loss curve could have shown it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.compiled import NotReadError
from sheetgrad.check.book.roles import in_order
from sheetgrad.expr import Ref, Symbol, substitute
from sheetgrad.syntax.dialects import DIALECTS
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.stretches import Stretch
    from sheetgrad.expr import Expr, Quantity
    from sheetgrad.read.book.cells import Tree

MOST_LINES = 20_000
"""Lines that are computed again with the right formulas."""
VISIBLE = 0.01
"""A curve that is nowhere further off than this share of its height looks the same."""
LARGE = 1e6
"""From here on the right value is nearly 0 somewhere, and a share of it says nothing."""


def off_by(judge: TableJudge, stretch: Stretch, tree: Tree) -> float | None:
    """How far a formula is from the right one at the stored numbers: the largest relative difference."""
    if stretch.value is None:
        return None
    try:
        right = judge.roles.compiler.tree(tree, stretch.across, stretch.last)
    except NotReadError:
        return None
    numpy = judge.stored.numpy
    here = judge.stored.value(stretch.value, stretch.first, stretch.last)
    wanted = judge.stored.value(substitute(right, judge.roles.same, tidy=False), stretch.first, stretch.last)
    good = numpy.isfinite(here) & numpy.isfinite(wanted) & (wanted != 0)
    if not good.any():
        return None
    return float((numpy.abs(here[good] - wanted[good]) / numpy.abs(wanted[good])).max())


def curve(judge: TableJudge, right: Mapping[int, Expr]) -> float | None:
    """How far the loss of the sheet is from the loss with the right formulas, as a share of its largest value."""
    roles, table = judge.roles, judge.table
    numpy = judge.stored.numpy
    loss = judge.tracks.get(judge.made.loss)
    if loss is None or roles.shift or table.steps > MOST_LINES or len(roles.states) != len(judge.made.parameters):
        return None
    rules = {**roles.rules, **right}
    step = _step(judge, rules)
    if step is None:
        return None
    state = {symbol: float(judge.stored.track(across)[0]) for symbol, across in roles.states.items()}
    leaves = {
        leaf: judge.stored.value(Ref(Symbol(leaf)), table.first, table.last)
        for leaf in roles.leaves
        if leaf not in state
    }
    made = []
    for line in range(table.steps):
        given = {leaf: float(values[line]) for leaf, values in leaves.items()}
        try:
            value, state = step(given, state)
        except (ArithmeticError, ValueError, NameError):  # a number too large, or a cell that is given nowhere
            return None
        made.append(value)
    stored = judge.stored.track(loss)
    if numpy.isnan(stored).all():
        return None
    height = float(numpy.nanmax(numpy.abs(stored)))
    gap = numpy.nanmax(numpy.abs(stored - numpy.array(made)))
    return float(gap / height) if height and numpy.isfinite(gap) else None


def _step(
    judge: TableJudge, rules: Mapping[int, Expr]
) -> Callable[[dict[str, float], dict[str, float]], tuple[float, dict[str, float]]] | None:
    """One line of the table as a function: from given numbers and weights to the loss and the next weights."""
    roles = judge.roles
    numbers: dict[str, str] = {}

    def name(quantity: Quantity) -> str:
        assert isinstance(quantity, Ref)  # noqa: S101 -- formulas of cells hold nothing else
        return numbers.setdefault(quantity.symbol.name, f"v{len(numbers)}")

    lines = ["def step(given, state):"]
    named = {roles.name(across): rules[across] for across in roles.table.tracks if across in rules}
    ordered, circular = in_order({symbol: named.get(symbol, value) for symbol, value in roles.definitions.items()})
    if circular:
        return None
    updates = {symbol: roles.update(rules[across]) for symbol, across in roles.states.items()}
    leaves = [leaf for leaf in roles.leaves if leaf not in roles.states]
    lines += [f"    {name(Ref(Symbol(leaf)))} = given[{leaf!r}]" for leaf in leaves]
    lines += [f"    {name(Ref(Symbol(symbol)))} = state[{symbol!r}]" for symbol in roles.states]
    python = DIALECTS["python"]
    known = set(leaves) | set(roles.states)
    for symbol, value in ordered.items():
        if not roles.ancestors(value) <= known | set(ordered):
            return None
        lines.append(f"    {name(Ref(Symbol(symbol)))} = {written(value, name, python)}")
    new = ", ".join(f"{symbol!r}: {written(value, name, python)}" for symbol, value in updates.items())
    lines.append(f"    return {name(Ref(Symbol(judge.made.loss)))}, {{{new}}}")
    import math

    space = {key: getattr(math, key) for key in ("exp", "log", "sqrt", "tanh")} | {"max": max, "min": min, "abs": abs}
    exec("\n".join(lines), space)  # noqa: S102 -- made of our own names and of numbers
    made: Callable[[dict[str, float], dict[str, float]], tuple[float, dict[str, float]]] = space["step"]
    return made


def size(judge: TableJudge, stretch: Stretch, tree: Tree) -> str:
    """How large a mistake is at the author's own numbers, and whether the curve shows it."""
    off = off_by(judge, stretch, tree)
    if off is None or not off < LARGE:
        return ""
    said = f" At the numbers of this sheet it is off by up to {words(off)}"
    try:
        right = judge.roles.compiler.tree(tree, stretch.across, stretch.last)
    except NotReadError:
        return f"{said}."
    shown = None
    if stretch.formula is judge.roles.main.get(stretch.across):
        shown = curve(judge, {stretch.across: substitute(right, judge.roles.same, tidy=False)})
    if shown is None:
        return f"{said}."
    if shown < VISIBLE:
        return f"{said}, and the loss by at most {words(shown)} of its height: the chart cannot show this."
    return f"{said}, and the loss by up to {words(shown)} of its height."


def words(share: float) -> str:
    """A share as people write it: 0.026 %."""
    return f"{100 * share:.2g} %"

"""A side made of numbers only: a value that is given, or one to be checked to its digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.at_given import agrees_at
from sheetgrad.check.numbers import agrees, is_numeric
from sheetgrad.check.pairs import Pair, Side, has_fraction
from sheetgrad.expr import Ref

if TYPE_CHECKING:
    from sheetgrad.check.judge import Judge


def numbers(judge: Judge, left: Side, right: Side) -> Pair | None:
    """A side made of numbers only: a value that is given, or one to be checked to its digits."""
    if left.node is None or right.node is None:
        return None
    if is_numeric(left.node) and is_numeric(right.node):
        good = agrees(left.member, right.member)
        if good is None:
            return Pair(left, right, "unread", right, "it has no value")
        return Pair(left, right, "true" if good else "false", None if good else right)
    if not is_numeric(right.node) and not is_numeric(left.node):
        return None
    symbolic, numeric = (left, right) if is_numeric(right.node) else (right, left)
    assert numeric.values is not None  # noqa: S101 -- both sides have values here
    assert symbolic.values is not None  # noqa: S101 -- the same
    if judge.network.points.close(symbolic.values, numeric.values):
        return Pair(left, right, "true")
    if isinstance(symbolic.node, Ref):
        name, value = symbolic.node.symbol.name, float(numeric.values[0])
        judge.twice |= judge.given.setdefault(name, value) != value
        judge.given[name] = value
        return Pair(left, right, "given")
    exact = len(numeric.member.tokens) <= 2 and not has_fraction(numeric.member)
    constant = bool((symbolic.values == symbolic.values[0]).all()) and not has_fraction(numeric.member)
    if constant or (exact and abs(float(numeric.values[0])) in {0.0, 1.0, 2.0, 0.5}):
        return Pair(left, right, "false", numeric)
    return _at_given(judge, left, right, symbolic, numeric)


def _at_given(judge: Judge, left: Side, right: Side, symbolic: Side, numeric: Side) -> Pair:
    """A number for a formula, held against the numbers that the text gives.

    One that differs is a note and not false: it may belong to another moment, which only the words say.
    """
    if judge.moved or judge.twice or symbolic.node is None:
        return Pair(left, right, "given")
    good, value = agrees_at(judge.network, judge.given, symbolic.node, numeric.member)
    if good:
        return Pair(left, right, "true")
    reason = "" if good is None else f"at the numbers that the text gives, this comes to {value:.6g}"
    return Pair(left, right, "given", reason=reason)

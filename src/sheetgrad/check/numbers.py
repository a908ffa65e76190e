"""Numbers as they are written: rounded is not wrong, one digit off is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sheetgrad.expr import Expr, Number, Partial, Ref, substitute, walk
from sheetgrad.functions import evaluate

if TYPE_CHECKING:
    from sheetgrad.read.claims import Member

EXACT_DIGITS = 2
"""A number with no more digits than this is meant exactly; a longer one has been rounded."""


def is_numeric(node: Expr) -> bool:
    """Whether it is made of numbers only."""
    return not any(isinstance(part, Ref | Partial) for part in walk(node)) and not hasattr(node, "entries")


def agrees(left: Member, right: Member) -> bool | None:
    """Whether two numeric sides are equal to the digits that they show; None where one has no value."""
    if left.value is None or right.value is None:
        return None
    a, b = evaluate(left.value, {}), evaluate(right.value, {})
    if not (math.isfinite(a) and math.isfinite(b)):
        return None
    slack = rounding(left, left.value) + rounding(right, right.value)
    return abs(a - b) <= 1.02 * slack + 1e-9 * max(abs(a), abs(b))


def rounding(member: Member, value: Expr) -> float:
    """How far rounding of the numbers written can move the value: each by half its last digit."""
    middle = evaluate(value, {})
    total = 0.0
    for part in {part for part in walk(value) if isinstance(part, Number) and isinstance(part.value, float)}:
        half = _half_digit(member, float(part.value))
        moved = substitute(value, {part: Number(float(part.value) + half)}, tidy=False)
        total += abs(evaluate(moved, {}) - middle)
    return total


def _half_digit(member: Member, value: float) -> float:
    """Half a unit in the last place of a number as it is spelled; nothing for one that is meant exactly."""
    for token in member.tokens:
        if token.kind == "number" and "." in token.text and float(token.text) == abs(value):
            digits = token.text.lower().partition("e")[0].replace(".", "").strip("0")
            decimals = len(token.text.lower().partition("e")[0].partition(".")[2])
            exponent = int(token.text.lower().partition("e")[2] or 0)
            return 0.0 if len(digits) <= EXACT_DIGITS else 0.5 * 10.0 ** (exponent - decimals)
    return 0.0


def shown_as(member: Member, value: float) -> str:
    """A value with as many decimals as the member shows."""
    decimals = [len(token.text.partition(".")[2]) for token in member.tokens if token.kind == "number"]
    return f"{value:.{max(decimals, default=6)}f}"

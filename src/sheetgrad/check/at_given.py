"""What formulas come to at the numbers that a text itself gives: its inputs, weights and targets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sheetgrad.check.points import COUNT, Points, UnknownNameError, has_partial
from sheetgrad.expr import references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.network import Network
    from sheetgrad.expr import Expr
    from sheetgrad.read.claims import Member

UNITS = 3.0
"""Of the last digit shown: what rounding on the way can do, where there is a way."""
SHARE = 0.01
"""Of the value: the same."""
FAR = 20.0
"""A number that is so many times larger or smaller was computed at some other moment."""


def agrees_at(network: Network, given: Mapping[str, float], node: Expr, shown: Member) -> tuple[bool | None, float]:
    """Whether a formula has the value shown at the numbers given, and what it has; None where that cannot be told."""
    wanted = _value(network, given, node)
    digits = [token.text for token in shown.tokens if token.kind == "number"]
    if wanted is None or len(digits) != 1 or "e" in digits[0].lower():
        return None, math.nan
    stated = float(digits[0]) * (-1 if any(token.text == "-" for token in shown.tokens) else 1)
    unit = 10.0 ** -len(digits[0].partition(".")[2])
    off = abs(stated - wanted)
    if off <= 0.51 * unit:
        return True, wanted
    carried = has_partial(node) or any(use.symbol.name not in network.leaves for use in references(node))
    if carried and (off <= UNITS * unit or off <= SHARE * abs(wanted)):
        return None, wanted
    far = not stated or not wanted or not 1 / FAR < abs(stated / wanted) < FAR
    return (None if far else False), wanted


def _value(network: Network, given: Mapping[str, float], node: Expr) -> float | None:
    points = Points(network.definitions, network.leaves)
    with points.numpy.errstate(all="ignore"):
        for leaf in network.leaves:
            points.put(leaf, points.numpy.full(COUNT, given.get(leaf, math.nan)))
        for key, definition in network.definitions.items():
            points.put(key, points.value(definition))
        try:
            value = float(points.value(node)[0])
        except UnknownNameError:
            return None
    return value if math.isfinite(value) else None

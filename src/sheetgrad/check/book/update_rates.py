"""What a gradient, or the column that holds it, is multiplied with in the update of its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.losses import Rate
from sheetgrad.check.points import Points, UnknownNameError
from sheetgrad.expr import references

if TYPE_CHECKING:
    from sheetgrad.check.book.understood import Understood
    from sheetgrad.check.points import Values
    from sheetgrad.expr import Expr

FEW = 3
"""Points at which a gradient is not zero; fewer say little of what it is multiplied with."""


def rate_of(made: Understood, symbol: str) -> Rate | None:
    """What the exact gradient is multiplied with in an update; None where the update is something else."""
    return rate_in(made, symbol, made.value(made.roles.updates[symbol]), made.roles.updates[symbol])


def rate_in(made: Understood, symbol: str, value: Values | None, update: Expr) -> Rate | None:
    """The same for a given value of the update."""
    if value is None or symbol not in made.points.values:
        return None
    exact = made.derivative(symbol)
    if not exact.any():
        return Rate("", 0.0) if made.close(value, made.points.values[symbol]) else None
    ratio = ratio_of(made, made.points.values[symbol] - value, exact)
    if ratio is None:
        return None
    given = [name for name in _inputs_of(made, update) if made.sources_rate(name)]
    if ratio.size < FEW:  # any number is the same everywhere if there is one point only
        for name in given:
            if _constant(ratio / made.points.values[name][exact != 0]) == 1.0:
                return Rate(name, 1.0)
    if (number := _constant(ratio)) is not None:
        used = _column_rate(made, symbol, update)
        return None if used and used.symbol and used.symbol in made.loss_inputs else Rate("", number)
    for name in given:
        with made.points.numpy.errstate(all="ignore"):
            number = _constant(ratio / made.points.values[name][exact != 0])
        if number is not None:
            return Rate(name, number)
    return None


def ratio_of(made: Understood, value: Values, exact: Values) -> Values | None:
    """What a gradient is multiplied with where it is not zero; None where the other is not zero with it.

    Behind a rectifier it is zero at every point at which the neuron is silent.
    """
    numpy = made.points.numpy
    alive = exact != 0
    silent = value[~alive]
    if silent.size and abs(silent).max() > 1e-12 * abs(value).max():
        return None
    with numpy.errstate(all="ignore"):
        ratio: Values = value[alive] / exact[alive]
    return ratio if numpy.isfinite(ratio).all() else None


def _constant(ratio: Values) -> float | None:
    """The number that an array holds everywhere, if it is positive."""
    first = float(ratio[0])
    if first > 0 and abs(ratio - first).max() <= 1e-8 * first:
        return float(f"{first:.7g}")
    return None


def _inputs_of(made: Understood, update: Expr) -> list[str]:
    """Symbols that flow into an update and that no weight flows into."""
    definitions = made.roles.definitions
    waiting = [use.symbol.name for use in references(update)]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name in found or name in made.changed:
            if name in made.changed and name not in found and name in definitions:
                found[name] = None
                waiting += [use.symbol.name for use in references(definitions[name])]
            continue
        found[name] = None
        if name in definitions:
            waiting += [use.symbol.name for use in references(definitions[name])]
    return [name for name in found if name not in made.changed and name not in made.roles.states]


def _column_rate(made: Understood, symbol: str, update: Expr) -> Rate | None:
    """What one column is multiplied with in an update, whatever the column holds."""
    return column_used(made, symbol, update)[1]


def column_used(made: Understood, symbol: str, update: Expr) -> tuple[str, Rate | None]:
    """The column that an update subtracts, and what it is multiplied with; empty where it is something else."""
    names = [use.symbol.name for use in references(update)]
    columns = [name for name in names if name in made.changed and name not in made.roles.states]
    columns += [name for name in names if name in made.roles.definitions and name not in made.changed]
    points = Points({}, dict.fromkeys([symbol, *names]))
    try:
        value = points.value(update)
    except UnknownNameError:
        return "", None
    for column in columns:
        with points.numpy.errstate(all="ignore"):
            ratio = abs((points.values[symbol] - value) / points.values[column])
            if (number := _constant(ratio)) is not None:
                return column, Rate("", number)
            for name in names:
                if name not in {symbol, column}:
                    number = _constant(ratio / abs(points.values[name]))
                    if number is not None:
                        return column, Rate(name, number)
    return "", None

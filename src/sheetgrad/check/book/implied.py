"""What a backward column must hold: a gradient, or what every gradient that is made from it implies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import references

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.shares import Shares
    from sheetgrad.check.points import Values
    from sheetgrad.expr import Expr


def targets_of(
    judge: TableJudge, owners: Mapping[str, str], good: set[str], uses: Mapping[str, str]
) -> dict[str, Values]:
    """What each gradient column must hold: of a good weight what it holds, of another its gradient.

    Where all good columns of a kind (those that updates subtract, and those before them)
    are their gradients times one factor, a learning rate or a sign, so must the others be.
    """
    made = judge.made
    known = {name: made.points.values[name] for name, symbol in owners.items() if symbol in good}
    found: dict[str, Values] = {}
    for subtracted in (True, False):
        columns = {name: symbol for symbol, name in uses.items() if name} if subtracted else owners
        ratios = [
            made.points.values[name] / exact
            for name, symbol in columns.items()
            if symbol in good and (exact := made.derivative(symbol)).all() and name in made.points.values
        ]
        shared = ratios[0] if ratios and all(made.points.close(ratios[0], other) for other in ratios[1:]) else 1.0
        for name, symbol in owners.items():
            if (name in uses.values()) == subtracted:
                found[name] = known[name] if name in known else made.derivative(symbol) * shared
    return found


def wanted_of(  # noqa: PLR0917 -- what is known of the columns, in the order in which it is asked
    judge: TableJudge,
    name: str,
    owners: Mapping[str, str],
    implied: Mapping[str, Values | None],
    good: set[str],
    feeds: Mapping[str, set[str]],
) -> tuple[Values | None, tuple[str, str] | None]:
    """What a backward column should be; None where that is not known."""
    made = judge.made
    if name in owners:
        exact = made.derivative(owners[name])
        value = made.points.values.get(name)
        if owners[name] in good and feeds.get(name, set()) & {owners[name]} and not made.close(value, exact):
            return None, None  # another sign or factor, which the update makes good
        return exact, (made.loss, owners[name])
    fed = feeds.get(name, set())
    if fed and fed <= good:
        return made.points.values.get(name), None
    found = implied.get(name)
    if found is not None:
        return found, None
    return None, None


def users_of(judge: TableJudge, targets: Mapping[str, Values], parts: Shares) -> dict[str, list[tuple[Expr, Values]]]:
    """For each quantity the gradients that are made from it: their formulas, and what they should come to."""
    found: dict[str, list[tuple[Expr, Values]]] = {}
    wanted = {name: values for name, values in targets.items() if name not in parts.split}
    for column, values in {**wanted, **parts.owned}.items():
        expression = judge.roles.definitions.get(column)
        if expression is not None:
            for use in references(expression):
                found.setdefault(use.symbol.name, []).append((expression, values))
    return found


def implied_of(
    judge: TableJudge, name: str, users: Sequence[tuple[Expr, Values]], hinted: Sequence[Values]
) -> Values | None:
    """What a helper must be, for every gradient that is made from it to come out; None where they do not agree."""
    made = judge.made
    wants: list[Values] = list(hinted)
    for expression, wanted in users:
        kept = made.points.values[name]
        results = []
        for trial in (0.0, 1.0, 2.0):
            made.points.put(name, made.points.numpy.full_like(kept, trial))
            results.append(made.points.value(expression))
        made.points.put(name, kept)
        low, one, two = results
        slope = one - low
        if not made.points.close(two - one, slope) or not slope.any():
            return None
        with made.points.numpy.errstate(all="ignore"):
            wants.append((wanted - low) / slope)
    if len(wants) < 2 or not all(made.points.close(wants[0], other) for other in wants[1:]):
        return None
    return wants[0]

"""Which cell is to blame for a weight that does not move along its gradient: the first wrong one, not what follows."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from sheetgrad.check.book.judging import stretches
from sheetgrad.check.book.memories import gradients_taken_in
from sheetgrad.check.book.optimizing import Optimizing
from sheetgrad.check.book.rates import misplaced, rate_mended
from sheetgrad.check.book.restoring import restored
from sheetgrad.check.book.shares import shares
from sheetgrad.check.book.understood import column_used, gradient_columns, near_columns, rate_in
from sheetgrad.check.case import sentence
from sheetgrad.expr import Expr, Ref, Symbol, references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sheetgrad.check.book.judging import Stretch, TableJudge
    from sheetgrad.check.book.losses import Rate
    from sheetgrad.check.book.shares import Shares
    from sheetgrad.check.points import Values


def blamed(judge: TableJudge) -> None:
    """Judge every backward column and every update."""
    made = judge.made
    common = most_common(judge.report.rates.values())
    good = {symbol for symbol, rate in judge.report.rates.items() if rate == common}
    uses = {symbol: column_used(made, symbol, judge.roles.updates[symbol])[0] for symbol in made.parameters}
    owners = judge.report.owners = _owners(judge, uses)
    changed = judge.roles.depends(judge.roles.states)
    backward = [
        name
        for name in judge.roles.definitions
        if name in judge.tracks and name not in made.points.definitions and (name in owners or name in changed)
    ]
    feeds: dict[str, set[str]] = {}
    for symbol in made.parameters:
        for name in gradient_columns(made, symbol):
            feeds.setdefault(name, set()).add(symbol)
    parts = shares(judge, owners)
    targets = _targets(judge, owners, good, uses)
    users = _users(judge, targets, parts)
    implied = {
        name: _implied(judge, name, users.get(name, []), parts.hinted.get(name, []))
        for name in backward
        if name not in owners and name not in parts.owned
    }
    lost = [name for name in backward if implied.get(name) is None and name not in parts.owned]
    implied |= restored(judge, targets, lost)
    split = {name for name in parts.split if owners[name] not in good}
    for name in backward:
        wanted, exact = _wanted(judge, name, owners, implied, good, feeds)
        if name not in parts.owned and exact is not None and not made.close(targets[name], wanted):
            wanted, exact = targets[name], None
        _column(judge, name, parts.owned.get(name, wanted), exact)
    _all_updates(judge, uses)
    for name, symbol in owners.items():
        wrong = judge.tracks[name] in judge.report.wrong or name in split
        key = judge.names.get(symbol, symbol)
        if wrong:
            judge.report.gradients[key] = "false"
        else:
            judge.report.gradients.setdefault(key, "true")


def _targets(
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


def _depends(judge: TableJudge, name: str) -> bool:
    return name in judge.roles.depends(judge.roles.states)


def _owners(judge: TableJudge, uses: Mapping[str, str]) -> dict[str, str]:
    """For each gradient column the weight that it is meant for: by its use, its value and its head."""
    made = judge.made
    exact = {symbol: made.derivative(symbol) for symbol in made.parameters}
    plain = {judge.names.get(symbol, symbol): symbol for symbol in made.parameters}
    columns = dict.fromkeys(
        name for symbol in made.parameters for name in (uses[symbol], *near_columns(made, symbol)) if name
    )
    columns |= dict.fromkeys(
        judge.roles.name(across)
        for across, head in judge.heads.items()
        if head.wrt in plain and _is_total(judge, head.of) and judge.roles.name(across) in judge.roles.definitions
    )
    found: dict[str, str] = {}
    taken_in = gradients_taken_in(made) if not all(uses.values()) else {}
    for name in columns:
        if name not in judge.tracks or name in made.points.definitions:
            continue
        users = [s for s, column in uses.items() if name == (column or taken_in.get(s))]
        fits = [s for s in exact if exact[s].any() and made.close(made.points.values.get(name), exact[s])]
        head = judge.heads.get(judge.tracks[name])
        said = plain.get(head.wrt) if head is not None and _is_total(judge, head.of) else None
        both = [symbol for symbol in users if symbol in fits]
        if both:
            found[name] = both[0]
        elif said is not None:
            found[name] = said
        elif users:
            free = [s for s in users if not any(made.close(made.points.values.get(c), exact[s]) for c in columns)]
            if free:
                found[name] = free[0]
        elif fits:
            found[name] = fits[0]
    return found


def _is_total(judge: TableJudge, of: str) -> bool:
    return of == "E_total" or of == judge.names.get(judge.made.loss)


def _wanted(  # noqa: PLR0917 -- what is known of the columns, in the order in which it is asked
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


def _users(judge: TableJudge, targets: Mapping[str, Values], parts: Shares) -> dict[str, list[tuple[Expr, Values]]]:
    """For each quantity the gradients that are made from it: their formulas, and what they should come to."""
    found: dict[str, list[tuple[Expr, Values]]] = {}
    wanted = {name: values for name, values in targets.items() if name not in parts.split}
    for column, values in {**wanted, **parts.owned}.items():
        expression = judge.roles.definitions.get(column)
        if expression is not None:
            for use in references(expression):
                found.setdefault(use.symbol.name, []).append((expression, values))
    return found


def _implied(
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


def _column(judge: TableJudge, name: str, wanted: Values | None, exact: tuple[str, str] | None) -> None:
    """Judge every formula of a backward column; what is wrong is put right for what follows from it."""
    from sheetgrad.check.book.naming import gradient_name

    made, across = judge.made, judge.tracks[name]
    quantity = judge.names.get(name, name)
    if exact is not None:
        quantity = gradient_name(made, judge.names, exact[1])
    held = stretches(made, across)
    target = wanted if wanted is not None else made.points.values.get(name)
    for stretch in held:
        value = None if stretch.value is None else made.value(stretch.value)
        if value is None or target is None:
            judge.unread(stretch, quantity)
        elif made.points.close(value, target):
            judge.count(stretch, "true", quantity)
        else:
            judge.false(stretch, partial(made.points.close, target), quantity, exact or _within(judge, target))
    if wanted is not None and not made.close(made.points.values.get(name), wanted):
        _put_right(judge, name, wanted)


def _within(judge: TableJudge, target: Values) -> tuple[str, str] | None:
    """The derivative by a forward quantity that a helper holds; None where it is none of these."""
    made = judge.made
    found = (name for name in made.definitions if name in made.changed and name != made.loss)
    return next(((made.loss, name) for name in found if made.close(target, made.derivative(name))), None)


def _put_right(judge: TableJudge, name: str, wanted: Values) -> None:
    """Give a column its right values, and compute everything that is made from it again."""
    made = judge.made
    judge.righted[name] = wanted
    for other, value in judge.roles.definitions.items():
        if other in judge.righted:
            made.points.put(other, judge.righted[other])
        elif other not in made.points.definitions and (found := made.value(value)) is not None:
            made.points.put(other, found)


def _all_updates(judge: TableJudge, uses: Mapping[str, str]) -> None:
    made = judge.made
    rates = {}
    for symbol in made.parameters:
        update = judge.roles.updates[symbol]
        rate = rate_in(made, symbol, made.value(update), update)
        if rate is not None:
            rates[symbol] = rate
    judge.report.rates = rates
    common = most_common(rates.values())
    if len(rates) * 2 < len(made.parameters):
        judge.optimizing = Optimizing(made)
        judge.optimizing.recognise()
        judge.report.optimizer = judge.optimizing.name
    understood_ = len(rates) * 2 >= len(made.parameters) or any(uses.values())
    for symbol, across in judge.roles.states.items():
        quantity = judge.names.get(symbol, symbol)
        for stretch in stretches(made, across):
            if judge.optimizing is not None and across in judge.optimizing.wanted:
                _by_rule(judge, judge.optimizing, stretch, quantity)
                continue
            value = None if stretch.value is None else made.value(judge.roles.update(stretch.value))
            if value is None:
                judge.unread(stretch, quantity)
                continue
            if symbol not in made.parameters:
                judge.count(stretch, "unread", quantity)
                continue
            rate = rate_in(made, symbol, value, judge.roles.update(stretch.value))  # type: ignore[arg-type]  # it has a value
            if rate is not None and rate == common and rate.symbol and (code := misplaced(judge, rate)):
                _wrong_rate(judge, stretch, rate, code, quantity)
            elif rate is not None and (rate == common or not rate.factor):
                judge.count(stretch, "true", quantity)
            elif not understood_:
                judge.count(stretch, "unread", quantity)
            else:
                judge.report.gradients.setdefault(quantity, "true")
                judge.false(stretch, _accepts(judge, symbol, common), quantity, None)


def _by_rule(judge: TableJudge, moved: Optimizing, stretch: Stretch, quantity: str) -> None:
    """A column that an optimizer moves, against its rule."""
    wanted = moved.wanted[stretch.across]
    value = moved.value(stretch.across, stretch.value)
    if value is None:
        judge.unread(stretch, quantity)
    elif judge.made.close(value, wanted):
        judge.count(stretch, "true", quantity)
    else:
        judge.report.gradients.setdefault(quantity, "true")
        judge.false(stretch, partial(judge.made.close, wanted), quantity, None)


def _wrong_rate(judge: TableJudge, stretch: Stretch, rate: Rate, code: str, quantity: str) -> None:
    """An update whose learning rate is some other cell of the table."""
    expected, words = rate_mended(judge, stretch, rate)
    judge.count(stretch, "false", quantity)
    judge.report.wrong.setdefault(stretch.across, []).append(stretch)
    judge.report.findings.append(
        judge.finding(stretch, "false", code, quantity, expected=expected, message=sentence(words))
    )


def most_common(rates: Iterable[Rate]) -> Rate | None:
    """The rate of most weights; a cell counts before a number."""
    counts = Counter(rate for rate in rates if rate.factor)
    return max(counts, key=lambda rate: (counts[rate], rate.factor == 1.0, bool(rate.symbol)), default=None)


def _accepts(judge: TableJudge, symbol: str, common: Rate | None) -> Callable[[Values], bool]:
    """Whether an update has the values of a right one."""
    made = judge.made
    update: Expr = judge.roles.updates[symbol]
    if common is not None and common.symbol:
        update = update + Ref(Symbol(common.symbol))

    def accept(value: Values) -> bool:
        rate = rate_in(made, symbol, value, update)
        return rate is not None and rate == (common or rate)

    return accept

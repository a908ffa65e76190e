"""Which cell is to blame for a weight that does not move along its gradient: the first wrong one, not what follows."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from sheetgrad.check.book.gradient_columns import gradient_columns, near_columns
from sheetgrad.check.book.implied import implied_of, targets_of, users_of, wanted_of
from sheetgrad.check.book.memories import gradients_taken_in
from sheetgrad.check.book.optimizing import Optimizing
from sheetgrad.check.book.rates import misplaced, rate_mended
from sheetgrad.check.book.restoring import restored
from sheetgrad.check.book.shares import shares
from sheetgrad.check.book.stretches import stretches
from sheetgrad.check.book.update_rates import column_used, rate_in
from sheetgrad.check.case import sentence
from sheetgrad.expr import Expr, Ref, Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.book.losses import Rate
    from sheetgrad.check.book.stretches import Stretch
    from sheetgrad.check.points import Values


def blamed(judge: TableJudge) -> None:
    """Judge every backward column and every update."""
    made = judge.made
    common = most_common(judge.report.rates.values())
    good = {symbol for symbol, rate in judge.report.rates.items() if rate == common}
    uses = {symbol: column_used(made, symbol, judge.roles.updates[symbol])[0] for symbol in made.parameters}
    feeds: dict[str, set[str]] = {}
    for symbol in made.parameters:
        for name in gradient_columns(made, symbol):
            feeds.setdefault(name, set()).add(symbol)
    owners = judge.report.owners = _owners(judge, uses, feeds)
    changed = judge.roles.depends(judge.roles.states)
    backward = [
        name
        for name in judge.roles.definitions
        if name in judge.tracks and name not in made.points.definitions and (name in owners or name in changed)
    ]
    parts = shares(judge, owners)
    targets = targets_of(judge, owners, good, uses)
    users = users_of(judge, targets, parts)
    implied = {
        name: implied_of(judge, name, users.get(name, []), parts.hinted.get(name, []))
        for name in backward
        if name not in owners and name not in parts.owned
    }
    lost = [name for name in backward if implied.get(name) is None and name not in parts.owned]
    implied |= restored(judge, targets, lost)
    split = {name for name in parts.split if owners[name] not in good}
    for name in backward:
        wanted, exact = wanted_of(judge, name, owners, implied, good, feeds)
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


def _owners(judge: TableJudge, uses: Mapping[str, str], feeds: Mapping[str, set[str]]) -> dict[str, str]:
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
        elif fits and (not feeds.get(name) or feeds[name] & set(fits)):  # else it only has come to that
            found[name] = fits[0]
    return found


def _is_total(judge: TableJudge, of: str) -> bool:
    return of == "E_total" or of == judge.names.get(judge.made.loss)


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

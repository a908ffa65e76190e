"""A sweep on a terminal: a line for each learning rate, with a bar or the course of its median loss."""

from __future__ import annotations

from math import inf, isfinite, log10
from typing import TYPE_CHECKING

from sheetgrad.sweep.tables import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.sweep.plan import Plan
    from sheetgrad.sweep.result import RateRow, Sweep

MOST_ROWS = 40
"""Learning rates that are shown."""
WIDTH = 24
"""Signs in a bar."""
LEVELS = "▁▂▃▄▅▆▇█"
LEAST = 1e-300


def summary(sweep: Sweep) -> str:
    """What was swept, a line for each learning rate, and the best one."""
    plan = sweep.plan
    rows = sweep.rows()
    head = f"{plan.setup.title or plan.setup.name}\n\n{words(plan)}\n"
    if not sweep.complete:
        head += f"stopped: {sweep.finished:,} of {plan.networks:,} networks are done\n"
    if not rows:
        return head
    best = sweep.best
    shown = some(rows, best)
    table = lines([headings(sweep), *(cells(sweep, row) for row in shown)], pictures(sweep, shown))
    left = len(rows) - len(shown)
    more = f"\nand {left:,} more learning rates" if left else ""
    last = f"best learning rate: {best.rate:g} (median loss {number(best.median)})" if best else "every rate diverged"
    return f"{head}\n{table}{more}\n\n{last}{_at_the_edge(plan, best)}\n"


def words(plan: Plan) -> str:
    """The grid in words."""
    counts = (
        (len(plan.rates), "learning rate"),
        (len(plan.scales), "scale"),
        (len(plan.seeds), "seed"),
        (plan.starts, "start"),
    )
    parts = [f"{count:,} {word}{'s' * (count > 1)}" for count, word in counts]
    grid = " × ".join(part for part, (count, _) in zip(parts, counts, strict=True) if count > 1) or parts[0]
    of = f"{plan.networks:,} network{'s' * (plan.networks > 1)}"
    return f"{of}: {grid}; {plan.steps:,} steps of {plan.setup.optimizer.title}"


def _at_the_edge(plan: Plan, best: RateRow | None) -> str:
    if best is None or len(plan.rates) < 3 or best.rate not in {min(plan.rates), max(plan.rates)}:  # noqa: PLR2004 -- with two, each is an edge
        return ""
    return "; it stands at the edge of what was tried, so a wider range may have a better one"


def some(rows: Sequence[RateRow], best: RateRow | None) -> list[RateRow]:
    """At most so many rows, evenly chosen, the best one among them."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    places = {round(place * (len(rows) - 1) / (MOST_ROWS - 1)) for place in range(MOST_ROWS)}
    return [row for place, row in enumerate(rows) if place in places or row is best or row == best]


def headings(sweep: Sweep) -> tuple[str, ...]:
    """The headings of a row's cells."""
    threshold = sweep.plan.asked.threshold
    more = () if threshold is None else (f"reach {threshold:g}", "at step")
    return ("learning rate", "median loss", "5 %", "95 %", "diverged", *more)


def cells(sweep: Sweep, row: RateRow) -> tuple[str, ...]:
    """A row in words."""
    step = f"{row.steps:,.0f}" if isfinite(row.steps) else "never"
    more = (share(row.reached), step) if len(sweep.reached) else ()
    ends = (number(row.quantiles[0]), number(row.quantiles[-1]))
    return (f"{row.rate:g}", number(row.median), *ends, share(row.diverged), *more)


def share(value: float) -> str:
    """A share in percent; `0 %` and `100 %` only where none or all are meant."""
    percent = 100 * value
    digits = 0 if percent == round(percent) else 1 if 0.1 <= percent <= 99.9 else 3  # noqa: PLR2004 -- where one digit would round to the end
    return f"{percent:.{digits}f} %"


def lines(table: Sequence[tuple[str, ...]], drawn: Sequence[str]) -> str:
    """The cells below one another, the pictures beside them."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    texts = ["   ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    return "\n".join(f"{text}   {picture}".rstrip() for text, picture in zip(texts, drawn, strict=True))


def pictures(sweep: Sweep, rows: Sequence[RateRow]) -> list[str]:
    """Beside each row, the course of its median loss where losses are kept, else a bar; a heading first."""
    places = {rate: place for place, rate in enumerate(sweep.plan.rates)}
    if len(sweep.plan.kept_steps) > 1:
        scale = _usual_scale(sweep)
        curves = [_thinned(sweep.curve(places[row.rate], scale)[:, 2].tolist()) for row in rows]
        ends = _ends([loss for curve in curves for loss in curve])
        what = "" if len(sweep.plan.scales) == 1 else f" at scale {sweep.plan.scales[scale]:g}"
        return [f"its course{what}, logarithmic", *("".join(_level(loss, ends) for loss in curve) for curve in curves)]
    ends = _ends([row.median for row in rows])
    return ["logarithmic", *(_bar(row.median, ends) for row in rows)]


def _usual_scale(sweep: Sweep) -> int:
    scales = sweep.plan.scales
    return scales.index(1.0) if 1.0 in scales else 0


def _thinned(curve: list[float]) -> list[float]:
    if len(curve) <= WIDTH:
        return curve
    return [curve[round(place * (len(curve) - 1) / (WIDTH - 1))] for place in range(WIDTH)]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The smallest and the largest logarithm."""
    found = [_log(value) for value in values if isfinite(value)]
    return (min(found), max(found)) if found else (0.0, 0.0)


def _log(value: float) -> float:
    return log10(max(value, LEAST))


def _share_of(value: float, ends: tuple[float, float]) -> float:
    low, high = ends
    return (_log(value) - low) / (high - low) if high > low else 0.0


def _level(value: float, ends: tuple[float, float]) -> str:
    return LEVELS[round(_share_of(value, ends) * (len(LEVELS) - 1))] if isfinite(value) else "×"


def _bar(value: float, ends: tuple[float, float]) -> str:
    return "█" * (1 + round(_share_of(value, ends) * (WIDTH - 1))) if isfinite(value) else "×"


def spoken(plan: Plan, done: float, seconds: float, before: float = 0.0) -> str:
    """How far it is, how fast, and how long it will take; `before` were done already."""
    made = done - before
    speed = made * plan.steps / seconds if seconds > 0 else 0.0
    left = (plan.networks - done) * seconds / made if made > 0 else inf
    rest = f", {duration(left)} left" if isfinite(left) else ""
    return f"{done:,.0f} of {plan.networks:,} networks, {speed / 1e6:,.1f} million steps a second{rest}"


def duration(seconds: float) -> str:
    """A time for people.

    >>> duration(4.2), duration(200), duration(9000), duration(400_000)
    ('4 s', '3 min', '2.5 h', '4.6 days')
    """
    for size, word, digits in ((86_400, "days", 1), (3_600, "h", 1), (60, "min", 0)):
        if seconds >= size:
            return f"{seconds / size:.{digits}f} {word}"
    return f"{seconds:.0f} s"

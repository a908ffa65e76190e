"""Backward columns between the loss and the gradients: one that, put right, puts right what is made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.check.points import Values

MOST_TRIALS = 400
"""Derivatives that are put in the place of columns of one table."""


def restored(judge: TableJudge, targets: Mapping[str, Values], columns: Iterable[str]) -> dict[str, Values]:
    """What columns must hold: the derivative with which more gradients are as they must be, and none is lost.

    A column that holds a derivative as it stands is not at fault.
    """
    made = judge.made
    found: dict[str, Values] = {}
    wrong = _wrong(judge, targets, {})
    exact = [made.derivative(name) for name in made.definitions if name in made.changed] if wrong else []
    exact += [-one for one in exact]  # columns that are added where others subtract
    trials = MOST_TRIALS
    for name in columns if wrong else ():
        below = judge.roles.depends({name}) & wrong
        value = made.points.values.get(name)
        if not below or name in targets or any(made.close(value, one) for one in exact):
            continue
        best: tuple[int, Values | None] = (0, None)
        for one in exact:
            trials -= 1
            left = _wrong(judge, targets, found | {name: one}) if trials > 0 and one.any() else wrong
            gained = len(wrong) - len(left) if left <= wrong else 0
            best = max(best, (gained, one), key=lambda pair: pair[0])
        if best[1] is not None:
            found[name] = best[1]
            wrong = _wrong(judge, targets, found)
    return found


def _wrong(judge: TableJudge, targets: Mapping[str, Values], given: Mapping[str, Values]) -> set[str]:
    """The gradients that are wrong while some columns hold other values."""
    made, points = judge.made, judge.made.points
    kept = dict(points.values)
    for name, value in judge.roles.definitions.items():
        if name in given:
            points.put(name, given[name])
        elif given and name not in points.definitions and name in judge.roles.depends(given):
            points.put(name, found if (found := made.value(value)) is not None else kept[name])
    wrong = {name for name, target in targets.items() if not made.close(points.values.get(name), target)}
    for name in judge.roles.depends(given) & set(kept):
        points.put(name, kept[name])
    return wrong

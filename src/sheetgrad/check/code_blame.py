"""Where a mistake was made, when what it spoils comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_points import ratio, same
from sheetgrad.check.code_ruling import Judgement, Ruling, candidates, judgeable

if TYPE_CHECKING:
    from sheetgrad.check.code_points import Values
    from sheetgrad.read.python.tape import Node


def input_scale(made: Judgement, ruling: Ruling) -> float:
    """The factor that the gradients it is made from carry."""
    if ruling.claim.final:
        return made.scale
    node = ruling.claim.binding.value
    for earlier in reversed(made.rulings):
        other = earlier.claim.binding.value
        if (
            earlier is not ruling
            and node is not None
            and other is not None
            and not earlier.claim.final
            and node.made_from(other)
        ):
            return (
                earlier.wanted
                if earlier.factor is None
                else earlier.factor
                if earlier.verdict == "true"
                else earlier.wanted
            )
    return made.scale


def settle_open(made: Judgement, ruling: Ruling, node: Node) -> None:
    """A gradient that fits nothing: it is false where putting it right puts right what is made from it."""
    target = _putting_right(made, node)
    ruling.verdict = "false" if target is not None else "given"
    ruling.target = target
    ruling.reason = "" if target is not None else "what it is the derivative by could not be told"


def _putting_right(made: Judgement, node: Node) -> Node | None:
    """The quantity by which a gradient must be meant, for what is made from it to come right; None if there is none."""
    import numpy as np

    checks = [check for check in all_checks(made) if check.value is not node and check.value.made_from(node)]
    before = sum(factor_of(made, check, []) is not None for check in checks)
    best, target = before, None
    for candidate in candidates(made, node) if before < len(checks) else []:
        exact = made.points.slope(made.loss.node, candidate)
        values = [np.reshape(value, node.value.shape) for value in exact]
        right = sum(factor_of(made, check, [(node, values)]) is not None for check in checks)
        if right > best:
            best, target = right, candidate
    return target


class _Check(NamedTuple):
    """A final gradient, or the step of an update, that can be held against an exact derivative."""

    value: Node
    target: Node
    step: bool


def all_checks(made: Judgement) -> list[_Check]:
    """Every final gradient, and the steps of updates whose gradient has no name."""
    finals = [
        _Check(claim.binding.value, claim.targets[0], step=False)
        for claim in made.claims
        if claim.final
        and claim.binding.value is not None
        and not claim.binding.failure
        and judgeable(made, claim.targets[0])
    ]
    known = {check.target.place for check in finals}
    steps = [
        _Check(update.binding.value, update.parameter, step=True)
        for update in made.moves
        if update.binding.value is not None
        and update.parameter.place not in known
        and judgeable(made, update.parameter)
    ]
    return finals + steps


def factor_of(made: Judgement, check: _Check, changes: list[tuple[Node, list[Values]]]) -> float | None:
    """The factor between a check and the exact derivative, with changes that are not kept."""
    values = made.points.trial(check.value, changes)
    if check.step:
        values = [after - before for after, before in zip(values, made.points.plain(check.target), strict=True)]
    return ratio(values, made.points.slope(made.loss.node, check.target))


def blame_earlier(made: Judgement) -> None:
    """A check that fails because an earlier gradient is that of another quantity than is needed: blame that one."""
    import numpy as np

    for check in all_checks(made):
        if factor_of(made, check, []) is not None:
            continue
        for earlier in reversed(made.rulings):
            node = earlier.claim.binding.value
            loose = (
                earlier.claim.said.kind == "delta" and earlier.verdict in {"true", "given"} and not earlier.claim.final
            )
            if node is None or not loose or node is check.value or not check.value.made_from(node):
                continue
            if any(factor_of(made, other, []) is not None for other in all_checks(made) if other.value.made_from(node)):
                continue
            target = _putting_right(made, node)
            if target is not None:
                earlier.verdict, earlier.target, earlier.factor = "false", target, None
                earlier.wanted = made.scale
                exact = made.points.slope(made.loss.node, target)
                made.points.put(node, [np.reshape(value * made.scale, node.value.shape) for value in exact])
                break


def judged_again(made: Judgement) -> None:
    """Judge the final gradients once more, with what was blamed put right."""
    for place, ruling in enumerate(made.rulings):
        if ruling.claim.final and ruling.verdict == "false" and not ruling.claim.binding.failure:
            node = ruling.claim.binding.value
            if node is None or ruling.target is None:
                continue
            factor = ratio(made.points.claimed(node), made.points.slope(made.loss.node, ruling.target))
            if same(factor, made.scale):
                made.rulings[place] = Ruling(ruling.claim, "true", ruling.target, factor, wanted=made.scale)


def _nearest(made: Judgement, final: Ruling) -> Ruling | None:
    """The last gradient that a final one is made from."""
    node = final.claim.binding.value
    used = [
        ruling
        for ruling in made.rulings
        if not ruling.claim.final and ruling.claim.binding.value is not None and node is not None
        if ruling.claim.top is None and node.made_from(ruling.claim.binding.value)
    ]
    return max(used, key=lambda ruling: ruling.claim.binding.moment, default=None)


def blame_factors(made: Judgement) -> None:
    """A final gradient that is off by a factor which an earlier gradient brought in is right; that one is not."""
    for ruling in made.rulings:
        if not (ruling.verdict == "false" and ruling.claim.final and ruling.factor is not None):
            continue
        node = ruling.claim.binding.value
        for earlier in made.rulings:
            other = earlier.claim.binding.value
            if earlier is ruling or node is None or other is None or not node.made_from(other) or earlier.claim.final:
                continue
            if earlier.claim.top is not None or earlier.factor is None or earlier.verdict == "given":
                continue
            brought = ruling.factor / made.scale
            others = [r.factor for r in made.rulings if r.claim.final and _nearest(made, r) is earlier]
            if not all(same(factor, ruling.factor) for factor in others):
                continue
            before = input_scale(made, earlier)
            if not same(earlier.factor, before) and abs(earlier.factor / before / brought - 1) < 1e-6:
                earlier.verdict, earlier.wanted = "false", before
                ruling.verdict = "true"
                break

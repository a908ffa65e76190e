"""Every claim of a program against the exact derivative of its loss.

Each gradient is judged with the earlier gradients it uses put right, so that one
mistake is blamed once, where it is made. A constant factor is no mistake where the
final gradients come out right with it: half or not, sum or mean, the sign of the
error with the matching sign of the update.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.code_blame import (
    all_checks,
    blame_earlier,
    blame_factors,
    factor_of,
    input_scale,
    judged_again,
    settle_open,
)
from sheetgrad.check.code_broken import broken
from sheetgrad.check.code_decay import decayed
from sheetgrad.check.code_points import ratio, same
from sheetgrad.check.code_ruling import Judgement, Ruling, UpdateRuling, candidates, judgeable
from sheetgrad.check.code_steps import remembered, stepped

if TYPE_CHECKING:
    from sheetgrad.check.code_claims import Claims, Gradient, Update
    from sheetgrad.check.code_losses import Loss
    from sheetgrad.check.code_points import CodePoints, Values
    from sheetgrad.read.python.tape import Node


def judged(found: Claims, loss: Loss, points: CodePoints) -> Judgement:
    """Judge every gradient and every update against one loss."""
    made = Judgement(loss, points, claims=found.gradients, moves=found.updates)
    made.scale = _scale(found, made)
    if made.scale < 0 and _climbing(made):
        made.scale = -made.scale
    for gradient in found.gradients:
        made.rulings.append(_ruling(made, gradient))
        _repair_value(made, made.rulings[-1])
    blame_factors(made)
    before = [ruling.verdict for ruling in made.rulings]
    blame_earlier(made)
    if before != [ruling.verdict for ruling in made.rulings]:
        judged_again(made)
    made.updates = [_update(found, made, update) for update in found.updates]
    made.updates += remembered(found, made)
    made.updates += broken(found, made)
    return made


def _scale(found: Claims, made: Judgement) -> float:
    """The factor that most final gradients share."""
    factors: list[float] = []
    for gradient in found.gradients:
        if not gradient.final or gradient.binding.value is None or gradient.binding.failure:
            continue
        if not judgeable(made, gradient.targets[0]):
            continue
        factor = ratio(
            made.points.plain(gradient.binding.value), made.points.slope(made.loss.node, gradient.targets[0])
        )
        if factor is not None:
            factors.append(factor)
    if not factors:
        return _decayed_scale(made) or _direction(made)
    if made.loss.own and any(same(factor, 1.0) for factor in factors):
        return 1.0
    counted = Counter(float(f"{factor:.7g}") for factor in factors)
    best, count = counted.most_common(1)[0]
    chosen = best if count >= len(factors) - 1 else float(f"{factors[0]:.7g}")
    return next(factor for factor in factors if float(f"{factor:.7g}") == chosen)


def _climbing(made: Judgement) -> bool:
    """Whether every update subtracts what points downhill: then the gradients have the wrong sign, not the updates."""
    factors = []
    for update in made.moves:
        value = update.binding.value
        if value is not None and judgeable(made, update.parameter):
            after, before = made.points.plain(value), made.points.plain(update.parameter)
            moved = [new - old for new, old in zip(after, before, strict=True)]
            factors.append(ratio(moved, made.points.slope(made.loss.node, update.parameter)))
    return bool(factors) and all(factor is not None and factor > 0 for factor in factors)


def _decayed_scale(made: Judgement) -> float | None:
    """The factor where every gradient has some of its weight added."""
    for gradient in made.claims:
        node = gradient.binding.value
        if (
            gradient.final
            and node is not None
            and not gradient.binding.failure
            and judgeable(made, gradient.targets[0])
        ):
            found = decayed(made.points, made.loss.node, node, gradient.targets[0])
            if found is not None:
                return found.factor
    return None


def _direction(made: Judgement) -> float:
    """The sign of the gradients where none is by a parameter: minus where updates add them."""
    added = [update.binding.statement.sign == "Add" for update in made.moves]
    return -1.0 if added and all(added) else 1.0


def _ruling(made: Judgement, gradient: Gradient) -> Ruling:
    node = gradient.binding.value
    if gradient.binding.failure:
        target = gradient.targets[0] if gradient.targets else None
        followed = not gradient.binding.failure.startswith("not followed")
        return Ruling(
            gradient, "false" if followed else "unread", target, reason=gradient.binding.failure, wanted=made.scale
        )
    if node is None:
        return Ruling(gradient, "unread", reason="its value could not be followed")
    if gradient.top is not None:
        return _local(made, gradient, node)
    if not gradient.targets:
        return _somewhere(made, gradient, node)
    usable = [target for target in gradient.targets if judgeable(made, target)]
    if not usable:
        return Ruling(gradient, "given", reason="nothing that the loss is made from has that name")
    value = made.points.value(node)
    if gradient.said.kind == "delta":
        return _delta(made, gradient, value, usable)
    target = usable[0]
    factor = ratio(value, made.points.slope(made.loss.node, target))
    if factor is None and not gradient.final:
        if not _about_loss(made, node):
            return _slope_only(gradient, target)
        before = gradient.binding.before
        if before is not None and node.made_from(before):  # the name goes on to what is before the activation
            anywhere = _somewhere(made, gradient, node)
            if anywhere.verdict == "true":
                return anywhere
        for other in usable[1:]:
            factor = ratio(value, made.points.slope(made.loss.node, other))
            if factor is not None:
                target = other
                break
    if factor is None and gradient.final and _decays(made, node, target):
        return Ruling(gradient, "true", target, made.scale, reason="weight decay", wanted=made.scale)
    if factor is None or (gradient.final and not same(factor, made.scale)):
        return Ruling(gradient, "false", target, factor, wanted=made.scale)
    return Ruling(gradient, "true", target, factor, wanted=made.scale)


def _decays(made: Judgement, node: Node, target: Node) -> bool:
    """Whether it is the right gradient with some of the weight added."""
    found = decayed(made.points, made.loss.node, node, target)
    return found is not None and same(found.factor, made.scale) and found.decay * made.scale > 0


def _about_loss(made: Judgement, node: Node) -> bool:
    """Whether it uses a target: what does not is the slope of one step, not a gradient of the loss."""
    from sheetgrad.read.python.leaves import is_target

    targets = [leaf for leaf in made.points.tape.leaves.values() if is_target(leaf.name)]
    return not targets or any(node.made_from(leaf) for leaf in targets)


def _slope_only(gradient: Gradient, target: Node) -> Ruling:
    return Ruling(gradient, "given", target, reason="the slope of one step, not of the loss")


def _delta(made: Judgement, gradient: Gradient, value: list[Values], usable: list[Node]) -> Ruling:
    for target in usable:
        factor = ratio(value, made.points.slope(made.loss.node, target))
        if factor is not None:
            return Ruling(gradient, "true", target, factor, wanted=made.scale)
    anywhere = _somewhere(made, gradient, gradient.binding.value)
    if anywhere.verdict == "true":
        return anywhere
    return Ruling(gradient, anywhere.verdict, usable[0], wanted=made.scale)


def _somewhere(made: Judgement, gradient: Gradient, node: Node | None) -> Ruling:
    """A gradient by something that is not named: whatever of that size it fits."""
    if node is None:
        return Ruling(gradient, "unread")
    value = made.points.value(node)
    for target in candidates(made, node):
        factor = ratio(value, made.points.slope(made.loss.node, target))
        if factor is not None:
            return Ruling(gradient, "true", target, factor, wanted=made.scale)
    if not _about_loss(made, node):
        return Ruling(gradient, "given", reason="the slope of one step, not of the loss")
    return Ruling(gradient, "open", wanted=made.scale)


def _local(made: Judgement, gradient: Gradient, node: Node) -> Ruling:
    """∂top/∂base for two quantities of the program."""
    top = gradient.top
    assert top is not None  # noqa: S101 -- asked for by the caller
    for base in gradient.targets:
        if not top.made_from(base):
            continue
        factor = ratio(made.points.value(node), made.points.slope(top, base))
        single = top.value.size == 1
        if factor is not None and (same(factor, 1.0) or single):
            right = same(factor, 1.0) or same(factor, made.scale)
            return Ruling(gradient, "true" if right else "false", base, factor)
        if single or _by_entry(top, base):
            return Ruling(gradient, "false", base, factor)
    return Ruling(gradient, "given", reason="a factor of the chain rule that is no derivative entry by entry")


def _by_entry(top: Node, base: Node) -> bool:
    """Whether each entry of one depends on the same entry of the other alone, as far as shapes tell."""
    from sheetgrad.read.python.operations import ELEMENTWISE

    if top.shape != base.shape:
        return False
    open_nodes, seen = [top], set()
    while open_nodes:
        node = open_nodes.pop()
        if node is base or node.place in seen or not node.made_from(base):
            continue
        seen.add(node.place)
        if node.operation not in ELEMENTWISE:
            return False
        open_nodes += [argument for argument in node.arguments if hasattr(argument, "place")]
    return True


def _repair_value(made: Judgement, ruling: Ruling) -> None:
    """Put the right value in place of a wrong one, so that what follows is judged on its own."""
    node = ruling.claim.binding.value
    if ruling.verdict == "open" and node is not None:
        settle_open(made, ruling, node)
    if ruling.verdict != "false" or node is None or ruling.target is None or ruling.claim.top is not None:
        return
    import numpy as np

    shared = any(claim is not ruling.claim and claim.binding.value is node for claim in made.claims)
    if ruling.claim.final and (shared or node.value.size != ruling.target.value.size):
        return
    exact = made.points.slope(made.loss.node, ruling.target)
    shape = node.value.shape if node.value.size == ruling.target.value.size else ruling.target.value.shape
    values = [np.reshape(value * input_scale(made, ruling), shape) for value in exact]
    if not ruling.claim.final:
        factors = [
            factor_of(made, check, [(node, values)])
            for check in all_checks(made)
            if check.value.made_from(node) and not check.step
        ]
        known = next((factor for factor in factors if factor is not None), None)
        if known is not None and not same(known, made.scale):
            values = [value * (made.scale / known) for value in values]
            ruling.wanted = ruling.wanted * made.scale / known
    made.points.put(node, values)


def _update(found: Claims, made: Judgement, update: Update) -> UpdateRuling:
    value = update.binding.value
    if value is None or not judgeable(made, update.parameter):
        return UpdateRuling(update, "given", reason="the loss is not made from it")
    moved = [
        after - before
        for after, before in zip(made.points.value(value), made.points.plain(update.parameter), strict=True)
    ]
    factor = ratio(moved, made.points.slope(made.loss.node, update.parameter))
    if factor is not None and factor < 0:
        return UpdateRuling(update, "true", factor)
    rule = stepped(found, made, update)
    return UpdateRuling(update, rule.verdict, factor, reason=rule.words or "not a rule that is known", rule=rule)

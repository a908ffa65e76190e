"""What is said about a wrong gradient in code: the smallest edit that mends it, and why."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sheetgrad.check.code_decay import decayed
from sheetgrad.check.code_lines import line_of
from sheetgrad.check.code_mend import mended
from sheetgrad.check.code_points import ratio, same
from sheetgrad.check.findings import Finding
from sheetgrad.read.python.names import plain

if TYPE_CHECKING:
    from sheetgrad.check.code_claims import Claims
    from sheetgrad.check.code_ruling import Judgement, Ruling
    from sheetgrad.check.findings import Report
    from sheetgrad.read.python.tape import Node
    from sheetgrad.read.python.values import Binding


def network_words(judgement: Judgement) -> str:
    """What the code was judged against, and the rules that its weights follow."""
    return _loss_words(judgement) + _rule_words(judgement)


def _rule_words(judgement: Judgement) -> str:
    rules = [moved.rule.words for moved in judgement.updates if moved.rule is not None and moved.verdict == "true"]
    return f"; updates by {', '.join(dict.fromkeys(rules))}" if rules else ""


def _loss_words(judgement: Judgement) -> str:
    if judgement.loss.own:
        times = "" if same(judgement.scale, 1.0) else f"{judgement.scale:.6g} times "
        return f"right with {times}{judgement.loss.words}"
    times = "" if same(abs(judgement.scale), 1.0) else f", times {abs(judgement.scale):.6g}"
    sign = "" if judgement.scale > 0 else ", with the sign turned (updates add)"
    return f"right with {judgement.loss.words}{times}{sign}"


def explained(report: Report, found: Claims, judgement: Judgement, ruling: Ruling) -> Finding:
    """The finding for one wrong gradient."""
    binding = ruling.claim.binding
    statement = binding.statement
    yours = _yours(found, binding)
    place = f"{report.path}:{statement.line}:{statement.column}"
    quantity = binding.name
    code, expected, message = _reason(found, judgement, ruling)
    witness = _witness(judgement, ruling)
    return Finding(
        "false",
        code,
        statement.line,
        statement.column,
        place,
        quantity,
        yours,
        expected,
        message,
        witness,
        statement.span,
    )


def _yours(found: Claims, binding: Binding) -> str:
    """The line as it stands: its right side, or all of it where it changes what is there already."""
    line = line_of(found.session, binding)
    return (ast.unparse(binding.statement.value) if line is None else line.text())[:500]


def _reason(found: Claims, judgement: Judgement, ruling: Ruling) -> tuple[str, str, str]:
    """Code, expected source and message."""
    early = _too_early(found, judgement, ruling)
    if early:
        return early
    turned = _turned(judgement, ruling)
    other = _other(found, judgement, ruling)
    mend = mended(found, judgement, ruling)
    if mend is not None:
        return mend.code, mend.source, mend.message
    if other:
        return other
    if turned:
        return turned
    if ruling.factor is not None:
        return _by_factor(ruling)
    path = _missing_path(judgement, ruling)
    if path:
        return path
    if _decay_turned(judgement, ruling):
        return "sign", "", "The weight decay has the wrong sign: it must be added to the gradient."
    if ruling.reason:
        return "shape", "", f"Line {ruling.claim.binding.statement.line} cannot be computed: {ruling.reason}."
    return "wrong-gradient", "", f"{ruling.claim.binding.name} is not {_meaning(found, ruling)}."


def _decay_turned(judgement: Judgement, ruling: Ruling) -> bool:
    node, target = ruling.claim.binding.value, ruling.target
    if node is None or target is None or ruling.claim.binding.failure:
        return False
    found = decayed(judgement.points, judgement.loss.node, node, target)
    return found is not None and found.decay * judgement.scale < 0


def _meaning(found: Claims, ruling: Ruling) -> str:
    names = [plain(b.name) for b in found.forward if b.value is ruling.target and not b.name.endswith("()")]
    name = names[0] if names else plain(ruling.target.name) if ruling.target is not None and ruling.target.name else ""
    return f"the derivative of the loss by {name or 'what it stands for'}"


def _too_early(found: Claims, judgement: Judgement, ruling: Ruling) -> tuple[str, str, str] | None:
    """Whether a parameter was given its next value before this line used it."""
    node, target = ruling.claim.binding.value, ruling.target
    if node is None or target is None or ruling.claim.binding.failure:
        return None
    early = [u for u in found.updates if u.binding.value is not None and node.made_from(u.binding.value)]
    if not early:
        return None
    points = judgement.points
    changes = [(u.binding.value, points.plain(u.parameter)) for u in early if u.binding.value is not None]
    factor = ratio(points.trial(node, changes), points.slope(judgement.loss.node, target))
    if factor is None or (ruling.claim.final and not same(factor, judgement.scale)):
        return None
    name, line = early[0].binding.statement.target, early[0].binding.statement.line
    message = f"{name} was already updated on line {line}; the gradient needs its value from the forward pass."
    return "updated-too-early", "", message


def _turned(judgement: Judgement, ruling: Ruling) -> tuple[str, str, str] | None:
    node, target = ruling.claim.binding.value, ruling.target
    if node is None or target is None or ruling.claim.binding.failure:
        return None
    if node.value.ndim < 2:
        return None
    turned = [value.T for value in judgement.points.claimed(node)]
    if ratio(turned, judgement.points.slope(judgement.loss.node, target)) is None:
        return None
    yours = ast.unparse(ruling.claim.binding.statement.value)
    return (
        "transpose",
        f"({yours}).T",
        f"This is the transpose of the gradient: its shape is {node.shape}, not {target.shape}.",
    )


def _other(found: Claims, judgement: Judgement, ruling: Ruling) -> tuple[str, str, str] | None:
    """Whether it is the gradient by another parameter."""
    node = ruling.claim.binding.value
    if node is None or ruling.claim.binding.failure or not ruling.claim.final:
        return None
    value = judgement.points.claimed(node)
    for leaf in found.session.tape.leaves.values():
        if leaf is ruling.target or not judgement.loss.node.made_from(leaf) or leaf.value.size != node.value.size:
            continue
        if same(ratio(value, judgement.points.slope(judgement.loss.node, leaf)), judgement.scale):
            mine = _meaning(found, ruling)
            return "wrong-gradient", "", f"This is the derivative of the loss by {plain(leaf.name)}, not {mine}."
    return None


def _by_factor(ruling: Ruling) -> tuple[str, str, str]:
    assert ruling.factor is not None  # noqa: S101 -- asked for by the caller
    factor = ruling.factor / ruling.wanted
    yours = ast.unparse(ruling.claim.binding.statement.value)
    if same(factor, -1.0):
        return "sign", f"-({yours})", "The sign is the wrong way round."
    if same(factor, 2.0) or same(factor, 0.5):
        return "half", f"({yours}) {'/' if factor > 1 else '*'} 2", f"It is {factor:g} times what it should be."
    if abs(factor - round(factor)) < 1e-7 * abs(factor) and factor > 0:
        return (
            "missing-mean",
            f"({yours}) / {factor:.0f}",
            f"It is {factor:.0f} times what it should be: a mean was made a sum.",
        )
    return "constant-factor", "", f"It is {factor:.6g} times what it should be, everywhere."


def _missing_path(judgement: Judgement, ruling: Ruling) -> tuple[str, str, str] | None:
    """Whether it is the derivative along some of the paths only."""
    node, target = ruling.claim.binding.value, ruling.target
    if node is None or target is None or ruling.claim.binding.failure:
        return None
    loss, points = judgement.loss.node, judgement.points
    value = points.claimed(node)
    steps: list[Node] = points.tape.between(target, loss)
    for step in steps[:60]:
        left = points.path(loss, target, frozenset({step.place}))
        factor = ratio(value, left)
        if factor is not None and (not ruling.claim.final or same(factor, judgement.scale)):
            return (
                "missing-path",
                "",
                "It follows only some of the ways from this quantity to the loss; their sum is needed.",
            )
    return None


def _witness(judgement: Judgement, ruling: Ruling) -> str:
    import numpy as np

    node, target = ruling.claim.binding.value, ruling.target
    if node is None or target is None or ruling.claim.binding.failure or ruling.claim.top is not None:
        return ""
    yours = np.ravel(judgement.points.claimed(node)[0])
    exact = np.ravel(judgement.points.slope(judgement.loss.node, target)[0]) * ruling.wanted
    if yours.size != exact.size:
        return f"shape {node.shape}, should be {target.shape}"
    place = int(np.argmax(np.abs(yours - exact)))
    return f"at a random point: yours {yours[place]:.6g}, should be {exact[place]:.6g}"

"""A backward pass written by hand in Python, judged without running it."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.check.code_against import say_against
from sheetgrad.check.code_claims import Claims, claims_of
from sheetgrad.check.code_given import held_to
from sheetgrad.check.code_judge import judged
from sheetgrad.check.code_losses import own_losses, usual_losses
from sheetgrad.check.code_points import CodePoints, same
from sheetgrad.check.code_updates import odd_ones, update_finding
from sheetgrad.check.code_words import explained, network_words
from sheetgrad.check.findings import Finding, Judged, Report
from sheetgrad.read.python.follow import follow
from sheetgrad.read.python.leaves import SHARES
from sheetgrad.read.python.limits import FitError, UnreadableCodeError
from sheetgrad.read.python.names import plain

if TYPE_CHECKING:
    from sheetgrad.check.code_ruling import Judgement
    from sheetgrad.check.findings import Verdict
    from sheetgrad.check.network import Network
    from sheetgrad.read.python.values import Binding

WAYS = 10
"""Ways to fit shapes that are looked at where the first shows mistakes."""
ENOUGH = 3
"""Final gradients from which on a network that fits none of them is taken for a wrong reading."""


@dataclass(slots=True)
class Reading:
    """One way to read a program, with the loss that fits best."""

    claims: Claims
    judgement: Judgement | None


def check_code(path: str, text: str, *, network: Network | None = None) -> Report:
    r"""Check every gradient that a piece of Python claims; the code is read, never run.

    Each name that says that it is a gradient (`dW1`, `grad_b`, `dE_dw5`, `delta_o1`,
    …) is held against the exact derivative of the code's own loss, or of the usual
    ones where it computes none. Returns a `Report` of the kind "code"; its `error`
    says why where the code could not be read at all. A `network` is what the code
    should compute: a forward line that says otherwise is a finding.

    >>> report = check_code("a.py", "E = (w*x - t)**2\ndw = (w*x - t)*x*x")
    >>> [(finding.line, finding.code) for finding in report.findings]
    [(2, 'wrong-gradient')]
    """
    report = Report(path, kind="code", text=text)
    try:
        reading = _best(text)
    except UnreadableCodeError as error:
        report.error = f"{path}: {error}"
        return report
    if reading is not None:
        held = None if network is None else held_to(reading.claims, network)
        if held is not None and held.judgement is not None:
            reading.judgement = held.judgement
        _write(report, reading)
        if held is not None and network is not None:
            say_against(report, held, network)
    return report


def _best(text: str) -> Reading | None:
    """The reading under which most is right; another way to fit shapes counts only if fewer are wrong under it."""
    best: Reading | None = None
    for followed in follow(text, most=WAYS):
        reading = _read(claims_of(followed.session))
        if best is None or _fewer(reading, best):
            best = reading
        if _clean(best) or (best.judgement is None and best.claims.gradients == []):
            break
    return best


def _verdicts(reading: Reading) -> Counter[str]:
    judgement = reading.judgement
    rulings = judgement.verdicts if judgement is not None else []
    return Counter(rulings)


def _clean(reading: Reading) -> bool:
    counts = _verdicts(reading)
    return counts["true"] > 0 and not counts["false"] and not counts["unread"]


def _fewer(reading: Reading, best: Reading) -> bool:
    """Whether more is right and less is wrong than under the best so far, against a loss as good."""
    if reading.judgement is None or not _fits(reading.judgement):
        return False
    if best.judgement is None or not _fits(best.judgement):
        return True
    if best.judgement.loss.own and not reading.judgement.loss.own:
        return False
    scales = [judgement.scale if judgement.loss.own else 1.0 for judgement in (best.judgement, reading.judgement)]
    if same(scales[0], 1.0) and not same(scales[1], 1.0):
        return False
    new, old = _verdicts(reading), _verdicts(best)
    wrong = ("false", "unread")
    if sum(old[verdict] for verdict in wrong) <= sum(new[verdict] for verdict in wrong):
        return False
    return new["true"] >= old["true"] + old["false"] - new["false"] and new["given"] <= old["given"]


def _read(found: Claims) -> Reading:
    """The judgement under the loss that fits best: the code's own unless it fits nothing and a usual one everything."""
    best: Judgement | None = None
    if not found.gradients and not found.updates:
        return Reading(found, None)
    for losses in (own_losses, usual_losses):
        for loss in losses(found):
            for shares in _shares(found):
                made = _judged(found, loss, shares)
                if made is not None and _better(made, best):
                    best = made
                if made is not None and not _any_false(made):
                    break
            if best is not None and not _any_false(best) and _fits(best):
                return Reading(found, best)
        if best is not None and _fits(best):
            break
    return Reading(found, best)


def _shares(found: Claims) -> tuple[str, ...]:
    """What targets may obey: sums of 1 matter only where there is a logarithm."""
    logarithm = any(node.operation == "log" for node in found.session.tape.nodes)
    return SHARES if logarithm else SHARES[:1]


def _judged(found: Claims, loss: object, shares: str) -> Judgement | None:
    from sheetgrad.check.code_losses import Loss

    assert isinstance(loss, Loss)  # noqa: S101 -- said for the types
    for positive in (False, True):
        points = CodePoints(found.session.tape, shares=shares, positive=positive)
        try:
            if points.finite(loss.node):
                return judged(found, loss, points)
        except (ValueError, IndexError, FitError):
            return None
    return None


def _any_false(judgement: Judgement) -> bool:
    return "false" in judgement.verdicts


def _fits(judgement: Judgement) -> bool:
    """Whether the loss has something to do with the gradients."""
    finals = [ruling for ruling in judgement.rulings if ruling.claim.final]
    right = sum(ruling.verdict == "true" for ruling in finals)
    if not finals:
        others = judgement.verdicts
        return judgement.loss.own or "true" in others
    return right > 0 or (judgement.loss.own and len(finals) < ENOUGH)


def _better(made: Judgement, best: Judgement | None) -> bool:
    if best is None:
        return True
    if best.loss.own and not made.loss.own:
        return not _any_false(made) and made.score > best.score
    return made.score > best.score


# --- the report ------------------------------------------------------------------------------------


def _write(report: Report, reading: Reading) -> None:
    found, judgement = reading.claims, reading.judgement
    seen: set[int] = set()
    if judgement is None or not _fits(judgement):
        _unjudged(report, found)
        return
    odd_ones(found, judgement)
    report.network = network_words(judgement)
    _note_convention(report, judgement)
    for ruling in judgement.rulings:
        binding = ruling.claim.binding
        seen.add(id(binding))
        verdict: Verdict = ruling.verdict if ruling.verdict in {"true", "false", "unread"} else "given"  # type: ignore[assignment]  # the words of a verdict
        _count(report, binding, verdict)
        if ruling.claim.final and verdict in {"true", "false"}:
            report.gradients[plain(ruling.claim.said.base) or binding.name] = verdict
        if verdict == "false":
            report.findings.append(explained(report, found, judgement, ruling))
        elif verdict == "unread":
            report.findings.append(_unread(report, binding, ruling.reason))
    blamed: set[int] = set()
    for moved in judgement.updates:
        seen.add(id(moved.update.binding))
        _count(report, moved.update.binding, moved.verdict)  # type: ignore[arg-type]  # the words of a verdict
        if moved.verdict == "unread":
            report.findings.append(_unread(report, moved.update.binding, moved.reason))
        if moved.verdict == "false" and id(moved.rule) not in blamed:
            blamed.add(id(moved.rule))  # a step and the memory it uses have one mistake, not two
            report.findings.append(update_finding(report, found, judgement, moved))
    for binding in found.forward:
        if id(binding) not in seen and binding.value is not None and not binding.name.endswith("()"):
            _count(
                report,
                binding,
                "true" if judgement.loss.node.made_from(binding.value) and binding.value.operation else "given",
            )
    for binding in found.partial:
        _count(report, binding, "given")
    _tidy(report)


def _tidy(report: Report) -> None:
    """In the order of the source; a line that is gone through again and again is reported once."""
    report.equalities.sort(key=lambda judged: (judged.line, judged.column))
    report.findings.sort(key=lambda finding: (finding.line, finding.column))
    kept: dict[tuple[int, int, str, str], Finding] = {}
    for finding in report.findings:
        name = finding.quantity.partition("[")[0]
        kept.setdefault((finding.line, finding.column, name, finding.code), finding)
    report.findings = list(kept.values())


def _count(report: Report, binding: Binding, verdict: Verdict) -> None:
    statement = binding.statement
    right = ast.unparse(statement.value)[:500]
    report.equalities.append(Judged(statement.line, statement.column, verdict, binding.name, right, statement.span))


def _unread(report: Report, binding: Binding, reason: str) -> Finding:
    statement = binding.statement
    place = f"{report.path}:{statement.line}:{statement.column}"
    return Finding("unread", "unread", statement.line, statement.column, place, binding.name, message=reason)


def _unjudged(report: Report, found: Claims) -> None:
    """Gradients, and no loss that they fit: nothing is judged."""
    for gradient in found.gradients:
        _count(report, gradient.binding, "unread")
    if not found.gradients:
        return
    message = (
        "no loss was found that these gradients could be of, so none was judged; "
        "name it (loss = …) in the same piece of code, with the forward part"
    )
    first = found.gradients[0].binding.statement
    place = f"{report.path}:{first.line}:{first.column}"
    report.findings.append(Finding("unread", "no-network", first.line, first.column, place, message=message))


def _note_convention(report: Report, judgement: Judgement) -> None:
    """Say under which convention the gradients are right, where the code's own loss is another multiple."""
    if (
        not judgement.loss.own
        or abs(judgement.scale - 1) < 1e-8
        or not any(r.verdict == "true" for r in judgement.rulings)
    ):
        return
    line = judgement.loss.line
    place = f"{report.path}:{line}:1"
    message = f"The gradients are those of {judgement.scale:.6g} times this loss; that only rescales the learning rate."
    if judgement.scale < 0:
        message = f"The gradients are those of {judgement.scale:.6g} times this loss, so updates must add them."
    report.findings.append(Finding("note", "convention", line, 1, place, message=message))

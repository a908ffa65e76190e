"""What is said about a wrong step of an optimizer: the line that is wrong, and the smallest edit that mends it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_broken import fits
from sheetgrad.check.code_lines import line_of
from sheetgrad.check.code_mend import first_edit
from sheetgrad.check.code_optimizers import Rule
from sheetgrad.check.code_ruling import UpdateRuling
from sheetgrad.check.code_steps import stepped
from sheetgrad.check.findings import Finding
from sheetgrad.read.python.names import claim, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.code_claims import Claims, Update
    from sheetgrad.check.code_mend import Mend
    from sheetgrad.check.code_ruling import Judgement
    from sheetgrad.check.findings import Report
    from sheetgrad.read.python.tape import Node
    from sheetgrad.read.python.values import Binding

MOST_LINES = 8
ODD = "odd"
"""The code of a step for which only the other weights speak, until an edit names it."""
ENOUGH = 2
"""Other weights, from which on they speak."""
SECONDS = 0.5
"""For each line that is tried."""


class Mended(NamedTuple):
    """The line to mend and how, where a way was found."""

    binding: Binding
    mend: Mend | None


def update_finding(report: Report, found: Claims, judgement: Judgement, moved: UpdateRuling) -> Finding:
    """The finding for one wrong step."""
    rule = moved.rule
    assert rule is not None  # noqa: S101 -- a wrong step has one
    binding, mend = mended_step(found, judgement, moved.update, rule)
    statement = binding.statement
    line = line_of(found.session, binding)
    yours = ast.unparse(statement.value) if line is None else line.text()
    place = f"{report.path}:{statement.line}:{statement.column}"
    code = _code(rule, mend)
    message = rule.message if mend is None or code == rule.code else f"{rule.message} {mend.message}"
    expected = "" if mend is None else mend.source
    return Finding(
        "false",
        code,
        statement.line,
        statement.column,
        place,
        binding.name,
        yours[:500],
        expected,
        message,
        "",
        statement.span,
    )


def _code(rule: Rule, mend: Mend | None) -> str:
    """The rule's own name of the mistake; that of the edit where the rule could say no more than that it is one."""
    if mend is None:
        return rule.code
    if rule.code == "shape":
        return "wrong-gradient" if mend.code in {"wrong-index", "wrong-layer", "wrong-quantity"} else mend.code
    if rule.code == ODD:
        return mend.code
    return mend.code if rule.code == "sign" and mend.code in {"wrong-index", "missing-brackets"} else rule.code


def mended_step(found: Claims, judgement: Judgement, update: Update, rule: Rule) -> Mended:
    """The first line on the way to the step that a small edit puts right."""
    lines = _lines(found, judgement, update, rule)
    if rule.code == "shape":
        line = line_of(found.session, update.binding)
        mend = None if line is None else first_edit(found, line, fits(found, judgement, update), seconds=SECONDS)
        return Mended(update.binding, mend)
    for binding in lines[:MOST_LINES]:
        line = line_of(found.session, binding)
        value = binding.value
        if line is None or value is None:
            continue

        def works(made: Node, value: Node = value) -> bool:
            if rule.memory is not None and not made.made_from(rule.memory):
                return False
            made_rule = stepped(found, judgement, update, put={value.place: made})
            return made_rule.verdict == "true" and (rule.code != ODD or made_rule.kept == rule.kept)

        mend = first_edit(found, line, works, seconds=SECONDS)
        if mend is not None:
            return Mended(binding, mend)
    return Mended(lines[0], None)


def _lines(found: Claims, judgement: Judgement, update: Update, rule: Rule) -> list[Binding]:
    """The lines that may be to blame, the likeliest first: those that other weights have alike are not."""
    if rule.memory is not None:
        return [m.binding for m in found.memories if m.parameter is rule.memory][:1] or [update.binding]
    if rule.at is not None:
        made = [b for b in found.session.bindings if b.value is not None and b.value.made_from(rule.at)]
        return made[:1] or [update.binding]
    if rule.code not in {"sign", ODD} or update.binding.value is None:
        return [update.binding]
    lines = [update.binding, *_before(found, update)]
    names = sorted({plain(move.parameter.name) for move in judgement.moves}, key=len, reverse=True)
    return [binding for binding in lines if not _alike(found, binding, names)] or lines


def _before(found: Claims, update: Update) -> list[Binding]:
    """The lines on the way from the gradient to the step."""
    after = update.binding.value
    assert after is not None  # noqa: S101 -- asked for by the caller
    remembered = [found.session.tape.nodes[place] for place in found.session.remembered]
    made = []
    for binding in found.session.bindings:
        value = binding.value
        if value is None or value is after or not after.made_from(value) or claim(binding.name) is not None:
            continue
        if value.operation and any(value.made_from(leaf) for leaf in remembered):
            made.append(binding)
    return made


def _alike(found: Claims, binding: Binding, names: Sequence[str]) -> bool:
    """Whether another weight has the same line but for its name."""
    own = _bare(binding, names)
    return any(
        other.statement.line != binding.statement.line and _bare(other, names) == own
        for other in found.session.bindings
    )


def _bare(binding: Binding, names: Sequence[str]) -> str:
    statement = binding.statement
    text = f"{statement.target} {statement.sign}= {ast.unparse(statement.value)}"
    for name in names:
        text = text.replace(name, "·")
    return text


def odd_ones(found: Claims, judgement: Judgement) -> None:
    """Call a step false that is no known rule, where one small edit makes it the rule of all other weights."""
    for place, moved in enumerate(judgement.updates):
        rule, update = moved.rule, moved.update
        if rule is None or moved.verdict not in {"given", "true"} or update.parameter.place in found.session.remembered:
            continue
        others = {
            (other.rule.words, other.rule.kept)
            for other in judgement.updates
            if other is not moved and other.verdict == "true" and other.rule is not None and other.rule.words
        }
        count = sum(
            other is not moved and other.verdict == "true" and other.rule is not None for other in judgement.updates
        )
        if len(others) != 1 or count < ENOUGH or (rule.words, rule.kept) in others:
            continue
        words, kept = next(iter(others))
        message = f"The other weights are moved by {words}, and this one is not."
        odd = Rule("false", words, ODD, message, kept=kept)
        if mended_step(found, judgement, update, odd).mend is not None:
            judgement.updates[place] = UpdateRuling(update, "false", rule=odd)

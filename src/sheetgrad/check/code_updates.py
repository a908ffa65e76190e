"""What is said about a wrong step of an optimizer: the line where it goes wrong, and the smallest edit that mends it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_broken import fits
from sheetgrad.check.code_lines import line_of
from sheetgrad.check.code_mend import first_edit
from sheetgrad.check.code_steps import stepped
from sheetgrad.check.findings import Finding

if TYPE_CHECKING:
    from sheetgrad.check.code_claims import Claims, Update
    from sheetgrad.check.code_mend import Mend
    from sheetgrad.check.code_optimizers import Rule
    from sheetgrad.check.code_ruling import Judgement, UpdateRuling
    from sheetgrad.check.findings import Report
    from sheetgrad.read.python.tape import Node
    from sheetgrad.read.python.values import Binding

MOST_LINES = 8
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
        "false", code, statement.line, statement.column, place, binding.name, yours[:500], expected, message, "", statement.span
    )


def _code(rule: Rule, mend: Mend | None) -> str:
    """The rule's own name of the mistake; that of the edit where the rule could say no more than that it is one."""
    if mend is None:
        return rule.code
    if rule.code == "shape":
        return "wrong-gradient" if mend.code in {"wrong-index", "wrong-layer", "wrong-quantity"} else mend.code
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
            return stepped(found, judgement, update, put={value.place: made}).verdict == "true"

        mend = first_edit(found, line, works, seconds=SECONDS)
        if mend is not None:
            return Mended(binding, mend)
    return Mended(lines[0], None)


def _lines(found: Claims, judgement: Judgement, update: Update, rule: Rule) -> list[Binding]:
    """The lines that may be to blame, the likeliest first."""
    if rule.memory is not None:
        return [m.binding for m in found.memories if m.parameter is rule.memory][:1] or [update.binding]
    if rule.at is not None:
        made = [b for b in found.session.bindings if b.value is not None and b.value.made_from(rule.at)]
        return made[:1] or [update.binding]
    after = update.binding.value
    if rule.code != "sign" or after is None:
        return [update.binding]
    used = [m.binding for m in found.memories if m.binding.value is not None and after.made_from(m.binding.value)]
    return [*used, update.binding] if _usual(judgement, update) else [update.binding, *used]


def _usual(judgement: Judgement, update: Update) -> bool:
    """Whether other weights make a right step in the same direction."""
    own = _direction(update)
    return any(
        moved.verdict == "true" and moved.update is not update and _direction(moved.update) == own
        for moved in judgement.updates
        if moved.rule is not None
    )


def _direction(update: Update) -> str:
    statement = update.binding.statement
    if statement.sign:
        return statement.sign
    return type(statement.value.op).__name__ if isinstance(statement.value, ast.BinOp) else ""

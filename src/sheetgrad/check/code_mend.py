"""The smallest edit of one line of code that makes it right."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_lines import forget, line_of, references
from sheetgrad.check.code_points import ratio, same
from sheetgrad.check.code_ruling import candidates
from sheetgrad.check.code_swaps import edits
from sheetgrad.read.python.limits import UnreadableCodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.check.code_claims import Claims
    from sheetgrad.check.code_lines import Line
    from sheetgrad.check.code_ruling import Judgement, Ruling
    from sheetgrad.read.python.tape import Node

MOST = 4000
"""Edits tried for one line."""
SECONDS = 1.5


class Mend(NamedTuple):
    """An edit that works."""

    code: str
    source: str
    message: str


def mended(found: Claims, judgement: Judgement, ruling: Ruling) -> Mend | None:
    """The first edit of the line, from small to large, under which it is right."""
    line = line_of(found.session, ruling.claim.binding)
    if ruling.target is None or line is None:
        return None
    top = ruling.claim.top or judgement.loss.node
    exact = judgement.points.slope(top, ruling.target)
    size = ruling.target.value.size
    node = ruling.claim.binding.value
    own = [] if node is None else [(node, judgement.points.claimed(node))]  # another name may stand for it, rightly

    if line.entries and not ruling.claim.final:
        return first_edit(found, line, lambda made: _somewhere(judgement, line, made))

    def works(made: Node) -> bool:
        if made.value.size != size:
            return False
        if ratio(judgement.points.trial(made, own, most=1), exact[:1]) is None:
            return False
        factor = ratio(judgement.points.trial(made, own), exact)
        if factor is None:
            return False
        return same(factor, ruling.wanted) or (ruling.factor is None and not ruling.claim.final)

    return first_edit(found, line, works)


def _somewhere(judgement: Judgement, line: Line, made: Node) -> bool:
    """Whether an array with other entries set is the gradient by something, and another one than before."""
    before = line.binding.before
    value = judgement.points.trial(made, [], most=1)
    if before is None or ratio(value, judgement.points.trial(before, [], most=1)) is not None:
        return False
    return any(
        ratio(value, judgement.points.slope(judgement.loss.node, candidate)[:1]) is not None
        for candidate in candidates(judgement, before)
    )


def first_edit(found: Claims, line: Line, works: Callable[[Node], bool], *, seconds: float = SECONDS) -> Mend | None:
    """The first edit whose value passes a trial."""
    tape = found.session.tape
    start = process_time()
    known = references(line, found.session.tree)
    for tried, edit in enumerate(edits(line, known)):
        if tried > MOST or process_time() - start > seconds:
            return None
        mark = len(tape.nodes)
        sign = line.sign if edit.sign is None else edit.sign
        try:
            made = line.value(edit.parts, sign)
            right = made is not None and works(made)
        except (UnreadableCodeError, ValueError, TypeError, KeyError, IndexError, AttributeError):
            right = False
        finally:
            forget(tape, mark)
        if right:
            return Mend(edit.code, line.text(edit.parts, sign), edit.message)
    return None

"""The smallest edit of one line of code that makes its gradient right."""

from __future__ import annotations

import ast
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.check.code_edits import edits
from sheetgrad.check.code_points import ratio, same
from sheetgrad.read.python.expressions import evaluate
from sheetgrad.read.python.limits import UnreadableCodeError
from sheetgrad.read.python.tape import Node, Tape
from sheetgrad.read.python.values import Deferred, Scope

if TYPE_CHECKING:
    from sheetgrad.check.code_claims import Claims
    from sheetgrad.check.code_ruling import Judgement, Ruling

MOST = 1500
"""Edits tried for one line."""
SECONDS = 1.5


class Mend(NamedTuple):
    """An edit that works."""

    code: str
    source: str
    message: str


def mended(found: Claims, judgement: Judgement, ruling: Ruling) -> Mend | None:
    """The first edit of the line, from small to large, under which it is right."""
    binding = ruling.claim.binding
    if ruling.target is None or not binding.own or not binding.names:
        return None
    top = ruling.claim.top or judgement.loss.node
    exact = judgement.points.slope(top, ruling.target)
    start = perf_counter()
    for tried, edit in enumerate(edits(binding.statement.value, _names(found, ruling))):
        if tried > MOST or perf_counter() - start > SECONDS:
            return None
        if _works(found, judgement, ruling, edit.value, exact):
            return Mend(edit.code, ast.unparse(ast.fix_missing_locations(edit.value)), edit.message)
    return None


def _works(found: Claims, judgement: Judgement, ruling: Ruling, value: ast.expr, exact: list[Any]) -> bool:
    """Whether the edited line gives the exact derivative, with the factor that is wanted."""
    binding = ruling.claim.binding
    session = found.session
    mark = len(session.tape.nodes)
    names = {name: (part.node or part if isinstance(part, Deferred) else part) for name, part in binding.names.items()}
    session.steps = 0
    try:
        scope = Scope(names, _outer(session, binding.function))
        if binding.statement.sign:
            return False
        made = evaluate(session, scope, value)
        if not isinstance(made, Node) or made.value.size != ruling.target.value.size:  # type: ignore[union-attr]  # mended() has asked
            return False
        factor = ratio(judgement.points.trial(made, []), exact)
    except (UnreadableCodeError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
    finally:
        _forget(session.tape, mark)
    wanted = ruling.wanted
    if factor is None:
        return False
    return same(factor, wanted) or (ruling.factor is None and not ruling.claim.final)


def _forget(tape: Tape, mark: int) -> None:
    del tape.nodes[mark:]
    for place in [place for place in tape.leaves if place >= mark]:
        del tape.leaves[place]


def _outer(session: Any, function: str) -> Scope | None:  # noqa: ANN401 -- a session
    for known in session.functions:
        if known.name == function or not function:
            return known.scope  # type: ignore[no-any-return]
    return Scope(dict(session.pool))


def _names(found: Claims, ruling: Ruling) -> dict[str, tuple[int, ...]]:
    """Names that may be put in place of another, with their shapes."""
    del found
    made: dict[str, tuple[int, ...]] = {}
    for name, value in ruling.claim.binding.names.items():
        node = value.node if isinstance(value, Deferred) else value
        if isinstance(node, Node) and name != ruling.claim.binding.name:
            made[name] = node.shape
    return made

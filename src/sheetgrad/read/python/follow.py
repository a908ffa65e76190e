"""Follow a program: read it, find shapes that fit, and give what every name stood for."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from sheetgrad.read.python.calls import called, made
from sheetgrad.read.python.limits import CHARACTERS, NESTING, FitError, TooMuchError, UnreadableCodeError
from sheetgrad.read.python.memories import counters, memories
from sheetgrad.read.python.names import claim, plain
from sheetgrad.read.python.session import Session
from sheetgrad.read.python.shapes import Choices
from sheetgrad.read.python.statements import run
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Builtin, Class, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSES = 400
SECONDS = 4.0
ARRAYS = re.compile(
    r"@|\.T\b|\.dot\(|\.sum\(|\.shape|axis|outer|matmul|np\.array|numpy\.array|np\.dot|np\.sum|reshape|zeros|einsum|torch|jax\.numpy|randn|rand\(|np\.mean|normal\("
)
BATCH = re.compile(
    r"axis\s*=|keepdims|/\s*(?:m|N|n|batch_size|num_examples)\b|\.shape\[|len\((?:X|y|x)\)|\.mean\(|np\.mean|1\s*\.?\s*/\s*m\b"
)
COLUMN = re.compile(r"(?:zeros|randn|rand)\(\(?[^()]*, 1\)?\)")


@dataclass(frozen=True, slots=True)
class Followed:
    """One way to fit shapes, and everything that happened."""

    session: Session
    decisions: tuple[int, ...]


def parsed(text: str) -> ast.Module:
    """The syntax tree; raises `UnreadableCodeError` where there is none or it is too large."""
    if len(text) > CHARACTERS:
        message = f"the code is longer than {CHARACTERS:,} characters; give the part with the forward and backward pass"
        raise TooMuchError(message)
    text = re.sub(r"^(\s*)[%!].*$", r"\1pass", text, flags=re.MULTILINE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        message = f"line {error.lineno or 1} is not Python: {error.msg}"
        raise UnreadableCodeError(message) from error
    except (ValueError, RecursionError, MemoryError) as error:
        message = "the code is nested too deeply, or is no text"
        raise TooMuchError(message) from error
    _shallow(tree)
    return tree


def _shallow(tree: ast.Module) -> None:
    """Refuse a tree that is deeper than people write."""
    level: list[ast.AST] = [tree]
    for _ in range(NESTING):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    message = f"the code is nested more than {NESTING} deep"
    raise TooMuchError(message)


def follow(text: str, *, most: int = 1) -> Iterator[Followed]:
    """Ways to follow the code, the likeliest first; each later one differs from the first in one decision.

    Raises:
        UnreadableCodeError: it is no Python, too much, or no shapes fit.
    """
    tree = parsed(text)
    start = perf_counter()
    first = _fitting(tree, text, (), 0, start)
    yield first
    found = 1
    taken, offered = first.decisions, tuple(first.session.choices.ways)
    for place, options in enumerate(offered):
        for option in range(options):
            if option == taken[place]:
                continue
            if found >= most or perf_counter() - start > SECONDS:
                return
            try:
                yield _fitting(tree, text, (*taken[:place], option), place + 1, start)
            except FitError:
                continue
            found += 1


def _fitting(tree: ast.Module, text: str, decisions: tuple[int, ...], kept: int, start: float) -> Followed:
    """The first way that fits and begins with those decisions."""
    failure: FitError | None = None
    following: tuple[int, ...] | None = decisions
    for _ in range(PASSES):
        if following is None or perf_counter() - start > SECONDS:
            break
        session = _session(tree, text, following)
        try:
            session = _gone(session, tree, text, following)
        except FitError as error:
            failure = failure or error
        except RecursionError as error:
            message = "the code is nested too deeply"
            raise TooMuchError(message) from error
        else:
            count = len(session.choices.offered)
            return Followed(session, (*following, *([0] * count))[:count])
        following = session.choices.following(kept)
    message = f"no shapes of the inputs and weights make the forward part fit: {failure or 'too many ways to try'}"
    raise FitError(message)


def _gone(session: Session, tree: ast.Module, text: str, decisions: tuple[int, ...]) -> Session:
    """A pass; where an optimizer remembers something, another with what nobody chose in its place."""
    _go(session, tree)
    kept = memories(session)
    if not kept:
        return session
    again = _session(tree, text, decisions, kept)
    _go(again, tree)
    return again


def _session(tree: ast.Module, text: str, decisions: tuple[int, ...], kept: frozenset[str] = frozenset()) -> Session:
    assigned, indices = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            said = claim(ast.unparse(node)[:200])
            if said is not None:
                assigned.add(plain(said.base))
        if isinstance(node, ast.Subscript):
            indices |= {part.id for part in ast.walk(node.slice) if isinstance(part, ast.Name)}
    code = ast.unparse(tree) if len(text) < 200_000 else text
    scalar = not ARRAYS.search(code)
    return Session(
        Choices(decisions),
        scalar,
        bool(BATCH.search(code)),
        frozenset(assigned),
        frozenset(indices),
        tree,
        text,
        counters=counters(tree),
        memories=kept,
        single=bool(COLUMN.search(code)) and not BATCH.search(code),
        vectors="outer(" in code and not BATCH.search(code),
    )


def _go(session: Session, tree: ast.Module) -> None:
    scope = session.scope(None, "")
    session.pool = {}
    run(session, scope, tree.body)
    for _ in range(2):
        for value in list(scope.names.values()):
            if isinstance(value, Class):
                _use(session, value)
    for function in list(session.functions):
        if not function.calls and function.scope is scope:
            _try(session, scope, function)


def _use(session: Session, kind: Class) -> None:
    """Make an object where the code makes none, and call the methods that nobody called."""
    instance = kind.made[0] if kind.made else made(session, kind, [], {})
    for name, method in kind.methods.items():
        if not method.calls and not name.startswith("__"):
            method.calls.append(0)
            _call(session, _method(session, instance, name))


def _method(session: Session, instance: object, name: str) -> object:
    from sheetgrad.read.python.calls import attribute

    return attribute(session, instance, name)


def _try(session: Session, scope: Scope, function: object) -> None:
    del scope
    _call(session, function)


def _call(session: Session, function: object) -> None:
    """A call with names from the rest of the code; after the first gradient a misfit is not ours to report."""
    try:
        called(session, function, [], {})
    except FitError:
        if not session.claimed:
            raise


__all__ = ["Builtin", "Followed", "Node", "follow", "parsed"]

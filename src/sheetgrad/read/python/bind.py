"""Names given a value: numbers that the author chose are replaced, and every moment is remembered."""

from __future__ import annotations

import ast
import re
from typing import Any

from sheetgrad.read.python.expressions import evaluate, picked
from sheetgrad.read.python.freeing import freed, may_be_leaf
from sheetgrad.read.python.limits import FitError
from sheetgrad.read.python.memories import constant
from sheetgrad.read.python.names import claim, plain
from sheetgrad.read.python.session import Session, is_number, settled
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Binding, Deferred, Instance, Opaque, Scope, Statement


def assign(
    session: Session,
    scope: Scope,
    target: ast.expr,
    value: Any,  # noqa: ANN401 -- whatever an expression may be
    statement: ast.stmt,
    *,
    names: dict[str, Any] | None = None,
    aside: bool = False,
    own: bool = True,
) -> None:
    """Give a target its value; `aside` remembers without setting the name."""
    if isinstance(target, ast.Tuple | ast.List):
        _parts(session, scope, target, value, statement, names)
        return
    key = key_of(session, scope, target)
    value = settled(value)
    if isinstance(value, Opaque) and not claim(key) and not getattr(statement, "op", None):
        value = session.unknown(plain(key)) if may_be_leaf(session, key) else value
    if not aside:
        value = freed(session, key, value)
    before = None if aside else _before(session, scope, target)
    if not aside:
        value = _store(session, scope, target, value)
    if session.pool is not scope.names and not aside:
        session.pool[plain(key)] = value
    record(session, scope, key, value, source(session, target, statement), before=before, names=names or {}, own=own)


def record(
    session: Session,
    scope: Scope,
    key: str,
    value: Any,  # noqa: ANN401 -- whatever an expression may be
    statement: Statement,
    *,
    before: Any = None,  # noqa: ANN401 -- the same
    names: dict[str, Any],
    own: bool = True,
    failure: str = "",
) -> None:
    """Remember the moment; members of lists and dictionaries are remembered by their own keys."""
    if isinstance(value, list | tuple):
        for place, part in enumerate(value[:64]):
            earlier = before[place] if isinstance(before, list | tuple) and place < len(before) else None
            record(session, scope, f"{key}[{place}]", part, statement, before=earlier, names=names, own=False)
        return
    if isinstance(value, dict):
        for place, part in list(value.items())[:64]:
            earlier = before.get(place) if isinstance(before, dict) else None
            record(session, scope, f"{key}[{place!r}]", part, statement, before=earlier, names=names, own=False)
        return
    if is_number(value) and claim(key) and not isinstance(value, bool):
        value = session.tape.leaf(value)
    known = claim(key) is not None or (isinstance(before, Node) and bool(before.name))
    if not isinstance(value, Node) and not failure and not (known and isinstance(value, Opaque)):
        return
    node = value if isinstance(value, Node) else None
    if isinstance(value, Opaque):
        failure = f"not followed: {value.reason}"
    session.claimed |= claim(key) is not None and node is not None and not constant(node)
    session.bindings.append(
        Binding(
            key,
            node,
            statement,
            scope.number,
            scope.function,
            before if isinstance(before, Node) else None,
            names,
            failure,
            len(session.tape.nodes),
            own,
            _owner(scope, key),
        )
    )


def _owner(scope: Scope, key: str) -> Instance | None:
    """The object whose attribute a key is; else the one in whose method it stands."""
    first, *rest = re.split(r"[.\[]", key)
    held = scope.names.get(first)
    for name in rest:
        part = held.attributes.get(name) if isinstance(held, Instance) else None
        held = part if isinstance(part, Instance) else held
    if isinstance(held, Instance):
        return held
    method = scope.names.get("self")
    return method if isinstance(method, Instance) else None


def dropped(  # noqa: PLR0917 -- what a failed statement leaves behind
    session: Session, scope: Scope, target: ast.expr, statement: ast.stmt, reason: str, names: dict[str, Any]
) -> None:
    """A statement whose shapes do not fit: what it claims is remembered as failed, its names hold nothing."""
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            dropped(session, scope, part, statement, reason, names)
        return
    key = key_of(session, scope, target)
    hole: Any = Opaque(f"line {statement.lineno} has no value")
    claimed = claim(key)
    if claimed is not None:
        base = settled(session.pool.get(plain(claimed.base)))
        if isinstance(base, Node):
            hole = session.tape.leaf(base.value * 0.0 + 1.0)
    before = _before(session, scope, target)
    _store(session, scope, target, hole)
    session.pool[plain(key)] = hole
    node = hole if isinstance(hole, Node) else None
    record(session, scope, key, node, source(session, target, statement), before=before, names=names, failure=reason)


def source(session: Session, target: ast.expr, statement: ast.stmt) -> Statement:
    """Where the assignment stands and what is on its right."""
    value = getattr(statement, "value", None)
    sign = type(statement.op).__name__ if isinstance(statement, ast.AugAssign) else ""
    line = getattr(statement, "lineno", 1)
    column = getattr(statement, "col_offset", 0) + 1
    del session
    return Statement(
        line, column, ast.unparse(target), value if isinstance(value, ast.expr) else ast.Constant(None), sign
    )


def _parts(  # noqa: PLR0917 -- the same as assign()
    session: Session,
    scope: Scope,
    target: ast.Tuple | ast.List,
    value: Any,  # noqa: ANN401 -- whatever an expression may be
    statement: ast.stmt,
    names: dict[str, Any] | None,
) -> None:
    value = settled(value)
    parts: list[Any]
    if isinstance(value, Node) and value.value.ndim and value.shape[0] == len(target.elts):
        parts = [session.tape.record("item", value, index=place) for place in range(len(target.elts))]
    elif isinstance(value, list | tuple) and len(value) == len(target.elts):
        parts = list(value)
    elif isinstance(value, Deferred):
        parts = [
            session.part(value, place) if session.scalar else Opaque("one of several")
            for place in range(len(target.elts))
        ]
    elif isinstance(value, Opaque):
        parts = [value] * len(target.elts)
    else:
        message = "a value that does not have as many parts as there are names"
        raise FitError(message)
    each = getattr(statement, "value", None)
    own = isinstance(each, ast.Tuple | ast.List) and len(each.elts) == len(target.elts)
    for place, (part, found) in enumerate(zip(target.elts, parts, strict=True)):
        one = statement
        if own and isinstance(each, ast.Tuple | ast.List):
            one = ast.copy_location(ast.Assign(targets=[part], value=each.elts[place]), part)
        assign(session, scope, part, found, one, names=names, own=own)


def key_of(session: Session, scope: Scope, target: ast.expr) -> str:
    """The name of a target, with what stands in brackets worked out."""
    match target:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name):
            return f"{key_of(session, scope, owner)}.{name}"
        case ast.Subscript(value=owner, slice=index):
            holder = settled(evaluate(session, scope, owner))
            if isinstance(holder, Node):
                return key_of(session, scope, owner)
            place = evaluate(session, scope, index)
            if isinstance(holder, list) and isinstance(place, int) and place < 0:
                place += len(holder)
            return (
                f"{key_of(session, scope, owner)}[{place!r}]" if isinstance(place, int | str) else ast.unparse(target)
            )
        case _:
            return ast.unparse(target)[:100]


def _before(session: Session, scope: Scope, target: ast.expr) -> Any:  # noqa: ANN401 -- whatever it stood for
    match target:
        case ast.Name(id=name):
            return settled(scope.names.get(name, session.deferred.get(name)))
        case ast.Attribute(value=owner, attr=name):
            held = settled(evaluate(session, scope, owner))
            return settled(held.attributes.get(name)) if isinstance(held, Instance) else None
        case ast.Subscript(value=owner, slice=index):
            held = settled(evaluate(session, scope, owner))
            if isinstance(held, Node):
                return held
            place = evaluate(session, scope, index)
            if isinstance(held, Deferred):
                return settled(held.parts.get(place)) if isinstance(place, int | str) else None
            inside = (isinstance(held, dict) and place in held) or (
                isinstance(held, list) and isinstance(place, int) and -len(held) <= place < len(held)
            )
            return settled(held[place]) if inside else None
        case _:
            return None


def _store(session: Session, scope: Scope, target: ast.expr, value: Any) -> Any:  # noqa: ANN401 -- anything
    """Give a target its value; what its name stands for then, which is a whole array where entries were set."""
    match target:
        case ast.Name(id=name):
            scope.names[name] = value
        case ast.Attribute(value=owner, attr=name):
            held = evaluate(session, scope, owner)
            if isinstance(held, Instance):
                held.attributes[name] = value
            elif isinstance(held, Deferred):
                held.parts[name] = value
        case ast.Subscript(value=owner, slice=index):
            return _store_part(session, scope, owner, index, value)
        case _:
            pass
    return value


def _store_part(session: Session, scope: Scope, owner: ast.expr, index: ast.expr, value: Any) -> Any:  # noqa: ANN401
    held = settled(evaluate(session, scope, owner))
    place = picked(session, scope, index)
    if isinstance(held, dict | list):
        inside = isinstance(place, int) and isinstance(held, list) and -len(held) <= place < len(held)
        if isinstance(held, dict) or inside:
            held[place] = value
    elif isinstance(held, Deferred) and isinstance(place, int | str):
        held.parts[place] = value
    elif isinstance(held, Node) and not isinstance(value, Opaque):
        changed = session.tape.record("put", held, session.resolve(value), index=place)
        return _store(session, scope, owner, changed)
    return value

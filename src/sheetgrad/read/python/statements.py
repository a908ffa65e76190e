"""Statements, gone through one after the other; every name that is given a value is remembered."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from sheetgrad.read.python.bind import assign, dropped
from sheetgrad.read.python.data import rounds
from sheetgrad.read.python.expressions import BINARY, binary, evaluate
from sheetgrad.read.python.limits import ROUNDS, FitError, TooMuchError
from sheetgrad.read.python.names import PASSES, claim, plain
from sheetgrad.read.python.session import Session, opaque
from sheetgrad.read.python.snapshot import snapshot, worth_keeping
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Class, Function, Module, Opaque, Scope

KNOWN_MODULES = {"numpy", "math", "random", "scipy", "cmath", "scipy.special", "numpy.random"}
LIKE_NUMPY = frozenset(
    {
        "autograd.numpy",
        "jax.numpy",
        "jax.nn",
        "jax",
        "torch",
        "torch.nn",
        "torch.nn.functional",
        "cupy",
        "mlx.core",
        "jax.scipy.special",
    }
)
"""Modules whose functions of arrays have NumPy's names, or nearly."""


@dataclass(slots=True)
class Returned:
    """A function has ended."""

    value: Any


class Left:
    """A loop was left, or goes on with its next round."""


def run(session: Session, scope: Scope, body: list[ast.stmt]) -> Returned | Left | None:
    """Go through a block; says how it ended."""
    for place, statement in enumerate(body):
        session.step()
        if isinstance(statement, ast.If):
            signal = _branch(session, scope, statement, body[place + 1 :])
            if isinstance(signal, tuple):
                ended: Returned = signal[0]
                return ended
        else:
            signal = _one(session, scope, statement)
        if isinstance(signal, Returned | Left):
            return signal
    return None


def _one(session: Session, scope: Scope, statement: ast.stmt) -> Returned | Left | None:
    match statement:
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign(value=ast.expr()):
            _assignment(session, scope, statement)
        case ast.Expr(value=ast.Call() as call):
            _attempt(session, scope, call)
        case ast.Return(value=value):
            return Returned(None if value is None else _returned(session, scope, value))
        case ast.FunctionDef(name=name):
            scope.names[name] = Function(name, statement, scope)
            session.functions.append(scope.names[name])
        case ast.ClassDef(name=name, body=body):
            methods = {
                part.name: Function(part.name, part, scope) for part in body if isinstance(part, ast.FunctionDef)
            }
            scope.names[name] = Class(name, methods)
        case ast.Import(names=names):
            for alias in names:
                scope.names[alias.asname or alias.name.partition(".")[0]] = _module(alias.name, alias.asname)
        case ast.ImportFrom(module=module, names=names):
            _from(scope, module or "", names)
        case ast.For():
            return _loop(session, scope, statement)
        case ast.While(body=body):
            signal = run(session, scope, body)
            return signal if isinstance(signal, Returned) else None
        case ast.With(body=body) | ast.Try(body=body):
            return run(session, scope, body)
        case ast.Break() | ast.Continue():
            return Left()
        case _:
            pass
    return None


def _attempt(session: Session, scope: Scope, call: ast.Call) -> None:
    """A call for its effect: where it cannot be followed after the first gradient, the rest still can."""
    try:
        evaluate(session, scope, call)
    except FitError:
        if not session.claimed:
            raise


def _returned(session: Session, scope: Scope, value: ast.expr) -> Any:  # noqa: ANN401 -- whatever is returned
    found = evaluate(session, scope, value)
    if isinstance(found, Node) and scope.function:
        assign(
            session, scope, ast.Name(id=f"{scope.function}()", ctx=ast.Store()), found, _statement(value), aside=True
        )
    return found


def _statement(value: ast.expr) -> ast.Assign:
    made = ast.Assign(targets=[], value=value)
    return ast.copy_location(made, value)


def _assignment(session: Session, scope: Scope, statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    assert statement.value is not None  # noqa: S101 -- matched above
    names = snapshot(scope) if worth_keeping(statement) else {}
    try:
        if isinstance(statement, ast.AugAssign):
            before = evaluate(session, scope, _loaded(statement.target))
            after = evaluate(session, scope, statement.value)
            value = binary(session, BINARY.get(type(statement.op), ""), before, after)
        else:
            value = evaluate(session, scope, statement.value)
    except FitError as error:
        claims = [
            claim(plain(ast.unparse(target))) for target in targets if not isinstance(target, ast.Tuple | ast.List)
        ]
        if not session.claimed and not any(claims):
            raise
        session.claimed = True
        for target in targets:
            dropped(session, scope, target, statement, str(error), names)
        return
    for target in targets:
        assign(session, scope, target, value, statement, names=names)


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.Name(id=name, ctx=ast.Load())
        case _:
            return target


def _module(path: str, name: str | None) -> Any:  # noqa: ANN401 -- a module, or what is not followed
    if path in LIKE_NUMPY:
        return Module("numpy")
    whole = path if name else path.partition(".")[0]
    return Module(whole) if whole in KNOWN_MODULES else Opaque(f"the module {path[:60]} is not followed")


def _from(scope: Scope, module: str, names: list[ast.alias]) -> None:
    from sheetgrad.read.python.values import Builtin

    for alias in names:
        known = module in KNOWN_MODULES
        path = f"{module}.{alias.name}"
        if module in LIKE_NUMPY:
            path, known = f"numpy.{alias.name}", True
            if f"{module}.{alias.name}" in LIKE_NUMPY:
                scope.names[alias.asname or alias.name] = Module("numpy")
                continue
        found = Module(path) if path in KNOWN_MODULES else Builtin(path)
        scope.names[alias.asname or alias.name] = found if known else Opaque(f"{path[:60]} is not followed")


def _branch(session: Session, scope: Scope, statement: ast.If, rest: list[ast.stmt]) -> Any:  # noqa: ANN401 -- a signal
    met = evaluate(session, scope, statement.test)
    if isinstance(met, Node) and _returns(statement.body):
        sides = [run(session, scope, statement.body), run(session, scope, statement.orelse or rest)]
        values = [side.value if isinstance(side, Returned) else None for side in sides]
        if all(isinstance(value, Node | int | float) for value in values) and not opaque(*values):
            return (Returned(session.tape.record("where", met, *values)),)
        return (sides[0],)
    if isinstance(met, Node):
        return run(session, scope, statement.body)
    return run(session, scope, statement.body if met else statement.orelse)


def _returns(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return)


def _loop(session: Session, scope: Scope, statement: ast.For) -> Returned | Left | None:
    source = evaluate(session, scope, statement.iter)
    found = rounds(session, source)
    if found is None:
        _unknown(session, scope, statement.target)
        found = [None]
        only = True
    else:
        only = _is_training(statement)
        if not only and len(found) > ROUNDS and not _picks(statement):
            only = True
        if not only and len(found) > ROUNDS:
            message = f"line {statement.lineno}: a loop of more than {ROUNDS} rounds that is no training loop"
            raise TooMuchError(message)
    for value in found[:1] if only else found:
        if value is not None:
            spread(scope, statement.target, value)
            if only:
                _counting(session, scope, statement.target)
        signal = run(session, scope, statement.body)
        if isinstance(signal, Returned):
            return signal
        if isinstance(signal, Left):
            continue
    return None


def _counting(session: Session, scope: Scope, target: ast.expr) -> None:
    """The number of a step of training is any, where something is raised to it."""
    for name in _stored(target) & session.counters - session.indices:
        if isinstance(scope.names[name], int):
            scope.names[name] = session.count(name)


def _stored(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _unknown(session: Session, scope: Scope, target: ast.expr) -> None:
    """The names of a loop over something unknown stand for what they say."""
    for part in ast.walk(target):
        if isinstance(part, ast.Name):
            scope.names[part.id] = session.unknown(part.id)


def _picks(statement: ast.For) -> bool:
    """Whether the name of the loop stands in brackets within it."""
    picks = {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    body = ast.Module(body=statement.body, type_ignores=[])
    return any(isinstance(node, ast.Subscript) and _mentions(node.slice, picks) for node in ast.walk(body))


def _is_training(statement: ast.For) -> bool:
    """Whether each round is a step of training: then one round says all."""
    picks = {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
    indexed = False
    for node in ast.walk(ast.Module(body=statement.body, type_ignores=[])):
        if isinstance(node, ast.Subscript):
            indexed |= _mentions(node.slice, picks)
        if isinstance(node, ast.AugAssign | ast.Assign) and _is_update(node):
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            if not (isinstance(target, ast.Subscript) and _mentions(target, picks)) and not _mentions(target, picks):
                return True
    return isinstance(statement.target, ast.Name) and bool(PASSES.fullmatch(statement.target.id)) and not indexed


def _is_update(node: ast.AugAssign | ast.Assign) -> bool:
    """Whether it changes a parameter by a gradient."""
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    if not isinstance(target, ast.Name | ast.Attribute | ast.Subscript) or claim(ast.unparse(target)) is not None:
        return False
    name = ast.unparse(target)
    if not (
        isinstance(node, ast.AugAssign)
        or any(ast.unparse(part) == name for part in ast.walk(node.value) if isinstance(part, ast.expr))
    ):
        return False
    return any(
        claim(part.id if isinstance(part, ast.Name) else part.attr) is not None
        for part in ast.walk(node.value)
        if isinstance(part, ast.Name | ast.Attribute)
    )


def _mentions(node: ast.expr, names: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def spread(scope: Scope, target: ast.expr, value: Any) -> None:  # noqa: ANN401 -- whatever a loop gives
    """Give the names of a loop their value for one round."""
    match target:
        case ast.Name(id=name):
            scope.names[name] = value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            values = value if isinstance(value, list | tuple) and len(value) == len(parts) else None
            for place, part in enumerate(parts):
                spread(scope, part, values[place] if values is not None else Opaque("a part of an unknown value"))
        case _:
            pass

"""The value of an expression, with every operation on unknown numbers recorded."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.calls import attribute, called
from sheetgrad.read.python.data import BUILTINS, arithmetic, element, rounds
from sheetgrad.read.python.limits import ROUNDS, FitError, UnreadableCodeError
from sheetgrad.read.python.session import is_number, opaque, settled
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import MISSING, Builtin, Deferred, Function, Opaque, Scope, Turned

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.read.python.session import Session

BINARY = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
    ast.FloorDiv: "floor",
    ast.Mod: "remainder",
    ast.BitAnd: "logical_and",
    ast.BitOr: "logical_or",
}
COMPARED: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Gt: ("greater", operator.gt),
    ast.GtE: ("greater_equal", operator.ge),
    ast.Lt: ("less", operator.lt),
    ast.LtE: ("less_equal", operator.le),
    ast.Eq: ("equal", operator.eq),
    ast.NotEq: ("not_equal", operator.ne),
}


def evaluate(session: Session, scope: Scope, node: ast.expr) -> Any:  # noqa: ANN401 -- whatever an expression may be
    """The value of one expression."""
    session.step()
    match node:
        case ast.Constant(value=value):
            return value if isinstance(value, int | float | str | None) else Opaque("a constant of an unusual kind")
        case ast.Name(id=name):
            return _name(session, scope, name)
        case ast.BinOp(left=left, op=op, right=right):
            return binary(
                session, BINARY.get(type(op), ""), *(evaluate(session, scope, side) for side in (left, right))
            )
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(session, op, evaluate(session, scope, operand))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(session, op, evaluate(session, scope, left), evaluate(session, scope, right))
        case ast.Call():
            return _call(session, scope, node)
        case ast.Attribute(value=owner, attr=name):
            return attribute(session, evaluate(session, scope, owner), name)
        case ast.Subscript(value=owner, slice=index):
            return element(session, evaluate(session, scope, owner), picked(session, scope, index))
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            made = _members(session, scope, parts)
            return tuple(made) if isinstance(node, ast.Tuple) else made
        case ast.Dict(keys=keys, values=values):
            return _dictionary(session, scope, keys, values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _either(session, scope, test, body, orelse)
        case ast.BoolOp(op=op, values=values):
            return _logic(session, scope, op, values)
        case ast.ListComp(elt=each, generators=[one]) | ast.GeneratorExp(elt=each, generators=[one]):
            return _comprehension(session, scope, each, one)
        case ast.DictComp(key=key, value=value, generators=[one]):
            pair = ast.Tuple(elts=[key, value], ctx=ast.Load())
            return dict(_comprehension(session, scope, pair, one))
        case ast.Lambda():
            return Function("lambda", node, scope)
        case ast.JoinedStr():
            return _text(session, scope, node)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            scope.names[name] = evaluate(session, scope, value)
            return scope.names[name]
        case _:
            return Opaque(f"{type(node).__name__} is not followed")


def _name(session: Session, scope: Scope, name: str) -> Any:  # noqa: ANN401 -- whatever the name stands for
    found = scope.find(name)
    if found is not MISSING:
        return settled(found)
    if name in BUILTINS:
        return Builtin(f"builtins.{name}")
    if name.startswith("__"):
        return "__main__" if name == "__name__" else Opaque(f"{name} is not followed")
    return settled(session.unknown(name))


def binary(session: Session, operation: str, left: Any, right: Any) -> Any:  # noqa: ANN401 -- nodes and plain data
    """An operation of two values."""
    hidden = opaque(left, right)
    if hidden is not None:
        return hidden
    if not any(isinstance(side, Node | Deferred | Turned) for side in (left, right)):
        return arithmetic(session, operation, left, right)
    if not all(isinstance(side, Node | Deferred | Turned | int | float | list | tuple) for side in (left, right)):
        return Opaque(f"{operation} of something that is no number")
    if operation not in session_operations():
        return Opaque(f"the operator {operation or 'used here'} is not followed")
    if operation in {"add", "subtract"} and is_number(right) and 0 < abs(right) <= 1e-4:
        right = 0.0  # a tiny number that only keeps a logarithm or a quotient finite
    if operation == "add" and is_number(left) and 0 < abs(left) <= 1e-4:
        left = 0.0
    left, right = session.pair(operation, left, right)
    made = session.tape.record(operation, left, right)
    if not session.claimed and _crossed(left, right):
        message = f"a row of {left.shape} and a column of {right.shape} make a square"
        raise FitError(message)
    return made


def _crossed(left: Any, right: Any) -> bool:  # noqa: ANN401 -- nodes and plain data
    """Whether a vector and a column are spread over each other, which nobody means in a forward pass."""
    if not isinstance(left, Node) or not isinstance(right, Node):
        return False
    for flat, column in ((left.shape, right.shape), (right.shape, left.shape)):
        if len(flat) == 1 and len(column) == 2 and column[1] == 1 and min(column[0], flat[0]) > 1:
            return True
    return False


def session_operations() -> frozenset[str]:
    """The operators that work on unknown numbers."""
    return frozenset({*BINARY.values()})


def _unary(session: Session, op: ast.unaryop, value: Any) -> Any:  # noqa: ANN401 -- nodes and plain data
    if isinstance(value, Opaque):
        return value
    match op:
        case ast.USub():
            return -value if is_number(value) else _recorded(session, "negative", value)
        case ast.UAdd():
            return value
        case ast.Not():
            return _recorded(session, "logical_not", value) if isinstance(value, Node) else not value
        case _:
            return _recorded(session, "logical_not", value)


def _recorded(session: Session, operation: str, value: Any) -> Any:  # noqa: ANN401 -- nodes and plain data
    if not isinstance(value, Node | Deferred | Turned):
        return Opaque(f"{operation} of something that is no number")
    return session.tape.record(operation, session.resolve(value))


def _compared(session: Session, op: ast.cmpop, left: Any, right: Any) -> Any:  # noqa: ANN401 -- nodes and plain data
    hidden = opaque(left, right)
    if hidden is not None:
        return hidden
    if isinstance(op, ast.Is | ast.IsNot):
        same = left is right
        return same if isinstance(op, ast.Is) else not same
    if isinstance(op, ast.In | ast.NotIn):
        inside = isinstance(right, list | tuple | dict | str) and not isinstance(left, Node) and left in right
        return inside if isinstance(op, ast.In) else not inside
    name, plain = COMPARED[type(op)]
    if any(isinstance(side, Node | Deferred | Turned) for side in (left, right)):
        if isinstance(left, str) or isinstance(right, str):
            return True  # a setting that nobody gave: the first branch is followed
        left, right = session.pair(name, left, right)
        return session.tape.record(name, left, right)
    try:
        return plain(left, right)
    except TypeError:
        return Opaque("a comparison of things that are no numbers")


def picked(session: Session, scope: Scope, index: ast.expr) -> Any:  # noqa: ANN401 -- whatever may stand in brackets
    """What stands in brackets."""
    match index:
        case ast.Slice(lower=lower, upper=upper, step=step):
            return slice(*(None if part is None else evaluate(session, scope, part) for part in (lower, upper, step)))
        case ast.Tuple(elts=parts):
            return tuple(picked(session, scope, part) for part in parts)
        case ast.Constant(value=value) if value is Ellipsis:
            return Ellipsis
        case _:
            return evaluate(session, scope, index)


def _members(session: Session, scope: Scope, parts: list[ast.expr]) -> list[Any]:
    made: list[Any] = []
    for part in parts:
        if isinstance(part, ast.Starred):
            value = evaluate(session, scope, part.value)
            made.extend(value if isinstance(value, list | tuple) else [value])
        else:
            made.append(evaluate(session, scope, part))
    return made


def _dictionary(session: Session, scope: Scope, keys: list[ast.expr | None], values: list[ast.expr]) -> Any:  # noqa: ANN401
    made: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        found = evaluate(session, scope, value)
        if key is None:
            made |= found if isinstance(found, dict) else {}
            continue
        name = evaluate(session, scope, key)
        if isinstance(name, str | int | tuple):
            made[name] = found
    return made


def _either(session: Session, scope: Scope, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Any:  # noqa: ANN401
    met = evaluate(session, scope, test)
    if isinstance(met, Node):
        sides = [session.resolve(evaluate(session, scope, side)) for side in (body, orelse)]
        return opaque(*sides) or session.tape.record("where", met, *sides)
    return evaluate(session, scope, body if met else orelse)


def _logic(session: Session, scope: Scope, op: ast.boolop, values: list[ast.expr]) -> Any:  # noqa: ANN401
    found: Any = None
    for value in values:
        found = evaluate(session, scope, value)
        if not isinstance(found, Node | Deferred) and bool(found) == isinstance(op, ast.Or):
            return found
    return found


def _comprehension(session: Session, scope: Scope, each: ast.expr, one: ast.comprehension) -> list[Any]:
    from sheetgrad.read.python.statements import spread

    source = rounds(session, evaluate(session, scope, one.iter))
    if source is None or len(source) > ROUNDS:
        message = "a comprehension over something of unknown or great length"
        raise UnreadableCodeError(message)
    inner = session.scope(scope, scope.function)
    made = []
    for value in source:
        spread(inner, one.target, value)
        if all(bool(evaluate(session, inner, test)) for test in one.ifs):
            made.append(evaluate(session, inner, each))
    return made


def _text(session: Session, scope: Scope, node: ast.JoinedStr) -> Any:  # noqa: ANN401 -- text, or what is not followed
    parts = []
    for part in node.values:
        value = evaluate(session, scope, part.value if isinstance(part, ast.FormattedValue) else part)
        if not isinstance(value, str | int | float):
            return "…"
        parts.append(str(value)[:100])
    return "".join(parts)[:1000]


def _call(session: Session, scope: Scope, node: ast.Call) -> Any:  # noqa: ANN401 -- whatever a call gives
    function = evaluate(session, scope, node.func)
    arguments = _members(session, scope, node.args)
    keywords: dict[str, Any] = {}
    for keyword in node.keywords:
        value = evaluate(session, scope, keyword.value)
        if keyword.arg is None:
            keywords |= {str(key): part for key, part in value.items()} if isinstance(value, dict) else {}
        else:
            keywords[keyword.arg] = value
    try:
        return called(session, function, arguments, keywords)
    except (KeyError, AttributeError, AssertionError) as error:
        message = f"a call of {ast.unparse(node.func)[:60]} with unusual arguments"
        raise FitError(message) from error

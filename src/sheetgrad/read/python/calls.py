"""Calls: NumPy's and Python's own functions by name, the program's own by going through them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.array_calls import array_call, is_array_call
from sheetgrad.read.python.array_words import ALIASES
from sheetgrad.read.python.builtin_calls import python_call
from sheetgrad.read.python.data import LONGEST, rounds
from sheetgrad.read.python.leaves import is_target
from sheetgrad.read.python.limits import DEPTH, FitError, TooMuchError
from sheetgrad.read.python.session import opaque, settled
from sheetgrad.read.python.shapes import BATCH
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Builtin, Class, Deferred, Function, Instance, Module, Opaque, Sized, Turned

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session

METHODS = frozenset(
    [
        "dot",
        "sum",
        "mean",
        "max",
        "min",
        "reshape",
        "copy",
        "transpose",
        "flatten",
        "ravel",
        "squeeze",
        "astype",
        "clip",
        "argmax",
        "item",
        "tolist",
        "prod",
        "repeat",
        *("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "square", "abs", "softmax", "log_softmax"),
        *("mm", "mv", "matmul", "t", "pow", "clamp", "clone", "detach", "numel", "view", "unsqueeze", "outer"),
        *("float", "double", "mul", "add", "sub", "div", "neg", "gt", "ge", "lt", "le", "numpy", "cpu", "to"),
        *("requires_grad_", "contiguous", "round"),
    ]
)
LIST_METHODS = frozenset(
    [
        "append",
        "extend",
        "insert",
        "pop",
        "reverse",
        "copy",
        "index",
        "get",
        "items",
        "keys",
        "values",
        "update",
        "format",
        "join",
    ]
)
CONSTANTS = {"pi": 3.141592653589793, "e": 2.718281828459045, "newaxis": None, "inf": 1e308}


def attribute(session: Session, owner: Any, name: str) -> Any:  # noqa: ANN401 -- whatever may stand there
    """`owner.name`."""
    owner = settled(owner)
    match owner:
        case Module(path=path):
            if name in CONSTANTS and path in {"numpy", "math"}:
                return CONSTANTS[name]
            return (
                Module(f"{path}.{name}")
                if name in {"random", "linalg", "special", "math", "nn", "functional"}
                else Builtin(f"{path}.{name}")
            )
        case Instance():
            return _of_instance(session, owner, name)
        case Class(methods=methods):
            return methods.get(name, Opaque(f"{name} is not defined"))
        case Deferred() | Turned():
            return _of_unknown(session, owner, name)
        case Node():
            return _of_array(session, owner, name)
        case list() | dict() | str() | tuple():
            return Builtin(f"data.{name}", owner) if name in LIST_METHODS else Opaque(f".{name} is not followed")
        case _:
            return opaque(owner) or Opaque(f".{name} is not followed")


def _of_instance(session: Session, owner: Instance, name: str) -> Any:  # noqa: ANN401 -- whatever may stand there
    if name in owner.attributes:
        return settled(owner.attributes[name])
    if name in owner.kind.methods:
        method = owner.kind.methods[name]
        return Function(method.name, method.node, method.scope, owner, method.calls)
    owner.attributes[name] = session.unknown(name)
    return settled(owner.attributes[name])


def _of_unknown(session: Session, owner: Deferred | Turned, name: str) -> Any:  # noqa: ANN401 -- the same
    if name in {"T", "transpose"} and isinstance(owner, Deferred):
        return Turned(owner) if name == "T" else Builtin("array.transpose", owner)
    if isinstance(owner, Deferred) and name in {"shape", "size"} and is_target(owner.name):
        return (BATCH, BATCH) if name == "shape" else BATCH
    if isinstance(owner, Deferred) and (name in LIST_METHODS or name not in {*METHODS, "T", "shape", "size", "ndim"}):
        return Builtin(f"data.{name}", owner) if name in LIST_METHODS - METHODS else session.part(owner, name)
    return _of_array(session, session.resolve(owner), name)


def _of_array(session: Session, owner: Node, name: str) -> Any:  # noqa: ANN401 -- the same
    match name:
        case "T":
            return session.tape.record("transpose", owner)
        case "shape":
            return owner.shape
        case "size":
            return Sized(int(owner.value.size), owner.shape)
        case "ndim":
            return int(owner.value.ndim)
        case _ if name in METHODS:
            return Builtin(f"array.{name}", owner)
        case _:
            return Opaque(f".{name} is not followed")


def called(session: Session, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    """What a call gives."""
    session.step()
    if isinstance(function, Sized):
        return function.shape[arguments[0]] if arguments and isinstance(arguments[0], int) else function.shape
    match function:
        case Function():
            return inlined(session, function, arguments, keywords)
        case Class():
            return made(session, function, arguments, keywords)
        case Builtin(path=path, owner=owner):
            return _builtin(session, path, owner, arguments, keywords)
        case Instance():
            for name in ("__call__", "forward"):
                if name in function.kind.methods:
                    return called(session, attribute(session, function, name), arguments, keywords)
            return Opaque("a call of an object")
        case Deferred(name=name):
            return _by_name(session, name, arguments)
        case Opaque():
            return function
        case _:
            return Opaque("a call of something that is no function")


def _by_name(session: Session, name: str, arguments: list[Any]) -> Any:  # noqa: ANN401 -- the same
    """A function that the code does not define: the usual ones are known."""
    known = ALIASES.get(name.lower())
    if known and len(arguments) == 1:
        return array_call(session, known, arguments, {})
    return Opaque(f"the code does not define {name}()")


def inlined(session: Session, function: Function, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    """Go through the body of one of the program's own functions."""
    from sheetgrad.read.python.expressions import evaluate
    from sheetgrad.read.python.statements import Returned, run

    if session.depth >= DEPTH:
        message = f"{function.name}() calls itself, or functions are nested more than {DEPTH} deep"
        raise TooMuchError(message)
    scope = session.scope(function.scope, function.name)
    _bind(session, function, scope.names, arguments, keywords)
    function.calls.append(scope.number)
    session.depth += 1
    try:
        if isinstance(function.node, ast.Lambda):
            return evaluate(session, scope, function.node.body)
        signal = run(session, scope, function.node.body)
    finally:
        session.depth -= 1
    value = signal.value if isinstance(signal, Returned) else None
    session.pool.update(scope.names)
    return value


def _bind(
    session: Session, function: Function, names: dict[str, Any], arguments: list[Any], keywords: dict[str, Any]
) -> None:
    from sheetgrad.read.python.expressions import evaluate

    declared = function.node.args
    wanted = [argument.arg for argument in (*declared.posonlyargs, *declared.args)]
    if function.owner is not None:
        arguments = [function.owner, *arguments]
    names.update(zip(wanted, arguments, strict=False))
    if declared.vararg:
        names[declared.vararg.arg] = tuple(arguments[len(wanted) :])
    names.update(keywords)
    outer = function.scope or session.scope(None, "")
    defaults = zip(wanted[len(wanted) - len(declared.defaults) :], declared.defaults, strict=True)
    kept = [
        (name, node)
        for name, node in zip([a.arg for a in declared.kwonlyargs], declared.kw_defaults, strict=True)
        if node
    ]
    for name, node in [*defaults, *kept]:
        if name not in names:
            names[name] = evaluate(session, outer, node)
    for name in session.counters & names.keys() - session.indices:
        if isinstance(names[name], int | float):
            names[name] = session.count(name)
    for name in (*wanted, *(argument.arg for argument in declared.kwonlyargs)):
        if name not in names:
            names[name] = session.pool[name] if name in session.pool else session.unknown(name)


def made(session: Session, kind: Class, arguments: list[Any], keywords: dict[str, Any]) -> Instance:
    """An object, its `__init__` gone through."""
    instance = Instance(kind)
    kind.made.append(instance)
    if "__init__" in kind.methods:
        called(session, attribute(session, instance, "__init__"), arguments, keywords)
    return instance


def _builtin(session: Session, path: str, owner: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    family, _, name = path.rpartition(".")
    hidden = opaque(*arguments)
    if hidden is not None and name not in {"print", "append"}:
        return hidden
    if family == "data":
        return _data(session, name, owner, arguments)
    if path == "array.numel":
        return int(session.resolve(owner).value.size)
    if family == "array":
        return array_call(session, name, [owner, *arguments], keywords)
    if family == "builtins":
        return python_call(session, name, arguments, keywords)
    if is_array_call(path):
        return array_call(session, name, arguments, keywords, family=family)
    return Opaque(f"{path}() is not followed")


def _data(session: Session, name: str, owner: Any, arguments: list[Any]) -> Any:  # noqa: ANN401 -- plain data
    if isinstance(owner, Deferred):
        return session.part(owner, arguments[0]) if name == "get" and arguments else Opaque(f".{name}() of an unknown")
    if isinstance(owner, str | tuple):
        return "…" if isinstance(owner, str) else Opaque(f".{name}() is not followed")
    if len(owner) > LONGEST:
        message = "a list that is too long"
        raise TooMuchError(message)
    if name == "get":
        return owner.get(*arguments) if isinstance(owner, dict) else Opaque("get")
    if name in {"extend", "update"}:
        arguments = [rounds(session, arguments[0]) or [] if isinstance(owner, list) else arguments[0]]
    try:
        found = getattr(owner, name)(*arguments)
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        message = f".{name}() with unusual arguments"
        raise FitError(message) from error
    return found if name in {"pop", "index", "copy"} else list(found) if name in {"items", "keys", "values"} else None

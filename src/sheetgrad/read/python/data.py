"""Plain Python data: whole numbers of bounded size, lists, members and rounds."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.limits import BITS, FitError, TooMuchError
from sheetgrad.read.python.names import WEIGHT
from sheetgrad.read.python.session import name_of, opaque, settled
from sheetgrad.read.python.shapes import BATCH
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Deferred, Opaque, Turned

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session

BUILTINS = frozenset(
    {"abs", "bool", "dict", "enumerate", "float", "int", "len", "list", "max", "min", "pow", "print", "range"}
    | {
        "reversed",
        "round",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
        "isinstance",
        "super",
        "object",
        "set",
        "any",
        "all",
    }
)
LONGEST = 2000
OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "floor": operator.floordiv,
    "remainder": operator.mod,
}


def arithmetic(session: Session, operation: str, left: Any, right: Any) -> Any:  # noqa: ANN401 -- plain data
    """An operation of two pieces of plain data, refused where the result would be large."""
    if isinstance(left, str) or isinstance(right, str):
        both = isinstance(left, str) and isinstance(right, str) and len(left) + len(right) < LONGEST
        return left + right if operation == "add" and both else "…"
    lists = [side for side in (left, right) if isinstance(side, list | tuple)]
    if lists:
        return _lists(session, operation, left, right)
    if not all(isinstance(side, int | float) for side in (left, right)) or operation not in OPERATORS:
        return Opaque("an operation on things that are no numbers")
    _bounded(operation, left, right)
    try:
        return OPERATORS[operation](left, right)
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        raise FitError(f"{error}") from error


def _bounded(operation: str, left: float, right: float) -> None:
    whole = isinstance(left, int) and isinstance(right, int)
    if not whole:
        return
    bits = int(left).bit_length()
    grown = bits * abs(int(right)) if operation == "power" else bits + int(right).bit_length()
    if grown > BITS:
        message = "a whole number that is too large to be part of a backward pass"
        raise TooMuchError(message)


def _lists(session: Session, operation: str, left: Any, right: Any) -> Any:  # noqa: ANN401 -- plain data
    if isinstance(left, list | tuple) and isinstance(right, list | tuple) and operation == "add":
        if len(left) + len(right) > LONGEST:
            message = "a list that is too long"
            raise TooMuchError(message)
        return [*left, *right]
    count, many = (left, right) if isinstance(left, int) else (right, left)
    if operation == "multiply" and isinstance(count, int) and isinstance(many, list | tuple):
        if len(many) * max(count, 0) > LONGEST:
            message = "a list that is too long"
            raise TooMuchError(message)
        return list(many) * count
    del session
    return Opaque("an operation on lists")


def element(session: Session, owner: Any, index: Any) -> Any:  # noqa: ANN401 -- whatever may stand there
    """What stands at a place of something."""
    owner = settled(owner)
    hidden = opaque(owner)
    if hidden is not None:
        return hidden
    if isinstance(owner, dict | list | tuple | str | range):
        return _member(session, owner, index)
    if isinstance(owner, Deferred):
        if isinstance(index, str) or (isinstance(index, int) and _is_collection(session, owner)):
            return settled(session.part(owner, index))
        owner = session.resolve(owner)
    if isinstance(owner, Turned):
        owner = session.resolve(owner)
    if isinstance(owner, Node):
        return session.tape.record("item", owner, index=_index(session, owner, index))
    return Opaque("a member of something that is no array")


def _is_collection(session: Session, owner: Deferred) -> bool:
    """Whether `name[3]` means one of several things, not a row of an array."""
    return session.scalar or bool(owner.parts) or bool(WEIGHT.fullmatch(name_of(owner))) or owner.name not in {"y", "Y"}


def _member(session: Session, owner: Any, index: Any) -> Any:  # noqa: ANN401 -- plain data
    if isinstance(owner, dict):
        if isinstance(index, str) and index not in owner:
            return settled(session.pool[index] if index in session.pool else session.unknown(index))
        return settled(owner.get(index, Opaque("a key that is not there"))) if _hashable(index) else Opaque("a key")
    if not isinstance(index, int | slice):
        return Opaque("a place in a list that is not known")
    try:
        return settled(owner[index])
    except (IndexError, TypeError) as error:
        message = "a place that the list does not have"
        raise FitError(message) from error


def _hashable(index: object) -> bool:
    return isinstance(index, str | int | float | tuple)


def _index(session: Session, owner: Node, index: Any) -> Any:  # noqa: ANN401 -- whatever may stand in brackets
    """The same with ranges as lists, and unknown labels as whole numbers that fit."""
    parts = index if isinstance(index, tuple) else (index,)
    made: list[Any] = []
    for axis, part in enumerate(parts):
        part = settled(part)  # noqa: PLW2901 -- the same thing, resolved
        if isinstance(part, Deferred):
            picks_rows = not isinstance(index, tuple) and not owner.name
            part.node = session.tape.leaf(_labels(owner, axis, BATCH if picks_rows else owner.shape[0]))
            part = part.node  # noqa: PLW2901 -- the same thing, resolved
        made.append(list(part) if isinstance(part, range) else part)
    return tuple(made) if isinstance(index, tuple) else made[0]


def _labels(owner: Node, axis: int, count: int) -> Any:  # noqa: ANN401 -- an array of whole numbers
    import numpy as np

    return np.arange(count) * 2 % max(owner.shape[min(axis, owner.value.ndim - 1)], 1)


def whole(node: Any) -> Any:  # noqa: ANN401 -- a node or plain data
    """A whole number out of an array of one, where it is not followed further."""
    if isinstance(node, Node) and node.value.ndim == 0 and node.value.dtype.kind in "iu":
        return int(node.value)
    return node


def rounds(session: Session, source: Any) -> list[Any] | None:  # noqa: ANN401 -- whatever is looped over
    """What a loop goes through; None where that is not known."""
    source = settled(source)
    if isinstance(source, range):
        if len(source) > LONGEST:
            return list(source[:LONGEST])
        return list(source)
    if isinstance(source, list | tuple | str):
        return list(source)
    if isinstance(source, dict):
        return list(source)
    if isinstance(source, Node) and source.value.ndim and source.value.shape[0] <= LONGEST:
        return [session.tape.record("item", source, index=place) for place in range(source.value.shape[0])]
    return None

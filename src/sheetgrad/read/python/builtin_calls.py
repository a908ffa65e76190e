"""Python's own functions, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.array_calls import array_call
from sheetgrad.read.python.data import LONGEST, rounds, whole
from sheetgrad.read.python.leaves import is_target
from sheetgrad.read.python.session import is_number
from sheetgrad.read.python.shapes import BATCH
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Deferred, Opaque

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session


def python_call(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401 -- anything
    """What one of Python's own functions gives."""
    match name:
        case "print" | "super" | "object" | "isinstance" | "set":
            return True if name == "isinstance" else None
        case "range":
            return _range(arguments)
        case "len":
            return _length(session, arguments)
        case "float" | "int" | "round" | "bool":
            value = session.resolve(arguments[0]) if arguments else 0
            return (
                value
                if isinstance(value, Node) or not is_number(value) or name == "round"
                else (int(value) if name == "int" else float(value))
            )
        case "str":
            return str(arguments[0])[:LONGEST] if arguments and isinstance(arguments[0], str | int | float) else "…"
        case "abs":
            return abs(arguments[0]) if is_number(arguments[0]) else array_call(session, "absolute", arguments, {})
        case "pow":
            from sheetgrad.read.python.expressions import binary

            return binary(session, "power", *arguments[:2])
        case "dict":
            return dict(keywords)
        case "sum":
            return _sum(session, arguments)
        case "max" | "min":
            return _extreme(session, name, arguments)
        case _:
            return _ordered(session, name, arguments)


def _range(arguments: list[Any]) -> Any:  # noqa: ANN401 -- a range, or what is not followed
    numbers = [whole(argument) for argument in arguments]
    if not all(isinstance(number, int) for number in numbers) or not numbers or numbers[2:] == [0]:
        return Opaque("a range of unknown length")
    return range(*numbers[:3])


def _length(session: Session, arguments: list[Any]) -> Any:  # noqa: ANN401 -- a number, or what is not followed
    value = arguments[0] if arguments else None
    if isinstance(value, Deferred) and value.node is None and is_target(value.name) and not session.scalar:
        return BATCH  # its shape is left open until it meets what it is compared with
    if isinstance(value, Deferred) and value.parts:
        return len(value.parts)
    value = session.resolve(value)
    if isinstance(value, Node):
        return value.shape[0] if value.shape else Opaque("the length of a number")
    return len(value) if isinstance(value, list | tuple | dict | str | range) else Opaque("a length")


def _sum(session: Session, arguments: list[Any]) -> Any:  # noqa: ANN401 -- a node or a number
    from sheetgrad.read.python.expressions import binary

    parts = rounds(session, session.resolve(arguments[0]))
    if parts is None:
        return Opaque("a sum of unknown length")
    total: Any = arguments[1] if len(arguments) > 1 else 0
    for part in parts:
        total = part if total == 0 and isinstance(total, int) else binary(session, "add", total, part)
    return total


def _extreme(session: Session, name: str, arguments: list[Any]) -> Any:  # noqa: ANN401 -- a node or a number
    parts = rounds(session, arguments[0]) if len(arguments) == 1 else arguments
    if not parts:
        return Opaque(f"{name} of nothing known")
    if all(is_number(part) for part in parts):
        return max(parts) if name == "max" else min(parts)
    best = parts[0]
    for part in parts[1:]:
        best = array_call(session, "maximum" if name == "max" else "minimum", [best, part], {})
    return best


def _ordered(session: Session, name: str, arguments: list[Any]) -> Any:  # noqa: ANN401 -- a list, or what is not followed
    sources = [
        rounds(session, session.resolve(a) if isinstance(a, Deferred) and not a.parts else a) for a in arguments[:8]
    ]
    if not arguments:
        return [] if name in {"list", "tuple"} else Opaque(name)
    if any(source is None for source in sources):
        return Opaque(f"{name}() of something of unknown length")
    lists: list[list[Any]] = [source for source in sources if source is not None]
    match name:
        case "zip":
            return [tuple(group) for group in zip(*lists, strict=False)]
        case "enumerate":
            return [(place, value) for place, value in enumerate(lists[0])]
        case "reversed":
            return lists[0][::-1]
        case "list":
            return list(lists[0])
        case "tuple":
            return tuple(lists[0])
        case _:
            return Opaque(f"{name}() is not followed")

"""NumPy's functions and the methods of arrays, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.read.python.activations import log_softmax, logsumexp, relu, softmax
from sheetgrad.read.python.array_words import (
    ALIASES,
    BINARY,
    JOIN,
    MAKE,
    RANDOM,
    REDUCE,
    SAME,
    SHAPE,
    SIZED,
    UNARY,
    WORDS,
)
from sheetgrad.read.python.limits import ENTRIES, TooMuchError
from sheetgrad.read.python.session import is_number, name_of, opaque, open_, settled
from sheetgrad.read.python.shapes import BATCH, INPUTS, is_data
from sheetgrad.read.python.tape import Node
from sheetgrad.read.python.values import Deferred, Module, Opaque, Turned

if TYPE_CHECKING:
    from sheetgrad.read.python.session import Session

NAMED = {"relu": relu, "softmax": softmax, "log_softmax": log_softmax, "logsumexp": logsumexp}
MOST_AXES = 4


def is_array_call(path: str) -> bool:
    """Whether the function is one of NumPy's, math's or SciPy's special ones."""
    return path.partition(".")[0] in {"numpy", "math", "scipy", "cmath", "random"}


def is_random(path: str) -> bool:
    """Whether it draws random numbers, as `torch.randn` does outside of a module of its own."""
    return path in {"numpy.randn", "numpy.rand"}


def array_call(
    session: Session, name: str, arguments: list[Any], keywords: dict[str, Any], *, family: str = "numpy"
) -> Any:  # noqa: ANN401 -- a node, or what is not followed
    """What a function of arrays gives."""
    name = ALIASES.get(name, name)
    keywords = {WORDS.get(key, key): value for key, value in keywords.items()}
    if family.endswith("random") or is_random(f"{family}.{name}"):
        return _random(session, name, arguments, keywords)
    if hidden := opaque(*arguments, *keywords.values()):
        return hidden
    if name == "norm" and family.endswith("linalg"):
        return session.tape.record(
            "sqrt", session.tape.record("sum", session.tape.record("square", array(session, arguments[0])))
        )
    if name in NAMED:
        return NAMED[name](session, array(session, arguments[0]), keywords.get("axis", -1))
    if name in MAKE or name.removesuffix("_like") in MAKE or name in {"eye", "identity", "arange"}:
        return _constant(session, name, arguments, keywords)
    if name in SAME:
        value = arguments[0] if arguments else 0.0
        return value if is_number(value) else array(session, value)
    return _operation(session, name, arguments, keywords)


def _operation(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    if name in BINARY and len(arguments) >= 2:
        left, right = session.pair(name, *(_listed(session, argument) for argument in arguments[:2]))
        return session.tape.record(name, left, right)
    if name in UNARY and arguments:
        return session.tape.record(name, array(session, arguments[0]))
    if name in REDUCE and arguments:
        return _reduced(session, name, arguments, keywords)
    if name == "where" and len(arguments) == 3:
        return session.tape.record("where", *(array(session, argument) for argument in arguments))
    if name == "clip" and arguments:
        low, high = [*arguments[1:], keywords.get("a_min", -1e300), keywords.get("a_max", 1e300)][:2]
        return session.tape.record("clip", array(session, arguments[0]), _bound(low, -1e300), _bound(high, 1e300))
    if name in SHAPE and arguments:
        return _shaped(session, name, arguments, keywords)
    if name in JOIN and arguments and isinstance(arguments[0], list | tuple):
        return _joined(session, name, arguments, keywords)
    if name == "atleast_2d" and arguments:
        value = array(session, arguments[0])
        return value if value.value.ndim > 1 else session.tape.record("reshape", value, (1, -1))
    if name == "einsum" and arguments and isinstance(arguments[0], str):
        return _einsum(session, arguments[0][:40].replace(" ", ""), arguments[1:4])
    return Opaque(f"numpy.{name}() is not followed")


def _einsum(session: Session, letters: str, operands: list[Any]) -> Node:
    """A sum over named axes; the shapes of unknown arrays follow from the letters."""
    terms = letters.partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, operand in zip(terms, operands, strict=False):
        known = settled(operand)
        if isinstance(known, Node):
            sizes |= dict(zip(term, known.shape, strict=False))
    made = []
    for term, operand in zip(terms, operands, strict=False):
        if open_(operand) and "." not in term:
            for place, letter in enumerate(term):
                fresh = (BATCH if place == 0 else INPUTS) if is_data(name_of(operand)) else 0
                sizes[letter] = sizes.get(letter) or fresh or session.choices.new_size()
            made.append(session.resolve(operand, [tuple(sizes[letter] for letter in term)]))
        else:
            made.append(array(session, operand))
    return session.tape.record("einsum", letters, *made)


def _bound(value: Any, missing: float) -> Any:  # noqa: ANN401 -- a number
    """A bound of clip; one that only keeps a logarithm finite counts as none."""
    return (
        missing if value is None or (is_number(value) and (0 < abs(value) <= 1e-4 or 0 < 1 - value <= 1e-4)) else value
    )


def _listed(session: Session, value: Any) -> Any:  # noqa: ANN401 -- a list becomes an array
    return array(session, value) if isinstance(value, list | tuple) else value


def array(session: Session, value: Any) -> Node:  # noqa: ANN401 -- numbers, lists or nodes
    """The node for a value: lists become arrays."""
    value = settled(value)
    if isinstance(value, Node):
        return value
    if isinstance(value, Deferred | Turned):
        found = session.resolve(value)
        assert isinstance(found, Node)  # noqa: S101 -- what resolve promises
        return found
    if isinstance(value, list | tuple) and _holds_nodes(value):
        return session.tape.record("stack", *(array(session, part) for part in value))
    if isinstance(value, range):
        value = list(value)
    if not _numbers(value):
        message = "an array of things that are no numbers"
        raise TooMuchError(message)
    return session.tape.leaf(value)


def _numbers(value: Any) -> bool:  # noqa: ANN401 -- nested lists
    open_parts, seen = [value], 0
    while open_parts:
        part = open_parts.pop()
        seen += 1
        if seen > ENTRIES:
            return False
        if isinstance(part, list | tuple):
            open_parts.extend(part)
        elif not is_number(part):
            return False
    return True


def _holds_nodes(value: Any) -> bool:  # noqa: ANN401 -- nested lists
    return any(
        isinstance(part, Node | Deferred | Turned) or (isinstance(part, list | tuple) and _holds_nodes(part))
        for part in value
    )


def _shape(session: Session, value: Any) -> tuple[int, ...] | None:  # noqa: ANN401 -- a number or a tuple
    parts = value if isinstance(value, list | tuple) else [value]
    if len(parts) > MOST_AXES or not all(isinstance(part, int) for part in parts):
        return None
    return tuple(session.size(part) for part in parts)


def _constant(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    import numpy as np

    first = arguments[0] if arguments else None
    if name.removesuffix("_like") in SIZED and isinstance(first, Deferred) and open_(first) and not first.parts:
        return Deferred(f"{name} {first.name}", like=first, fill=MAKE[name.removesuffix("_like")])
    if name.endswith("_like"):
        shape: tuple[int, ...] | None = array(session, arguments[0]).shape
    elif name in {"eye", "identity", "arange"}:
        size = _shape(session, arguments[0]) if arguments else None
        if size is None or len(arguments) > 1 or len(size) != 1 or size[0] < 0:
            return Opaque(f"numpy.{name}() of unknown size")
        session.choices.seen(size[0])
        return session.tape.leaf(np.arange(size[0]) if name == "arange" else np.eye(size[0]))
    else:
        sizes = arguments if name in SIZED and len(arguments) > 1 and isinstance(arguments[1], int) else arguments[:1]
        shape = _shape(session, sizes if len(sizes) > 1 else sizes[0] if sizes else keywords.get("shape"))
    if shape is None or min(shape, default=0) < 0:
        return Opaque(f"numpy.{name}() of unknown size")
    for length in shape:
        session.choices.seen(length)
    if name.startswith("full"):
        fill = arguments[1] if len(arguments) > 1 else keywords.get("fill_value", 0.0)
        return session.tape.record("broadcast_to", array(session, fill), shape=shape)
    return session.tape.leaf(np.full(shape, MAKE[name.removesuffix("_like")]))


def _random(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    if name in {"default_rng", "RandomState", "Generator"}:
        return Module("numpy.random")
    if name not in RANDOM:
        return Opaque(f"numpy.random.{name}() is not followed")
    size = keywords.get("size")
    if name in {"normal", "uniform", "randint"}:
        size = size if size is not None else arguments[2] if len(arguments) > 2 else ()
    elif name in {"randn", "rand"}:
        size = tuple(arguments[0] if len(arguments) == 1 and isinstance(arguments[0], tuple | list) else arguments)
    elif size is None:
        size = arguments[0] if arguments else ()
    shape = _shape(session, size)
    return Opaque("random numbers of unknown shape") if shape is None else session.leaf("", shape)


def _reduced(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    options = {key: value for key, value in keywords.items() if key in {"axis", "keepdims"}}
    if len(arguments) > 1:
        options["axis"] = arguments[1]
    if name == "argmax":
        options.pop("keepdims", None)
    return session.tape.record(name, array(session, arguments[0]), **options)


def _shaped(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    settings = arguments[1:] or list(keywords.values())
    if name in {"ravel", "flatten"}:
        return session.tape.record("ravel", array(session, arguments[0]))
    if name == "reshape":
        flat = settings[0] if len(settings) == 1 and isinstance(settings[0], list | tuple) else settings
        shape = _shape(session, list(flat))
        if isinstance(arguments[0], Deferred) and shape is not None and shape in {(1, -1), (-1, 1)}:
            return session.tape.record("reshape", session.resolve(arguments[0], [(3,), (6,)]), shape)
        return (
            Opaque("reshape to unknown sizes")
            if shape is None
            else session.tape.record("reshape", array(session, arguments[0]), shape)
        )
    if name == "squeeze":
        settings = []
    value = array(session, arguments[0])
    if name == "transpose" and len(settings) > 1:
        settings = [tuple(settings)]
    return session.tape.record(name, value, *settings)


def _joined(session: Session, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    parts = [array(session, part) for part in arguments[0]]
    axis = arguments[1] if len(arguments) > 1 else keywords.get("axis", 0)
    if name == "stack":
        return session.tape.record("stack", *parts) if axis == 0 else Opaque("numpy.stack() along another axis")
    if name == "hstack":
        axis = min(1, parts[0].value.ndim - 1)
    if name == "vstack":
        parts = [part if part.value.ndim > 1 else session.tape.record("reshape", part, (1, -1)) for part in parts]
        axis = 0
    return session.tape.record("concatenate", parts, axis=axis)

"""Functions of arrays and the slopes of activations, as operations of the tape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.matrix.kinds import settled
from sheetgrad.check.matrix.products import operation
from sheetgrad.check.matrix.scene import Ones, Scene, misfit
from sheetgrad.check.matrix.values import totals, turned
from sheetgrad.read.arrays.lexer import GENERIC
from sheetgrad.read.python.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetgrad.check.matrix.kinds import Value
    from sheetgrad.read.arrays.nodes import Node
    from sheetgrad.read.python.tape import Node as Made
    from sheetgrad.read.python.tape import Tape

_PLAIN = {"exp": "exp", "log": "log", "sqrt": "sqrt", "tanh": "tanh", "sigmoid": "sigmoid", "square": "square"}


def called(node: Node, arguments: Sequence[Value], scene: Scene) -> list[Value]:
    """What a function gives; ways to take it, the likeliest first."""
    word, _, label = node.text.partition("(")
    if word in {"dot", "matmul", "outer", "multiply"} and len(arguments) == 2:
        return _two(word, arguments[0], arguments[1], scene)
    if len(arguments) != 1 or isinstance(arguments[0], Ones):
        raise misfit(f"{word} of {len(arguments)} arguments")
    if word in {"sum", "mean"}:
        found = totals(arguments[0], scene)
        return found if word == "sum" else [_mean(value, arguments[0], scene) for value in found]
    if word == "transpose":
        return [turned(arguments[0], scene)]
    value = settled(arguments[0], scene)
    if word in GENERIC:
        word = scene.generic
    if node.kind == "slope":
        return [slope(word, label, value, scene.tape)]
    return [_called(word, label, value, scene)]


def _two(word: str, left: Value, right: Value, scene: Scene) -> list[Value]:
    if word == "multiply":
        return operation("⊙", left, right, scene)
    if word == "outer":
        first, second = (settled(side, scene) for side in (left, right))
        return [scene.tape.record("outer", first, second)]
    return operation("@", left, right, scene)


def _mean(value: Value, of: Value, scene: Scene) -> Value:
    made, whole = settled(value, scene), settled(of, scene)
    count = whole.value.size / max(made.value.size, 1)
    return scene.tape.record("divide", made, count)


def _called(word: str, label: str, value: Made, scene: Scene) -> Value:
    tape = scene.tape
    if word in _PLAIN:
        return tape.record(_PLAIN[word], value)
    if word == "relu":
        return tape.record("maximum", value, 0.0)
    if word == "softplus":
        return tape.record("log", tape.record("add", 1.0, tape.record("exp", value)))
    if word == "step":
        return tape.record("heaviside", value, 0.0)
    if word == "generic":
        return _generic(label, value, tape)
    if word == "softmax":
        above = tape.record("exp", value)
        axis = neurons(value)
        return tape.record("divide", above, tape.record("sum", above, axis=axis, keepdims=True))
    if word == "norm":
        return tape.record("sqrt", tape.record("sum", tape.record("square", value)))
    if word == "diag" and 1 in value.shape:
        return tape.record("diag", tape.record("ravel", value))
    raise misfit(f"{word} is not known for arrays")


def neurons(value: Made) -> int | None:
    """The axis along which the neurons of a layer stand."""
    if len(value.shape) < 2:
        return None
    return 1 if value.shape[0] in {BATCH, 1} else 0


def _weight(label: str) -> float:
    return 0.3 + 0.07 * sum(map(ord, label))


def _generic(label: str, value: Made, tape: Tape) -> Made:
    """A function like no other: σ(x) + c sin(x)."""
    return tape.record(
        "add", tape.record("sigmoid", value), tape.record("multiply", _weight(label), tape.record("sin", value))
    )


def _generic_slope(label: str, value: Made, tape: Tape) -> Made:
    rising = _sigmoid_slope(value, tape)
    cosine = tape.record("sin", tape.record("add", value, 1.5707963267948966))
    return tape.record("add", rising, tape.record("multiply", _weight(label), cosine))


def _sigmoid_slope(value: Made, tape: Tape) -> Made:
    made = tape.record("sigmoid", value)
    return tape.record("multiply", made, tape.record("subtract", 1.0, made))


def _tanh_slope(value: Made, tape: Tape) -> Made:
    return tape.record("subtract", 1.0, tape.record("square", tape.record("tanh", value)))


_SLOPES: dict[str, Callable[[Made, Tape], Made]] = {
    "sigmoid": _sigmoid_slope,
    "tanh": _tanh_slope,
    "relu": lambda value, tape: tape.record("heaviside", value, 0.0),
    "softplus": lambda value, tape: tape.record("sigmoid", value),
    "exp": lambda value, tape: tape.record("exp", value),
}


def slope(word: str, label: str, value: Made, tape: Tape) -> Made:
    """The first derivative of an activation, entry by entry."""
    if word == "generic":
        return _generic_slope(label, value, tape)
    if word not in _SLOPES:
        raise misfit(f"the slope of {word} is not entry by entry")
    return _SLOPES[word](value, tape)

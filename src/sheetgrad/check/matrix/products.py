"""Two arrays under one sign, in every way whose shapes fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.matrix.kinds import flat, node_of, settled
from sheetgrad.check.matrix.scene import Ones, Scene, Stretched, Unknown, misfit
from sheetgrad.read.python.shapes import BATCH
from sheetgrad.read.python.tape import Node as Made

if TYPE_CHECKING:
    from sheetgrad.check.matrix.kinds import Value


def operation(sign: str, left: Value, right: Value, scene: Scene) -> list[Value]:
    """Two values under one sign, in every way that fits."""
    if isinstance(left, Ones) or isinstance(right, Ones):
        return _with_ones(sign, left, right, scene)
    if isinstance(left, float) and isinstance(right, float):
        return [_numbers(sign, left, right)]
    left, right = _resolved(sign, left, right, scene)
    if (isinstance(left, Unknown) and left.stretched) or (isinstance(right, Unknown) and right.stretched):
        raise misfit("a vector of unknown length")
    if not isinstance(left, float | Made | Stretched) or not isinstance(right, float | Made | Stretched):
        raise misfit("names of unknown shape")
    if sign in {"@", "_", "*"} and isinstance(left, Made) and isinstance(right, Made):
        return _product(sign, left, right, scene)
    return [_entrywise({"+": "add", "/": "divide", "⊘": "divide"}.get(sign, "multiply"), left, right, scene)]


def _numbers(sign: str, left: float, right: float) -> float:
    if sign == "+":
        return left + right
    if sign in {"/", "⊘"}:
        if right == 0:
            raise misfit("a division by 0")
        return left / right
    return left * right


def _resolved(sign: str, left: Value, right: Value, scene: Scene) -> tuple[Value, Value]:
    """Both sides with shapes, where one says what the other must have."""
    product = sign in {"@", "_", "*"}
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        left, right = scene.pair(left, right) if product else (scene.alone(left), right)
    for _ in range(2):
        if isinstance(left, Unknown) and (other := node_of(right)) is not None:
            if product and other.shape:
                left = scene.left_of(left, other)
            else:
                left = scene.beside(left, other, added=sign == "+")
        elif isinstance(right, Unknown) and (other := node_of(left)) is not None:
            if product and other.shape:
                right = scene.right_of(other, right)
            else:
                right = scene.beside(right, other, added=sign == "+")
    if isinstance(left, Unknown) and isinstance(right, float) and not left.stretched:
        left = scene.alone(left)
    if isinstance(right, Unknown) and isinstance(left, float) and not right.stretched:
        right = scene.alone(right)
    return left, right


def _product(sign: str, left: Made, right: Made, scene: Scene) -> list[Value]:
    """The matrix product where it fits; entry by entry where the sign allows it."""
    if not left.shape or not right.shape:
        return [scene.tape.record("multiply", left, right)]
    found: list[Value] = []
    if left.shape[1] == right.shape[0]:
        found.append(flat(scene.tape.record("matmul", left, right), scene))
    if sign != "@" and left.shape == right.shape:
        found.append(scene.tape.record("multiply", left, right))
        if left.shape[1] == 1:
            inner = scene.tape.record("matmul", scene.tape.record("transpose", left), right)
            found.append(flat(inner, scene))
    if not found:
        raise misfit(f"({left.shape[0]}×{left.shape[1]}) times ({right.shape[0]}×{right.shape[1]})")
    return found


def _entrywise(operation_: str, left: Value, right: Value, scene: Scene) -> Value:
    stretched = isinstance(left, Stretched) or isinstance(right, Stretched)
    first, second = (node_of(side) if not isinstance(side, float) else side for side in (left, right))
    both = isinstance(first, Made) and isinstance(second, Made) and first.shape and second.shape
    if both and first.shape != second.shape and not stretched:  # type: ignore[union-attr]  # both are nodes
        first, second = _spread(operation_, first, second, scene)  # type: ignore[arg-type]  # both are nodes
    made = scene.tape.record(operation_, first, second)
    return Stretched(made) if stretched and 1 in made.shape and not _fills(left, right) else made


def _fills(left: Value, right: Value) -> bool:
    return any(isinstance(side, Made) and side.shape for side in (left, right))


def _spread(operation_: str, left: Made, right: Made, scene: Scene) -> tuple[Made, Made]:
    """A bias beside a batch, also where it stands as a column beside rows; a number a sample beside entries."""
    for first, second, turned_round in ((left, right, False), (right, left, True)):
        if 1 not in second.shape or 1 in first.shape:
            continue
        size = max(second.shape)
        axis = 0 if first.shape[0] == size else 1 if first.shape[1] == size else -1
        if axis < 0 or (operation_ != "add" and size != BATCH and operation_ != "divide"):
            continue
        shaped = scene.tape.record("reshape", second, (size, 1) if axis == 0 else (1, size))
        return (shaped, first) if turned_round else (first, shaped)
    raise misfit(f"({left.shape[0]}×{left.shape[1]}) and ({right.shape[0]}×{right.shape[1]}) entry by entry")


def _with_ones(sign: str, left: Value, right: Value, scene: Scene) -> list[Value]:
    """1ᵀ A and A 1 are sums, s 1ᵀ repeats a vector."""
    if (isinstance(left, Ones) and isinstance(right, Ones)) or sign not in {"_", "*", "@"}:
        number = 1.0
        sides = [number if isinstance(side, Ones) else side for side in (left, right)]
        return operation(sign, sides[0], sides[1], scene)
    if isinstance(right, Ones):
        if right.turned:
            if isinstance(left, Unknown):
                return [left._replace(stretched=True)]
            return [Stretched(left)] if isinstance(left, Made) and left.shape else [left]
        return _summed(left, 1, scene)
    assert isinstance(left, Ones)  # noqa: S101 -- one of the two is
    if not left.turned:
        return [Stretched(right)] if isinstance(right, Made) and right.shape else [right]
    return _summed(right, 0, scene)


def _summed(value: Value, axis: int, scene: Scene) -> list[Value]:
    node = settled(value, scene)
    if not node.shape:
        return [node]
    return [flat(scene.tape.record("sum", node, axis=axis, keepdims=True), scene)]

"""What a formula between arrays comes to: every way to take it whose shapes fit, the likeliest first."""

from __future__ import annotations

from itertools import product as combinations
from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.check.matrix.scene import Ones, Scene, Stretched, Unknown, misfit
from sheetgrad.read.python.limits import FitError
from sheetgrad.read.python.shapes import BATCH
from sheetgrad.read.python.tape import Node as Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sheetgrad.read.arrays.nodes import Node

Value: TypeAlias = "Made | float | Unknown | Stretched | Ones"
MOST = 8
"""Ways to take one formula that are followed."""


def values(node: Node, scene: Scene, line: int) -> list[Made]:
    """Every value, as nodes of the tape; raises `FitError` where no way fits."""
    found = [_settled(value, scene) for value in _ways(node, scene, line)]
    return list(dict.fromkeys(found))


def _settled(value: Value, scene: Scene) -> Made:
    match value:
        case Made():
            return value
        case Unknown():
            return scene.alone(value)
        case Stretched(node=node):
            return node
        case Ones():
            raise misfit("ones of no known length")
        case _:
            return scene.tape.leaf(float(value))


def _ways(node: Node, scene: Scene, line: int) -> list[Value]:
    made = list(_each(node, scene, line))[:MOST]
    if not made:
        raise misfit("shapes that do not go together")
    return made


def _each(node: Node, scene: Scene, line: int) -> Iterable[Value]:
    match node.kind:
        case "number":
            return [float(node.text)]
        case "ones":
            return [Ones()]
        case "name":
            return [scene.find(node.text, line)]
        case "gradient" | "jacobian":
            return _derivative(node, scene, line)
        case "negative":
            return [_negative(value, scene) for value in _ways(node.parts[0], scene, line)]
        case "turned":
            return [turned(value, scene) for value in _ways(node.parts[0], scene, line)]
        case "sum":
            return _folded(node, scene, line, ["+"] * (len(node.parts) - 1))
        case "product":
            return _products(node, scene, line)
        case "power":
            return _power(node, scene, line)
        case "total":
            return [way for value in _ways(node.parts[0], scene, line) for way in totals(value, scene)]
        case "call" | "slope":
            from sheetgrad.check.matrix.functions import called

            arguments = [_ways(part, scene, line) for part in node.parts]
            return _fitting(arguments, lambda *each: called(node, each, scene))
        case _:
            raise misfit(f"{node.kind} is not known")


def _derivative(node: Node, scene: Scene, line: int) -> list[Value]:
    if scene.derivatives is None:
        raise misfit("a derivative before the forward part is known")
    return [scene.derivatives.of(node, line)]


def _fitting(sides: list[list[Value]], make: Callable[..., list[Value]]) -> list[Value]:
    """What can be made from the ways of each part, without those that do not fit."""
    found: list[Value] = []
    failure: FitError | None = None
    for each in combinations(*sides):
        try:
            found += make(*each)
        except FitError as error:
            failure = failure or error
    if not found and failure is not None:
        raise failure
    return found[:MOST]


# --- products --------------------------------------------------------------------------------------


def _products(node: Node, scene: Scene, line: int) -> list[Value]:
    """Taken from the left, and with what stands side by side taken first."""
    signs = list(node.signs)
    found: list[Value] = []
    failure: FitError | None = None
    for grouped in (True, False):
        if not grouped and (found or len(signs) < 2):
            break
        try:
            found += _grouped(node, scene, line) if grouped else _folded(node, scene, line, signs)
        except FitError as error:
            failure = failure or error
    if not found and failure is not None:
        raise failure
    return found


def _grouped(node: Node, scene: Scene, line: int) -> list[Value]:
    """Side by side binds closer than ⊙; a division takes the next factor alone."""
    groups: list[list[Value]] = [_ways(node.parts[0], scene, line)]
    signs: list[str] = []
    for sign, part in zip(node.signs, node.parts[1:], strict=True):
        right = _ways(part, scene, line)
        if sign in {"_", "@", "/"}:
            groups[-1] = _fitting([groups[-1], right], lambda a, b, sign=sign: operation(sign, a, b, scene))
        else:
            groups.append(right)
            signs.append(sign)
    value = groups[0]
    for sign, right in zip(signs, groups[1:], strict=True):
        value = _fitting([value, right], lambda a, b, sign=sign: operation(sign, a, b, scene))
    return value


def _folded(node: Node, scene: Scene, line: int, signs: list[str]) -> list[Value]:
    value = _ways(node.parts[0], scene, line)
    for sign, part in zip(signs, node.parts[1:], strict=True):
        right = _ways(part, scene, line)
        value = _fitting([value, right], lambda a, b, sign=sign: operation(sign, a, b, scene))
    return value


def operation(sign: str, left: Value, right: Value, scene: Scene) -> list[Value]:
    """Two values under one sign, in every way that fits."""
    if isinstance(left, Ones) or isinstance(right, Ones):
        return _with_ones(sign, left, right, scene)
    if isinstance(left, float) and isinstance(right, float):
        return [_numbers(sign, left, right)]
    left, right = _resolved(sign, left, right, scene)
    if isinstance(left, Unknown) and left.stretched or isinstance(right, Unknown) and right.stretched:
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
        if isinstance(left, Unknown) and (other := _node(right)) is not None:
            if product and other.shape:
                left = scene.left_of(left, other)
            else:
                left = scene.beside(left, other, added=sign == "+")
        elif isinstance(right, Unknown) and (other := _node(left)) is not None:
            if product and other.shape:
                right = scene.right_of(other, right)
            else:
                right = scene.beside(right, other, added=sign == "+")
    if isinstance(left, Unknown) and isinstance(right, float) and not left.stretched:
        left = scene.alone(left)
    if isinstance(right, Unknown) and isinstance(left, float) and not right.stretched:
        right = scene.alone(right)
    return left, right


def _node(value: Value) -> Made | None:
    return value if isinstance(value, Made) else value.node if isinstance(value, Stretched) else None


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


def flat(node: Made, scene: Scene) -> Made:
    """One number where an array has one entry."""
    return scene.tape.record("reshape", node, ()) if node.shape == (1, 1) else node


def _entrywise(operation_: str, left: Value, right: Value, scene: Scene) -> Value:
    stretched = isinstance(left, Stretched) or isinstance(right, Stretched)
    first, second = (_node(side) if not isinstance(side, float) else side for side in (left, right))
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
    if isinstance(left, Ones) and isinstance(right, Ones) or sign not in {"_", "*", "@"}:
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
    node = _settled(value, scene)
    if not node.shape:
        return [node]
    return [flat(scene.tape.record("sum", node, axis=axis, keepdims=True), scene)]


def totals(value: Value, scene: Scene) -> list[Value]:
    """A sum whose index is not said: over everything, over the samples, over the neurons."""
    node = _settled(value, scene)
    if not node.shape:
        return [node]
    found: list[Value] = [scene.tape.record("sum", node)]
    if 1 in node.shape:
        return [*found, node]
    axes = sorted((0, 1), key=lambda axis: node.shape[axis] != BATCH)
    return [*found, *(scene.tape.record("sum", node, axis=axis, keepdims=True) for axis in axes)]


def _negative(value: Value, scene: Scene) -> Value:
    if isinstance(value, float):
        return -value
    if isinstance(value, Stretched):
        return Stretched(scene.tape.record("negative", value.node))
    if isinstance(value, Unknown):
        return value._replace(negated=not value.negated)
    return scene.tape.record("negative", _settled(value, scene))


def turned(value: Value, scene: Scene) -> Value:
    """Rows for columns."""
    match value:
        case Ones(turned=was):
            return Ones(not was)
        case Unknown(turned=was):
            return value._replace(turned=not was)
        case Made() if value.shape:
            return scene.tape.record("transpose", value)
        case Stretched(node=node) if node.shape:
            return Stretched(scene.tape.record("transpose", node))
        case _:
            return value


def _power(node: Node, scene: Scene, line: int) -> list[Value]:
    found: list[Value] = []
    for base in _ways(node.parts[0], scene, line):
        for exponent in _ways(node.parts[1], scene, line):
            if isinstance(base, float) and isinstance(exponent, float):
                found.append(float(abs(base) ** exponent))
            elif isinstance(exponent, float):
                found.append(scene.tape.record("power", _settled(base, scene), exponent))
            else:
                below = base if isinstance(base, float) else _settled(base, scene)
                found.append(scene.tape.record("power", below, _settled(exponent, scene)))
    return found

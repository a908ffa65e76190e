"""What a formula between arrays comes to: every way to take it whose shapes fit, the likeliest first."""

from __future__ import annotations

from itertools import product as combinations
from typing import TYPE_CHECKING

from sheetgrad.check.matrix.kinds import settled
from sheetgrad.check.matrix.products import operation
from sheetgrad.check.matrix.scene import Ones, Scene, Stretched, Unknown, misfit
from sheetgrad.read.python.limits import FitError
from sheetgrad.read.python.shapes import BATCH
from sheetgrad.read.python.tape import Node as Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sheetgrad.check.matrix.kinds import Value
    from sheetgrad.read.arrays.nodes import Node

MOST = 8
"""Ways to take one formula that are followed."""


def values(node: Node, scene: Scene, line: int) -> list[Made]:
    """Every value, as nodes of the tape; raises `FitError` where no way fits."""
    found = [settled(value, scene) for value in _ways(node, scene, line)]
    return list(dict.fromkeys(found))


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


def totals(value: Value, scene: Scene) -> list[Value]:
    """A sum whose index is not said: over everything, over the samples, over the neurons."""
    node = settled(value, scene)
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
    return scene.tape.record("negative", settled(value, scene))


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
                found.append(scene.tape.record("power", settled(base, scene), exponent))
            else:
                below = base if isinstance(base, float) else settled(base, scene)
                found.append(scene.tape.record("power", below, settled(exponent, scene)))
    return found

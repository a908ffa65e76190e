"""What a formula between arrays may come to, before every shape is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sheetgrad.check.matrix.scene import Ones, Scene, Stretched, Unknown, misfit
from sheetgrad.read.python.tape import Node as Made

if TYPE_CHECKING:
    Value: TypeAlias = Made | float | Unknown | Stretched | Ones


def settled(value: Value, scene: Scene) -> Made:
    """The node for a value; a name of unknown shape gets the likeliest."""
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


def node_of(value: Value) -> Made | None:
    """The node, if it is known by now."""
    return value if isinstance(value, Made) else value.node if isinstance(value, Stretched) else None


def flat(node: Made, scene: Scene) -> Made:
    """One number where an array has one entry."""
    return scene.tape.record("reshape", node, ()) if node.shape == (1, 1) else node

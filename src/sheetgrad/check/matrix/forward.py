"""The forward part of a text with arrays: what each name is made from, and the loss."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_losses import _binary, _categorical, _squared
from sheetgrad.check.matrix.items import Item, is_backward
from sheetgrad.check.matrix.scene import Scene, Unknown, is_loss, is_target_key, label_of, letters_of
from sheetgrad.check.matrix.values import values
from sheetgrad.read.python.limits import FitError, TooMuchError
from sheetgrad.read.python.tape import Node as Made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.read.arrays.nodes import Node


OUTPUTS = {"yhat", "Yhat", "ŷ", "Ŷ"}


class Loss(NamedTuple):
    """What gradients are judged against."""

    node: Made
    words: str
    own: bool


def defines(item: Item) -> bool:
    """Whether an equation says what a name is made from, going forward."""
    left, right = item.left, item.nodes[1]
    if left is None or right is None or left.kind != "name" or is_backward(left) or is_backward(right):
        return False
    return left.text not in right.names()


def build(scene: Scene, found: Sequence[Item]) -> dict[int, str]:
    """Go through the forward part; gives the reason for each equation that could not be followed, by its place."""
    waiting = [place for place, item in enumerate(found) if defines(item)]
    heads = {scene.key(found[place].left.text) for place in waiting}  # type: ignore[union-attr]  # defines() has asked
    failed: dict[int, str] = {}
    moved = True
    while waiting and moved:
        moved = False
        for place in list(waiting):
            item = found[place]
            needed = {scene.key(key) for key in item.nodes[1].names()} & heads  # type: ignore[union-attr]
            if any(key not in scene.versions for key in needed):
                continue
            waiting.remove(place)
            moved = True
            reason = _define(scene, item)
            if reason:
                failed[place] = reason
    return failed | dict.fromkeys(waiting, "what it is made from is not said")


def _define(scene: Scene, item: Item) -> str:
    left, right = item.nodes[0], item.nodes[1]
    assert left is not None  # noqa: S101 -- defines() has asked
    assert right is not None  # noqa: S101 -- the same
    try:
        ways = values(right, scene, item.line)
    except FitError as error:
        return str(error)
    if is_loss(left.text):
        ways.sort(key=lambda way: way.value.size)
    scene.define(left.text, item.line, ways[0])
    return ""


def name_outputs(scene: Scene, found: Sequence[Item]) -> None:
    """ŷ is the last activation where the text does not say so; layer 0 is the input."""
    keys = {key for item in found for key in item.names()}
    defined = {item.left.text for item in found if defines(item) and item.left is not None}
    data = next((key for key in sorted(keys) if letters_of(key) in {"x", "X"} and not label_of(key)), "")
    for key in keys - defined:
        if label_of(key) == "0" and letters_of(key) in {"a", "A", "h", "H"} and data:
            scene.aliases[key] = data
    layers = [key for key in defined if letters_of(key) in {"a", "A", "h", "H"} and label_of(key).isdigit()]
    outputs = {letters_of(key) for key in defined} & OUTPUTS
    if layers and not outputs:
        last = max(layers, key=lambda key: int(label_of(key)))
        for key in keys - defined:
            if letters_of(key) in OUTPUTS and not label_of(key):
                scene.aliases[key] = last


# --- the loss --------------------------------------------------------------------------------------


def losses(scene: Scene, found: Sequence[Item]) -> list[Loss]:
    """The text's own loss, or the usual ones of its outputs and targets."""
    made = []
    for item in found:
        if defines(item) and item.left is not None and is_loss(item.left.text):
            node = scene.version(item.left.text, item.line, number=True)
            if node is not None and node.operation:
                total = scene.tape.record("sum", node) if node.shape else node
                made.append(Loss(total, f"{_plain(item.left.text)} as the text gives it", own=True))
    return made[::-1][:3] or _usual(scene, found)


def _usual(scene: Scene, found: Sequence[Item]) -> list[Loss]:
    pair = _output_and_target(scene, found)
    if pair is None:
        return []
    output, target = pair
    line = found[-1].line
    above = scene.find(output, line)
    below = scene.find(target, line)
    if isinstance(above, Unknown):
        above = scene.alone(above)
    if not isinstance(above, Made) or isinstance(below, float):
        return []
    below = scene.beside(below, above, added=False) if isinstance(below, Unknown) else below
    a, t = _plain(output), _plain(target)
    words = (
        (f"½ Σ ({a} - {t})²", _squared),
        (f"-Σ ({t} log {a} + (1 - {t}) log(1 - {a}))", _binary),
        (f"-Σ {t} log {a}", _categorical),
    )
    try:
        return [Loss(make(scene.tape, above, below), f"E = {text}", own=False) for text, make in words]
    except (FitError, TooMuchError):
        return []


def _output_and_target(scene: Scene, found: Sequence[Item]) -> tuple[str, str] | None:
    for item in found:
        for node in item.nodes:
            for part in node.walk() if node is not None else ():
                pair = _compared(part, scene)
                if pair is not None:
                    return pair
    keys = {key for item in found for key in item.names()}
    target = next((key for key in sorted(keys) if is_target_key(key) and key not in scene.versions), "y")
    activations = [key for key in scene.versions if label_of(key).isdigit() and letters_of(key)[:1] in "aAhHyY"]
    outputs = [key for key in scene.versions if letters_of(key) in OUTPUTS]
    if outputs or activations:
        return (outputs or [max(activations, key=lambda key: int(label_of(key)))])[0], target
    return None


def _compared(node: Node, scene: Scene) -> tuple[str, str] | None:
    """A name less a target."""
    if node.kind != "sum":
        return None
    signed = [(part.kind == "negative", part.parts[0] if part.kind == "negative" else part) for part in node.parts]
    for (one, first), (other, second) in permutations(signed, 2):
        target, output = first.text, second.text
        if one == other or {first.kind, second.kind} != {"name"} or not is_target_key(target):
            continue
        given = scene.key(target) not in scene.versions
        made = scene.key(output) in scene.versions or not is_target_key(output)
        if letters_of(output) in OUTPUTS or (given and made):
            return output, target
    return None


def _plain(key: str) -> str:
    return re.sub(r"[^\w(),]", "", key)

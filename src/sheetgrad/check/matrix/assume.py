"""A usual forward part for texts that give none, made from the names that they use."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from sheetgrad.check.matrix.forward import OUTPUTS, defines
from sheetgrad.check.matrix.items import Item, is_delta
from sheetgrad.check.matrix.scene import label_of, letters_of
from sheetgrad.read.arrays.nodes import Node, name
from sheetgrad.read.arrays.nodes import product as times

if TYPE_CHECKING:
    from collections.abc import Sequence

BEFORE = -1
"""The line of an equation that the text does not have."""
WEIGHTS = ("W", "w", "Θ", "θ")
MOST_LAYERS = 5


def assumed(found: Sequence[Item]) -> list[list[Item]]:
    """Forward parts to try: weights on the left or on the right, numbered by the layer they lead to or come from."""
    if any(defines(item) for item in found):
        return []
    keys = {key for item in found for key in item.names()}
    weight = next((letter for letter in WEIGHTS if any(_is_layer(key, letter) for key in keys)), "")
    numbers = [int(label_of(key)) for key in keys if label_of(key).isdigit()]
    if not weight or not any(map(is_delta, keys)) or max(numbers) > MOST_LAYERS:
        return []
    ways = product((0, 1), (True, False))
    return [_layers(found, keys, weight, max(numbers), shift, left=left) for shift, left in ways]


def _is_layer(key: str, letter: str) -> bool:
    return letters_of(key) == letter and label_of(key).isdigit()


def _layers(found: Sequence[Item], keys: set[str], weight: str, last: int, shift: int, *, left: bool) -> list[Item]:
    """Z = W a + b and a = σ(z) for every layer."""
    capitals = any(letters_of(key) in {"A", "Z", "X"} for key in keys)
    z, a, x = ("Z", "A", "X") if capitals else ("z", "a", "x")
    call = _activation(found)
    made: list[Item] = []
    for layer in range(1 + shift, last + 1):
        below = name(x) if layer == 1 + shift and x in keys else name(f"{a}({layer - 1})")
        factors = (name(f"{weight}({layer - shift})"), below)
        total = Node("sum", "", (times("_", *(factors if left else factors[::-1])), name(f"b({layer})")))
        above = name(f"{z}({layer})")
        made.append(Item(BEFORE, (above, total)))
        made.append(Item(BEFORE, (name(f"{a}({layer})"), Node("call", call, (above,)))))
    outputs = sorted(key for key in keys if letters_of(key) in OUTPUTS)
    return [*made, *(Item(BEFORE, (name(output), name(f"{a}({last})"))) for output in outputs)]


def _activation(found: Sequence[Item]) -> str:
    """The function whose slope the text uses."""
    for item in found:
        for node in item.nodes:
            for part in node.walk() if node is not None else ():
                if part.kind == "slope":
                    return part.text.partition("(")[0]
    return "sigmoid"

"""The lines of a text as equations between named arrays: layers called l become layers with numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.check.matrix.scene import label_of, letters_of
from sheetgrad.read.arrays.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sheetgrad.read.arrays.equations import Line

LAYERS = 3
"""As many layers stand for a network of any depth."""
_SYMBOL = re.compile(r"([lL])([-+]\d)?")
DELTA = re.compile(r"δ\w*|Δ|delta\w*|err(?:or)?s?(?:_\w+)?|e")
CHANGE = re.compile(r"[Δ](\w+)")


@dataclass(frozen=True, slots=True)
class Item:
    """One equation of one line, with numbers for layers."""

    line: int
    nodes: tuple[Node | None, ...]

    @property
    def left(self) -> Node | None:
        """What the equation is about."""
        return self.nodes[0]

    def names(self) -> set[str]:
        """Every key in it."""
        return {key for node in self.nodes if node is not None for key in node.names()}


def items(lines: Sequence[Line]) -> list[Item]:
    """Every equation of the lines, in order."""
    depth = _depth(lines)
    found: list[Item] = []
    for place, line in enumerate(lines):
        nodes = tuple(member.node for member in line.members)
        symbols = _symbols(nodes)
        if not symbols:
            found.append(Item(place, nodes))
            continue
        rounds = range(1, depth + 1) if "l" in symbols else (depth,)
        for number in rounds:
            made = tuple(None if node is None else _numbered(node, number, depth) for node in nodes)
            if all(node is None or _exists(node, depth) for node in made):
                found.append(Item(place, made))
    return found


def is_layered(lines: Sequence[Line]) -> bool:
    """Whether the text speaks of layers l."""
    return any(_symbols([member.node for member in line.members]) for line in lines)


def _depth(lines: Sequence[Line]) -> int:
    keys = {key for line in lines for node in line.nodes for key in node.names()}
    numbers = [int(label) for key in keys if (label := label_of(key)).isdigit()]
    return max([*numbers, 2]) if numbers and max(numbers) <= LAYERS + 2 else LAYERS


def _symbols(nodes: Iterable[Node | None]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        for part in node.walk() if node is not None else ():
            match = _SYMBOL.fullmatch(label_of(_key(part)))
            if match:
                found.add(match[1])
    return found


def _key(node: Node) -> str:
    return node.text if node.kind in {"name", "call", "slope"} else ""


def _numbered(node: Node, number: int, depth: int) -> Node:
    text = node.text
    match = _SYMBOL.fullmatch(label_of(_key(node)))
    if match:
        value = (number if match[1] == "l" else depth) + int(match[2] or 0)
        text = f"{text[: text.rindex('(')]}({value})"
    parts = tuple(_numbered(part, number, depth) for part in node.parts)
    return Node(node.kind, text, parts, node.spelled)


def _exists(node: Node, depth: int) -> bool:
    """Whether every layer it speaks of is there: activations begin with layer 0, all else with 1."""
    for part in node.walk():
        label = label_of(_key(part))
        if label and re.fullmatch(r"-?\d+", label):
            first = 0 if letters_of(part.text) in {"a", "A", "h", "H", "x", "X", "n", "o"} else 1
            if not first <= int(label) <= depth:
                return False
    return True


def is_delta(key: str) -> bool:
    """Whether a name is that of an error handed back."""
    return bool(DELTA.fullmatch(letters_of(key))) and letters_of(key) not in {"e", "err", "error"}


def changed(key: str) -> str:
    """The key of W for ΔW; empty for any other."""
    match = CHANGE.fullmatch(letters_of(key))
    if not match:
        return ""
    label = label_of(key)
    return f"{match[1]}({label})" if label else match[1]


def renewed(key: str) -> str:
    """The key of W for W^new; empty for any other."""
    letters = letters_of(key)
    if not letters.endswith("new") or len(letters) == len("new"):
        return ""
    return key.replace("new", "", 1)


def is_backward(node: Node) -> bool:
    """Whether a derivative has a part in it."""
    return any(
        part.kind in {"gradient", "jacobian"}
        or (part.kind == "name" and (is_delta(part.text) or changed(part.text) or renewed(part.text)))
        for part in node.walk()
    )

"""What an equation between arrays is made of: one kind of node, so that edits need no cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a formula.

    `kind` says how to take `text` and `parts`: `number` (its digits), `name` (its key),
    `gradient` (∂ of `text`, or of the loss where that is empty, by the one part),
    `jacobian` (∂ of the first part by the second), `sum`, `negative`, `product` (the
    signs between the parts, separated by blanks; `_` stands where there is none),
    `turned` (the transpose), `power`, `call` and `slope` (the function and its first
    derivative), `total` and `mean` (over samples, or all), `ones`, `new` (after the step).
    """

    kind: str
    text: str = ""
    parts: tuple[Node, ...] = ()
    spelled: str = ""
    """How the author writes it, where that is more than its parts."""

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def names(self) -> set[str]:
        """The keys of every name in it, inside derivatives too."""
        return {node.text for node in self.walk() if node.kind == "name"}

    @property
    def signs(self) -> tuple[str, ...]:
        """Of a product: what stands between its parts."""
        return tuple(self.text.split())


def name(key: str, spelled: str = "") -> Node:
    """A name by its key."""
    return Node("name", key, (), spelled or key)


def product(sign: str, *parts: Node) -> Node:
    """A product with one sign throughout."""
    return Node("product", " ".join([sign] * (len(parts) - 1)), parts)


def put(node: Node, old: Node, new: Node) -> Node:
    """The same with one part (found by identity) replaced."""
    if node is old:
        return new
    parts = tuple(put(part, old, new) for part in node.parts)
    if all(left is right for left, right in zip(parts, node.parts, strict=True)):
        return node
    return Node(node.kind, node.text, parts, node.spelled if node.kind in {"name", "call", "slope"} else "")

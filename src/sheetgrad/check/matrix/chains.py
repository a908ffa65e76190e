"""Products of derivatives that name a chain: ∂L/∂a · ∂a/∂z · ∂z/∂W."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.matrix.scene import is_loss

if TYPE_CHECKING:
    from sheetgrad.read.arrays.nodes import Node


def telescopes(left: Node | None, right: Node) -> bool:
    """Whether a product of derivatives leads step by step from what is above the left side to what is below it."""
    if left is None or left.kind not in {"jacobian", "gradient"}:
        return False
    steps = _steps(right)
    if len(steps) < 2:
        return False
    start = left.parts[0].text if left.kind == "jacobian" else ""
    end = left.parts[-1].text
    while steps:
        following = next((step for step in steps if _meets(start, step[0])), None)
        if following is None:
            return False
        steps.remove(following)
        start = following[1]
    return start == end


def _meets(start: str, above: str) -> bool:
    return start == above or (is_loss(start or "L") and is_loss(above or "L"))


def _steps(node: Node) -> list[tuple[str, str]]:
    """The top and bottom of every factor; nothing where a factor is no derivative."""
    if node.kind == "product" and "/" in node.signs:
        return []
    parts = node.parts if node.kind == "product" else (node,)
    found: list[tuple[str, str]] = []
    for part in parts:
        inner = part.parts[0] if part.kind == "turned" else part
        if inner.kind == "product":
            within = _steps(inner)
            if not within:
                return []
            found += within
        elif inner.kind == "jacobian":
            found.append((inner.parts[0].text, inner.parts[1].text))
        elif inner.kind == "gradient":
            found.append(("", inner.parts[0].text))
        else:
            return []
    return found

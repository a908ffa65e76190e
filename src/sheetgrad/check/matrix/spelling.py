"""Formulas between arrays written out again, in the author's own names and signs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.arrays.marks import BOLD

if TYPE_CHECKING:
    from sheetgrad.read.arrays.nodes import Node

LOOSE, SUM, PRODUCT, TIGHT = range(4)


class Style(NamedTuple):
    """How an author writes what there are several ways to write."""

    turn: str = "ᵀ"
    entry: str = "⊙"
    matrix: str = ""


def style_of(text: str) -> Style:
    """The style of a text."""
    turn = ".T" if re.search(r"\w\.T\b", text) else "^T" if re.search(r"\^\{?\s*(?:T\b|\\top)", text) else "ᵀ"
    entry = "*" if not re.search(r"⊙|∘|\\odot|\\circ", text) and "*" in text else "⊙"
    matrix = "@" if re.search(r"\w\s*@\s*\w", text) else ""
    return Style(turn, entry, matrix)


def spelled(node: Node, style: Style, above: int = LOOSE) -> str:
    """A node in an author's style.

    >>> from sheetgrad.read.arrays.nodes import Node, name, product
    >>> spelled(product("_", Node("turned", "", (name("A(1)", "A1"),)), name("G", "dZ2")), Style())
    'A1ᵀ dZ2'
    """
    text, level = _spelled(node, style)
    return f"({text})" if level < above else text


def _spelled(node: Node, style: Style) -> tuple[str, int]:
    match node.kind:
        case "number" | "ones":
            return node.text, TIGHT
        case "name" | "gradient" | "jacobian":
            return _named(node), TIGHT
        case "negative":
            return f"-{spelled(node.parts[0], style, PRODUCT)}", SUM
        case "turned":
            return spelled(node.parts[0], style, TIGHT) + style.turn, TIGHT
        case "sum":
            return _sum(node, style), SUM
        case "product":
            return _product(node, style), PRODUCT
        case "power":
            base, exponent = node.parts
            return f"{spelled(base, style, TIGHT)}^{spelled(exponent, style, TIGHT)}", TIGHT
        case "total":
            return f"Σ {spelled(node.parts[0], style, PRODUCT)}", TIGHT
        case "call" | "slope":
            return _call(node, style), TIGHT
        case _:
            raise ValueError(node.kind)


def _named(node: Node) -> str:
    if node.spelled and node.spelled != node.text:
        return node.spelled.replace(BOLD, "")
    if node.kind == "name":
        return re.sub(r"\((\d+)\)$", r"\1", node.text.replace(BOLD, ""))
    above = _named(node.parts[0]) if node.kind == "jacobian" else "L"
    return f"∂{above}/∂{_named(node.parts[-1])}"


def _sum(node: Node, style: Style) -> str:
    parts = [spelled(node.parts[0], style, SUM)]
    for part in node.parts[1:]:
        inner = part.parts[0] if part.kind == "negative" else part
        parts.append(f"{'-' if part.kind == 'negative' else '+'} {spelled(inner, style, PRODUCT)}")
    return " ".join(parts)


def _product(node: Node, style: Style) -> str:
    parts = [spelled(node.parts[0], style, PRODUCT if node.signs[0] == "/" else TIGHT)]
    for sign, part in zip(node.signs, node.parts[1:], strict=True):
        shown = {"_": style.matrix, "@": "@", "⊙": style.entry}.get(sign, sign)
        parts += [shown] if shown else []
        parts.append(spelled(part, style, TIGHT))
    return " ".join(parts)


def _call(node: Node, style: Style) -> str:
    word = node.spelled.replace(BOLD, "").rstrip("'").strip("{}") or {"sigmoid": "σ"}.get(node.text, node.text)
    inside = ", ".join(spelled(part, style) for part in node.parts)
    if node.text == "norm":
        return f"‖{inside}‖"
    if node.text == "exp" and not node.spelled:
        return f"exp({inside})"
    mark = "'" if node.kind == "slope" else ""
    return f"{word}{mark}({inside})"


def understood(node: Node) -> str:
    """A node as it was read: names by their keys."""
    return spelled(_bare(node), Style())


def _bare(node: Node) -> Node:
    from sheetgrad.read.arrays.nodes import Node as Made

    return Made(node.kind, node.text, tuple(map(_bare, node.parts)))

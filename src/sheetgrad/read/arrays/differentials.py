"""Names with a d before them: `dW1`, and the dL and dW1 of dL/dW1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.arrays.lexer import GREEK
from sheetgrad.read.arrays.nodes import Node, name

if TYPE_CHECKING:
    from sheetgrad.read.arrays.lexer import Token


def labelled(word: str, label: str) -> str:
    """`W1` as the key of W in layer 1."""
    letters = word.rstrip("0123456789")
    label = label or word[len(letters) :]
    return f"{letters}({label})" if label else letters


def is_differential(token: Token) -> bool:
    """Whether it is a d with a name after it."""
    return token.kind == "name" and token.text.replace("\ue000", "")[:1] == "d" and len(token.text) > 1


def without_d(token: Token) -> Node:
    """`dW1` without its d."""
    bold = "\ue000" if "\ue000" in token.text else ""
    rest = token.text.replace("\ue000", "")[1:].lstrip("_")
    rest = bold + GREEK.get(rest, rest)
    return name(f"{rest}({token.label})" if token.label else rest)


def derivative(above: Node, below: Node, spelled: str) -> Node:
    """∂ of one name by another."""
    return Node("jacobian", "", (above, below), spelled)

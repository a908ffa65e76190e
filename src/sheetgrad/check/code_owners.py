"""Whose memory a name is, by its looks: `vW1`, `m["W1"]` and `self.v_w1` go with W1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.python.names import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.read.python.tape import Node


def owner(name: str, weights: Iterable[Node]) -> Node | None:
    """The weight whose name has the longest end in common with a name; None where two have."""
    scored = sorted(
        {weight.place: (_common(letters(name), letters(plain(weight.name))), weight) for weight in weights}.values(),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if not scored or scored[0][0] == 0 or (len(scored) > 1 and scored[1][0] == scored[0][0]):
        return None
    return scored[0][1]


def letters(name: str) -> str:
    """Its letters and digits, in lower case."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _common(left: str, right: str) -> int:
    count = 0
    while count < min(len(left), len(right)) and left[-1 - count] == right[-1 - count]:
        count += 1
    return count

"""Layers written above a name without brackets: the 2 of `z^2_j` is no power.

A number above and an index below, in that order, is a layer where some name has two
different numbers above it, or one that nobody raises anything to. Such names carry
their layer wherever they stand, also as `w_{jk}^2`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.read.traced import Traced

_ABOVE = re.compile(r"(?<![A-Za-z\\])([A-Za-zδ]+)\^\s*(?:\{\s*(\d)\s*\}|(\d))(?=\s*_)")
_BELOW = re.compile(r"(?<![A-Za-z\\])([A-Za-zδ]+)(_\s*(?:\{[^{}]*\}|[^\W_]))\^\s*(?:\{\s*(\d)\s*\}|(\d))")
POWER = "2"


def layered(texts: Iterable[str]) -> frozenset[str]:
    """The names that carry a layer above them."""
    seen: dict[str, set[str]] = {}
    for text in texts:
        for match in _ABOVE.finditer(text):
            seen.setdefault(match[1], set()).add(match[2] or match[3])
    if all(numbers == {POWER} for numbers in seen.values()):
        return frozenset()
    return frozenset(seen)


def with_layers(text: Traced, names: frozenset[str]) -> Traced:
    """The text with the layers of these names in brackets, as z^{(2)}_j."""
    if not names:
        return text

    def above(match: re.Match[str]) -> str:
        return f"{match[1]}^{{({match[2] or match[3]})}}" if match[1] in names else match.group()

    def below(match: re.Match[str]) -> str:
        return f"{match[1]}^{{({match[3] or match[4]})}}{match[2]}" if match[1] in names else match.group()

    return text.sub(_ABOVE, above).sub(_BELOW, below)

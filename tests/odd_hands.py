"""Derivations in odd hands: for each a forward pass, lines that are right, and lines with a mistake.

Every hand is a way of writing that is met outside textbooks. A right line must be
read and raise nothing; a wrong line must be called false where it stands. They are
in a text file, since most of them are long and full of backslashes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

TEXT = (Path(__file__).parent / "lookalikes" / "hands.txt").read_text(encoding="utf-8")


class Hand(NamedTuple):
    """One way of writing."""

    name: str
    forward: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def hand(text: str) -> Hand:
    """One hand: its name, its forward pass, and its lines, each under a mark."""
    name, _, rest = text.partition("\n")
    forward, *parts = re.split(r"\n%% ", rest.rstrip("\n"))
    lines: dict[str, list[str]] = {"right": [], "wrong": []}
    for part in parts:
        kind, _, line = part.partition("\n")
        lines[kind].append(line)
    return Hand(name, forward, tuple(lines["right"]), tuple(lines["wrong"]))


*HANDS, OTHER = map(hand, re.split(r"^=== ", TEXT, flags=re.MULTILINE)[1:])
PLAIN, NOTHING_TO_DO_WITH_IT = OTHER.forward, OTHER.right
"""Equations about other things, before or after a forward pass: they raise nothing."""

"""How much of a program is followed, and what is said where that is not enough."""

from __future__ import annotations

from sheetgrad.errors import SheetgradError

CHARACTERS = 1_000_000
"""Longest source."""
NESTING = 120
"""Deepest expression or block."""
STEPS = 60_000
"""Expressions and statements looked at in one pass."""
NODES = 8_000
"""Operations recorded in one pass."""
ENTRIES = 20_000
"""Numbers in one array."""
ROUNDS = 64
"""Rounds of a loop that are written out."""
DEPTH = 24
"""Functions called within functions."""
BITS = 256
"""Size of a whole number."""
LARGEST_SIZE = 12
"""An axis that the code makes longer is made short: a gradient does not depend on it."""


class UnreadableCodeError(SheetgradError):
    """Source that cannot be followed; says why."""


class TooMuchError(UnreadableCodeError):
    """More work than a backward pass written by hand needs."""


class FitError(UnreadableCodeError):
    """Arrays whose shapes do not go together."""

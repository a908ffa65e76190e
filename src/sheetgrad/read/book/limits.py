"""How much of a spreadsheet file is read: what nobody's hand-in comes near, and what a hostile file would pass."""

from __future__ import annotations

from typing import NoReturn

from sheetgrad.errors import SheetgradError

FILE_BYTES = 200_000_000
DIRECTORY_BYTES = 4_000_000
"""The list of members of a zip file, before it is taken apart."""
MEMBERS = 20_000
INFLATED_BYTES = 600_000_000
"""What all parts that are read come to, counted while they are read: sizes that a file states are not believed."""
SMALL_PART_BYTES = 40_000_000
"""A part that is no sheet and no table of texts."""
RATIO = 250
RATIO_FROM = 30_000_000
"""Parts above this size must not be packed tighter than RATIO to one."""
TAG_BYTES = 1_000_000
ELEMENTS = 300_000
"""In a part that is no sheet and no table of texts."""
DEPTH = 120
"""How deep elements may stand in each other."""
ELEMENT_NAMES = 5_000

ROWS, COLUMNS = 1_048_576, 16_384
CELLS = 5_000_000
SHEETS = 1_000
TEXT = 32_767
TEXTS = 2_000_000
TEXT_TOTAL = 200_000_000
MERGED = 100_000
BLOCK = 10_000
"""Cells that one formula fills."""
NAMES = 10_000
CHARTS = 1_000

FORMULA = 8_192
NESTING = 64
"""Brackets and functions within each other; Excel takes 64 functions."""
TREE_DEPTH = 300
"""How deep the tree of a formula may be: a sum of this many terms."""
TREE_SIZE = 20_000
"""How many parts a formula may have once its names are put in."""


class UnreadableBookError(SheetgradError):
    """A file that is no spreadsheet, is broken or protected, or too large; says which and what to do."""


def too_much(place: str, what: str, limit: int) -> NoReturn:
    """Refuse a file that passes a limit."""
    raise UnreadableBookError(
        f"{place}: more than {limit:,} {what}, which is more than is read. "
        "A copy with only the sheets and rows that matter would be read."
    )

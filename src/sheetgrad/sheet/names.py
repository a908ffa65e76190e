"""Names that a spreadsheet takes: defined names, columns, cell texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_TEXT = 32_767
"""Characters that a cell holds."""
LONGEST_NAME = 250

_ADDRESS = re.compile(r"([A-Za-z]{1,3})(\d+)")
_ROW_AND_COLUMN = re.compile(r"[RrCc]\d*|[Rr]\d*[Cc]\d*")
_TAKEN = frozenset({"true", "false"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def letters(place: int) -> str:
    """The letters of a column, counted from 0.

    >>> letters(0), letters(25), letters(26), letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def defined_name(plain: str) -> str:
    """A name for a cell that no spreadsheet takes for an address.

    >>> [defined_name(name) for name in ("w1", "a_h1", "E1", "R", "true", "eta", "beta1")]
    ['w_1', 'a_h1', 'E_1', 'R_', 'true_', 'eta', 'beta1']
    """
    name = re.sub(r"[^A-Za-z0-9_]", "_", plain)[:LONGEST_NAME]
    if not name or name[0].isdigit():
        name = f"_{name}"
    if match := _ADDRESS.fullmatch(name):
        return f"{match[1]}_{match[2]}"
    if _ROW_AND_COLUMN.fullmatch(name) or name.lower() in _TAKEN:
        return f"{name}_"
    return name


def defined_names(plain: Iterable[str]) -> list[str]:
    """A defined name for every plain one; no two alike, capitals or not.

    >>> defined_names(["w1", "w_1", "W_1"])
    ['w_1', 'w_1_', 'W_1__']
    """
    met: set[str] = set()
    made = []
    for name in map(defined_name, plain):
        free = name
        while free.lower() in met:
            free += "_"
        met.add(free.lower())
        made.append(free)
    return made


def quoted(sheet: str) -> str:
    """The name of one of our sheets as a formula needs it.

    >>> quoted("Steps"), quoted("Rate 2")
    ('Steps', "'Rate 2'")
    """
    return f"'{sheet}'" if " " in sheet else sheet


def cell_text(text: str, most: int = LONGEST_TEXT) -> str:
    r"""The text without control characters, cut to what a cell holds.

    >>> cell_text("a\x07b\nc", 4), cell_text("abcdef", 4)
    ('a b…', 'abc…')
    """
    clean = _CONTROL.sub(" ", text)
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"

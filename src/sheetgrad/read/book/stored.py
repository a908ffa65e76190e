"""What is stored in a cell, from how a file writes it."""

from __future__ import annotations

import math
import re

from sheetgrad.read.book.cells import Cell, Fault, Formula, Value

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?%?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_BLANKS = str.maketrans({"\u2212": "-", "\u00a0": None, "\u202f": None, "\u2009": None})


def number(text: str) -> float | None:
    """A stored number; None where it is none, or is not finite."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def as_number(text: str) -> float | None:
    """The number that a text holds, a decimal comma read as a point; None for any other text.

    >>> as_number("0,5"), as_number(" 1.5E-3"), as_number("50%"), as_number("1,000"), as_number("w1")
    (0.5, 0.0015, 0.5, None, None)
    """
    bare = text.translate(_BLANKS).strip()
    if len(bare) > 40 or not _NUMBER.fullmatch(bare) or _THOUSANDS.fullmatch(bare):
        return None
    value = number(bare.rstrip("%").replace(",", "."))
    return value / 100 if value is not None and bare.endswith("%") else value


def text_cell(text: str, formula: Formula | None) -> Cell:
    """A cell with a text, which may be a number."""
    value = as_number(text)
    return Cell(text, formula) if value is None else Cell(value, formula, text_number=True)


def cell(kind: str, text: str | None, formula: Formula | None, texts: list[str]) -> Cell:
    """A cell of an .xlsx file by the kind that the file gives it."""
    if text is None:
        return Cell(None, formula)
    value: Value
    match kind:
        case "" | "n":
            value = number(text)
            if value is None and text.strip():
                return text_cell(text, formula)
        case "s":
            place = int(text) if text.strip().isdecimal() and len(text) < 12 else -1
            return text_cell(texts[place], formula) if 0 <= place < len(texts) else Cell(Fault("#REF!"), formula)
        case "b":
            value = text.strip() in {"1", "true"}
        case "e":
            value = Fault(text.strip())
        case _:
            return text_cell(text, formula)
    return Cell(value, formula)

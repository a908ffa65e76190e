"""Numbers in a spec: finite, rectangular, and kept as nested tuples of floats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

Shape: TypeAlias = tuple[int, ...]
MOST_AXES = 8
KEPT_AS_ARRAY = 100_000
"""A NumPy array of more numbers than this is kept as it is; a smaller one becomes tuples."""


def shape_of(value: Any, place: str, problems: list[Problem]) -> Shape | None:  # noqa: ANN401 -- whatever a spec holds
    """The shape of a number or of nested lists, or None after adding what is wrong with them.

    >>> shape_of([[1, 2, 3], [4, 5, 6]], "weights", [])
    (2, 3)
    """
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return _shape_of_array(value, place, problems)
    return _shape_of_lists(value, place, problems, MOST_AXES)


def _shape_of_array(value: Any, place: str, problems: list[Problem]) -> Shape | None:  # noqa: ANN401 -- an array
    import numpy as np

    if value.dtype.kind not in "fiu":
        problems.append(Problem(place, f"an array of {value.dtype} does not hold numbers", "give an array of floats"))
    elif not value.size:
        problems.append(Problem(place, "is empty", "give at least one number"))
    elif not np.isfinite(value).all():
        first = tuple(map(int, np.argwhere(~np.isfinite(value))[0]))
        where = "".join(f"[{number}]" for number in first)
        problems.append(Problem(f"{place}{where}", f"{value[first]} is not a number to compute with", _FINITE))
    else:
        return tuple(map(int, value.shape))
    return None


_FINITE = "give a finite number"


def _shape_of_lists(value: Any, place: str, problems: list[Problem], deeper: int) -> Shape | None:  # noqa: ANN401 -- any
    if not isinstance(value, list | tuple):
        wrong = wrong_number(value)
        if wrong:
            problems.append(Problem(place, *wrong))
        return None if wrong else ()
    if not value or not deeper:
        wrong = ("is empty", "give at least one number") if deeper else ("is nested too deep", f"{MOST_AXES} is most")
        problems.append(Problem(place, *wrong))
        return None
    shapes = [_shape_of_lists(part, f"{place}[{at}]", problems, deeper - 1) for at, part in enumerate(value)]
    if None in shapes:
        return None
    for at, shape in enumerate(shapes):
        if shape != shapes[0]:
            wrong = (f"has {in_words(shape)} where {place}[0] has {in_words(shapes[0])}", "make all rows equally long")
            problems.append(Problem(f"{place}[{at}]", *wrong))
            return None
    return (len(value), *(shapes[0] or ()))


def wrong_number(value: object) -> tuple[str, str] | None:
    """What is wrong with a value as a number, and what would be right; None if it is one."""
    if isinstance(value, str):
        return f"{value!r} is text, not a number", "write numbers without quotes"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{_shown(value)} is not a number", "write a number such as 0.5"
    try:
        finite = math.isfinite(float(value))
    except OverflowError:
        return "is too large", "give a number below 1e308"
    return None if finite else (f"{value} is not a number to compute with", _FINITE)


def _shown(value: object) -> str:
    words = {bool: str(value).lower(), dict: "a table", list: "a list", type(None): "nothing"}
    return words.get(type(value), str(value)[:40])


def in_words(shape: Shape | None) -> str:
    """A shape for people: `2 × 3 numbers`, `one number`."""
    if not shape:
        return "one number"
    return " × ".join(map(str, shape)) + (" number" if shape == (1,) else " numbers")


def frozen(value: Any) -> Any:  # noqa: ANN401 -- numbers in any nesting
    """The same numbers as floats in nested tuples; a large NumPy array stays one."""
    if hasattr(value, "dtype"):
        if value.size > KEPT_AS_ARRAY:
            return value.astype("float64")
        value = value.tolist()
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else float(value)


def as_rows(value: Any, shape: Shape) -> Sequence[Any]:  # noqa: ANN401 -- numbers in any nesting
    """A row, or rows, as rows."""
    return (frozen(value),) if len(shape) == 1 else frozen(value)

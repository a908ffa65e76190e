"""What is left out of an equation: one of its factors, chosen for each student."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sheetgrad.expr import Call, Expr, Number, Product, Ref, Sum, Symbol, children, rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterator

BOX = Ref(Symbol("□"))
"""Stands where something has been left out."""


def with_blank(value: Expr, seed: int) -> Expr:
    """The formula with a factor (or a term, or what a function is of) left out; which one the seed says.

    >>> from sheetgrad.syntax.printer import written
    >>> w, x = Ref(Symbol("w")), Ref(Symbol("x"))
    >>> {written(with_blank(w * x, seed)) for seed in range(20)} == {"□*x", "w*□"}
    True
    """
    found = list(_with_blank(value))
    return found[int(random.Random(seed).random() * len(found))] if found else BOX  # noqa: S311 -- the same again, no secret


def _with_blank(node: Expr) -> Iterator[Expr]:
    parts = children(node)
    for place, part in enumerate(parts):
        if isinstance(node, Product | Call) and not isinstance(part, Number):
            yield rebuilt(node, (*parts[:place], BOX, *parts[place + 1 :]), tidy=False)
        if isinstance(node, Sum) and isinstance(part, Ref):
            yield rebuilt(node, (*parts[:place], BOX, *parts[place + 1 :]), tidy=False)
        elif not isinstance(part, Ref | Number):
            for changed in _with_blank(part):
                yield rebuilt(node, (*parts[:place], changed, *parts[place + 1 :]), tidy=False)

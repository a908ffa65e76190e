"""Whether an equation is built as those of its neighbours are: h1 as h2, E1 as E2."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sheetgrad.check.network import renamed
from sheetgrad.check.planting import family, siblings
from sheetgrad.expr import Expr, Product, Ref, Sum, Symbol, children, rebuilt, references

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_regular(key: str, value: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether a neighbour has the same shape, with as many names of each family; true where there is no neighbour.

    >>> w, x, y = (Ref(Symbol(name)) for name in ("w1", "x1", "x2"))
    >>> is_regular("h1", w * x + x, {"h2": w * x + y}), is_regular("h1", w * y + x, {"h2": w * x + y})
    (False, True)
    """
    others = [definitions[name] for name in siblings(key, dict(definitions)) if name in definitions]
    return not others or any(_shape(value) == _shape(other) for other in others)


def _shape(value: Expr) -> tuple[Expr, Counter[str]]:
    names: dict[Expr, Expr] = {use: Ref(Symbol(family(use.symbol.name)[0])) for use in references(value)}
    counted = Counter(family(use.symbol.name)[0] for use in references(value))
    return _sorted(renamed(value, names)), counted


def _sorted(node: Expr) -> Expr:
    """Terms and factors in one order."""
    parts = tuple(_sorted(part) for part in children(node))
    if isinstance(node, Sum | Product):
        parts = tuple(sorted(parts, key=repr))
    return rebuilt(node, parts, tidy=False) if parts else node

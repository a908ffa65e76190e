"""Whether an equation is built as those of its neighbours are: h1 as h2, E1 as E2."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from sheetgrad.check.network import renamed
from sheetgrad.check.planting import family, siblings
from sheetgrad.expr import Call, Expr, Number, Product, Ref, Sum, Symbol, children, rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def is_regular(key: str, value: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether a neighbour has the same shape, with as many names of each family; true where there is no neighbour.

    >>> w, x, y = (Ref(Symbol(name)) for name in ("w1", "x1", "x2"))
    >>> is_regular("h1", w * x + x, {"h2": w * x + y}), is_regular("h1", w * y + x, {"h2": w * x + y})
    (False, True)
    """
    others = [definitions[name] for name in siblings(key, dict(definitions)) if name in definitions]
    return not others or any(_shape(value) == _shape(other) for other in others)


def is_odd(key: str, value: Expr, meant: Expr, definitions: Mapping[str, Expr]) -> bool:
    """Whether an equation looks mistaken, and what it may have been meant to be does not.

    >>> tanh = Call("tanh", (Ref(Symbol("z1")),))
    >>> is_odd("a1", -tanh, tanh, {}), is_odd("a1", tanh, -tanh, {})
    (True, False)
    """
    factors = value.factors if isinstance(value, Product) else ()
    if factors and _is_activation(meant) and all(part is meant or isinstance(part, Number) for part in factors):
        return True
    return not is_regular(key, value, definitions) and is_regular(key, meant, definitions)


def _is_activation(value: Expr) -> bool:
    """A function of one quantity and nothing else, or the quantity itself."""
    return isinstance(value, Ref) or (
        isinstance(value, Call) and len(value.arguments) == 1 and isinstance(value.arguments[0], Ref)
    )


@lru_cache(maxsize=2_000)
def _shape(value: Expr) -> tuple[Expr, list[tuple[str, list[int]]]]:
    """The formula without the numbers of its names, and how often each name of a family stands in it.

    So w1*x1 + w2*x1 is not built as w3*x1 + w4*x2 is.
    """
    uses = [part for part in _parts(value) if isinstance(part, Ref)]
    names: dict[Expr, Expr] = {use: Ref(Symbol(family(use.symbol.name)[0])) for use in uses}
    often: dict[str, list[int]] = {}
    for name, count in sorted(Counter(use.symbol.name for use in uses).items()):
        often.setdefault(family(name)[0], []).append(count)
    return _sorted(renamed(value, names)), [(letters, sorted(counts)) for letters, counts in sorted(often.items())]


def _parts(node: Expr) -> Iterator[Expr]:
    """Every part as often as it stands there."""
    yield node
    for part in children(node):
        yield from _parts(part)


def _sorted(node: Expr) -> Expr:
    """Terms and factors in one order."""
    parts = tuple(_sorted(part) for part in children(node))
    if isinstance(node, Sum | Product):
        parts = tuple(sorted(parts, key=repr))
    return rebuilt(node, parts, tidy=False) if parts else node

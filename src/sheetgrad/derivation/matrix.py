"""The matrix reading of a family equation: Z = X Wᵀ + b, Δ = (A − T) ⊙ σ'(Z), ∂E/∂W = Δᵀ X.

`reading` turns an expression over index variables into one over whole vectors and
matrices, by the place of each index: an index that is summed joins two factors into
a matrix product, one that is not stays a row or a column. Where an expression has no
such reading (three axes, a largest member) it says so with None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.derivation.algebra import Array, Entrywise, Matmul, Ones, Quotient, Repeated, Transposed
from sheetgrad.expr import (
    ONE,
    Call,
    Expr,
    Index,
    Next,
    Number,
    Partial,
    Power,
    Product,
    Ref,
    Sum,
    Total,
    power,
    walk,
)
from sheetgrad.model import axes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sheetgrad.expr import Quantity

Axes = tuple[Index, ...]
MOST_AXES = 2


def reading(node: Expr, axes: Axes) -> Expr | None:
    """The expression as vectors and matrices whose rows and columns are `axes`, or None.

    >>> from sheetgrad.expr import Symbol
    >>> i, j = Index("i", 2), Index("j", 3)
    >>> w, x = Symbol("w", 1, (j, i)), Symbol("x", 0, (i,))
    >>> reading(Total((i,), Product((w.whole, x.whole))), (j,))
    Matmul((Array(Symbol('w', 1, ...), ...), Array(Symbol('x', 0, ...), ...)))
    """
    if len(axes) > MOST_AXES:
        return None
    match node:
        case Number():
            return node
        case Ref() | Partial() | Next():
            return _quantity(node, axes)
        case Sum(terms=terms):
            parts = [reading(term, axes) for term in terms]
            return None if None in parts else Sum(tuple(part for part in parts if part is not None))
        case Product(factors=factors):
            return _product(factors, axes)
        case Power(base=base, exponent=exponent):
            return _power(base, exponent, axes)
        case Call(function=function, arguments=arguments):
            inner = [reading(argument, axes) for argument in arguments]
            return None if None in inner else Call(function, tuple(part for part in inner if part is not None))
        case Total(indices=indices, body=body):
            return _total(indices, body, axes)
        case _:
            return None


def array_of(quantity: Quantity) -> Array | None:
    """A whole family as one array, under the index variables that it is used with."""
    match quantity:
        case Partial(of=Ref(symbol=loss), wrt=use) if not quantity.edge:
            of = "gradient"
        case Next(state=use):
            of, loss = "next", use.symbol
        case Ref() as use:
            of, loss = "", use.symbol
        case _:
            return None
    axes = axes_of(quantity)
    if len(axes) != len(use.places) or len(axes) > MOST_AXES:
        return None
    return Array(use.symbol, axes, of, loss)


def free(node: Expr) -> set[Index]:
    """The index variables that an expression depends on."""
    if isinstance(node, Total):
        return free(node.body) - set(node.indices)
    found: set[Index] = set()
    for part in walk(node):
        if isinstance(part, Ref | Partial | Next):
            found.update(axes_of(part))
    bound = {index for part in walk(node) if isinstance(part, Total) for index in part.indices}
    return found - bound


def _quantity(quantity: Quantity, axes: Axes) -> Expr | None:
    array = array_of(quantity)
    if array is None:
        return None
    return _turned(array, array.axes, axes) if array.axes else quantity


def _turned(made: Expr, own: Axes, axes: Axes) -> Expr | None:
    """An array with these axes of its own, as one with the axes wanted."""
    if own == axes or not own:
        return made
    if len(axes) == MOST_AXES:
        if own == axes[::-1]:
            return Transposed(made)
        if own == axes[1:]:
            return Repeated(made)
        if own == axes[:1]:
            return Matmul((made, Transposed(Ones(axes[1]))))
    return None


def _part(factors: Sequence[Expr], axes: Axes) -> Expr | None:
    """A product of factors over some of the axes, in those axes."""
    node = factors[0] if len(factors) == 1 else Product(tuple(factors))
    own = tuple(axis for axis in axes if axis in free(node))
    if own == axes or isinstance(node, Ref | Partial | Next):
        return reading(node, axes)
    inner = reading(node, own)
    return None if inner is None else _turned(inner, own, axes)


def _product(factors: Sequence[Expr], axes: Axes) -> Expr | None:
    """Numbers in front, an outer product where rows and columns come apart, else entry by entry."""
    front = [factor for factor in factors if not free(factor)]
    rest = [factor for factor in factors if free(factor)]
    above = [factor for factor in rest if not _divides(factor)]
    below = [power(factor.base, -factor.exponent) for factor in rest if isinstance(factor, Power) and _divides(factor)]
    if any(not free(factor) <= set(axes) for factor in rest):
        return None
    scalars = [reading(factor, ()) for factor in front]
    top = _entries(above, axes) if above else ONE
    bottom = _entries(below, axes) if below else ONE
    if top is None or bottom is None or None in scalars:
        return None
    whole = Quotient(top, bottom) if below else top
    kept = [scalar for scalar in scalars if scalar is not None]
    if whole is ONE:
        return kept[0] if len(kept) == 1 else Product(tuple(kept))
    return Product((*kept, whole)) if kept else whole


def _entries(factors: Sequence[Expr], axes: Axes) -> Expr | None:
    if len(axes) == MOST_AXES:
        rows = [factor for factor in factors if free(factor) == {axes[0]}]
        columns = [factor for factor in factors if free(factor) == {axes[1]}]
        if rows and columns and len(rows) + len(columns) == len(factors):
            left, right = _part(rows, axes[:1]), _part(columns, axes[1:])
            return None if left is None or right is None else Matmul((left, Transposed(right)))
    parts = [_part((factor,), axes) for factor in factors]
    return _all(Entrywise, parts)


def _all(kind: type[Entrywise | Matmul], parts: Iterable[Expr | None]) -> Expr | None:
    flat: list[Expr] = []
    for part in parts:
        if part is None:
            return None
        flat += part.factors if isinstance(part, kind) else (part,)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _power(base: Expr, exponent: Expr, axes: Axes) -> Expr | None:
    inner = reading(base, axes)
    if inner is None or free(exponent):
        return None
    if not free(base):
        above = reading(exponent, ())
        return None if above is None else Power(inner, above)
    match exponent:
        case Number(value=2):
            return Entrywise((inner, inner))
        case Number(value=int() as value) if value < 0:
            below = reading(power(base, Number(-value)), axes)
            return None if below is None else Quotient(ONE, below)
        case _:
            return None


def _divides(node: Expr) -> bool:
    return isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value < 0


# --- sums ------------------------------------------------------------------------------------------


def _total(indices: Axes, body: Expr, axes: Axes) -> Expr | None:
    """Σ over one index joins what has it; over several, one after the other."""
    if len(indices) > 1:
        return _total(indices[:1], Total(indices[1:], body), axes)
    (index,) = indices
    factors = body.factors if isinstance(body, Product) else (body,)
    front = [reading(factor, ()) for factor in factors if not free(factor)]
    rest = [factor for factor in factors if free(factor)]
    if None in front or any(not free(factor) <= {index, *axes} for factor in rest):
        return None
    joined = _joined(index, rest, axes)
    if joined is None:
        return None
    kept = [part for part in front if part is not None]
    return Product((*kept, joined)) if kept else joined


def _joined(index: Index, factors: Sequence[Expr], axes: Axes) -> Expr | None:
    groups = {axis: [factor for factor in factors if axis in free(factor)] for axis in axes}
    if sum(map(len, groups.values())) > len({id(f) for group in groups.values() for f in group}):
        return None  # one factor has all three indices
    alone = [factor for factor in factors if free(factor) <= {index}]
    match axes:
        case (row, column):
            left = _part([*groups[row], *alone], (row, index)) if groups[row] else None
            right = _part(groups[column], (index, column)) if groups[column] else None
        case (row,):
            left = _part(groups[row], (row, index)) if groups[row] else None
            right = _part(alone, (index,)) if alone else Ones(index)
        case _:
            first, *others = alone
            left = _transposed(_part([first], (index,)) if others else Ones(index))
            right = _part(others or [first], (index,))
    return _all(Matmul, (left, right))


def _transposed(node: Expr | None) -> Expr | None:
    return None if node is None else Transposed(node)

"""Nodes for the matrix reading: whole families as vectors and matrices.

They stand beside the scalar nodes of `expr`: a sum, a number in front and a function
taken entry by entry are written with those.
"""

from __future__ import annotations

from sheetgrad.expr import Expr, Index, Symbol


class Array(Expr):
    """A family as one vector (a column) or matrix.

    `of` says what about it: "" itself, "gradient" the derivative of the loss with
    respect to it, "next" its value after the step. `axes` are its rows and columns;
    `loss` is the loss that a gradient is of.
    """

    __slots__ = ("symbol", "axes", "of", "loss")
    symbol: Symbol
    axes: tuple[Index, ...]
    of: str
    loss: Symbol

    @property
    def layer(self) -> int:
        """The layer it belongs to (0: none)."""
        return self.symbol.layer

    @property
    def gradient(self) -> bool:
        """Whether it is a derivative."""
        return self.of == "gradient"


class Ones(Expr):
    """A column of ones."""

    __slots__ = ("axis",)
    axis: Index


class Repeated(Expr):
    """A vector as every row of a matrix; written as the vector alone."""

    __slots__ = ("inner",)
    inner: Expr


class Transposed(Expr):
    """Rows for columns."""

    __slots__ = ("inner",)
    inner: Expr


class Matmul(Expr):
    """The matrix product; vectors are columns."""

    __slots__ = ("factors",)
    factors: tuple[Expr, ...]


class Entrywise(Expr):
    """The product entry by entry, ⊙."""

    __slots__ = ("factors",)
    factors: tuple[Expr, ...]


class Quotient(Expr):
    """The quotient entry by entry, ⊘."""

    __slots__ = ("above", "below")
    above: Expr
    below: Expr


class Applied(Expr):
    """The slope of a function, taken entry by entry: σ'(Z)."""

    __slots__ = ("function", "inner")
    function: str
    inner: Expr


def arrays(node: Expr) -> list[Array]:
    """The vectors and matrices in an expression, each once, in the order they are written."""
    found: dict[Array, None] = {}
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Array):
            found.setdefault(part)
            continue
        inner: list[Expr] = []
        for name in type(part).__slots__:
            value = getattr(part, name)
            inner += [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Expr)]
        stack.extend(reversed(inner))
    return list(found)

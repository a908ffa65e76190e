"""Family equations as array arithmetic: a contraction is a matrix product, everything else goes member by member.

Every piece of source carries the index variables of its axes. Two pieces meet
by index variable: a missing axis is put in with `None` and NumPy's broadcasting
does the rest. Σ over a product becomes `@` where two operands share one summed
index, and `einsum` otherwise. The source names a dozen functions (`exp`,
`total`, `einsum` …) that `namespaces` supplies for each array library.
"""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import (
    MINUS_ONE,
    Call,
    Expr,
    Index,
    Largest,
    Next,
    Number,
    Partial,
    Place,
    Power,
    Product,
    Quantity,
    Ref,
    Sum,
    Total,
    is_negative,
    negative,
)
from sheetgrad.functions import in_primitives
from sheetgrad.model import axes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.expr import Scalar, Symbol
    from sheetgrad.model import Equation

FUNCTIONS: Mapping[str, str] = {"abs": "absolute", "max": "maximum", "min": "minimum"}
"""Functions under other names than ours."""

WIDEST = 100
"""A sum of more terms is written as one call: the compiler nests the terms of a written-out sum."""


class Piece(NamedTuple):
    """Source that can stand anywhere, and what its axes run over."""

    source: str
    axes: tuple[Index, ...] = ()


class Lowering:
    """Writes equations as assignments of arrays."""

    def __init__(self, name: Callable[[Quantity], str], leaves: frozenset[Symbol] = frozenset()) -> None:
        """`leaves` are kept as whole arrays even where the equations use members of them by number."""
        self._name, self._leaves = name, leaves
        self._order: dict[Index, int] = {}

    def assignment(self, equation: Equation) -> str:
        """`target = value` with the axes of the target, in their order."""
        axes = equation.axes
        self._order = {axis: place for place, axis in enumerate(axes)}
        piece = self._piece(in_primitives(equation.value, stable=True))
        source = self._aligned(piece, axes)
        if len(piece.axes) < len(axes):
            source = f"{source} + zeros({tuple(axis.size for axis in axes)})"
        return f"{self._name(equation.target)} = {source}"

    def _sorted(self, axes: set[Index]) -> tuple[Index, ...]:
        for axis in sorted(axes - set(self._order), key=lambda axis: (axis.name, axis.copy)):
            self._order[axis] = len(self._order)
        return tuple(sorted(axes, key=self._order.__getitem__))

    def _piece(self, node: Expr) -> Piece:
        match node:
            case Number(value=value):
                return Piece(_number(value))
            case Ref(symbol=symbol, places=places) if symbol in self._leaves:
                return self._member(self._name(symbol.whole), places)
            case Ref() | Partial() | Next():
                return self._turned(Piece(self._name(node), axes_of(node)))
            case Sum(terms=terms):
                return self._sum(terms)
            case Product(factors=factors):
                return self._product([*factors])
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Call(function=name, arguments=arguments):
                pieces = [self._piece(argument) for argument in arguments]
                axes = self._sorted({axis for piece in pieces for axis in piece.axes})
                inside = ", ".join(self._aligned(piece, axes) for piece in pieces)
                return Piece(f"{FUNCTIONS.get(name, name)}({inside})", axes)
            case Total(indices=indices, body=body):
                return self._total(indices, body)
            case Largest(indices=indices, body=body):
                return self._reduced("largest", self._piece(body), indices)
            case _:
                message = f"no array form for {node!r}"
                raise BrokenInvariant(message)

    def _member(self, source: str, places: Sequence[Place]) -> Piece:
        axes = tuple(place for place in places if isinstance(place, Index))
        if len(axes) < len(places):
            source += f"[{', '.join(':' if isinstance(place, Index) else str(place) for place in places)}]"
        return self._turned(Piece(source, axes))

    def _turned(self, piece: Piece, axes: tuple[Index, ...] | None = None) -> Piece:
        """The same with its axes in another order: in the order of the equation unless given."""
        axes = self._sorted(set(piece.axes)) if axes is None else axes
        if axes == piece.axes:
            return piece
        places = tuple(piece.axes.index(axis) for axis in axes)
        if places != (1, 0):
            return Piece(f"transpose({piece.source}, {places})", axes)
        twice = piece.source.endswith(".T")
        return Piece(piece.source[:-2] if twice else f"{piece.source}.T", axes)

    def _aligned(self, piece: Piece, axes: tuple[Index, ...]) -> str:
        """Source with `None` where it lacks an axis, so that it broadcasts against the others."""
        missing = [axis not in piece.axes for axis in axes]
        while missing and missing[0]:
            missing.pop(0)  # broadcasting puts leading axes in by itself
        if not any(missing):
            return piece.source
        return f"{piece.source}[{', '.join('None' if lacks else ':' for lacks in missing)}]"

    def _joined(self, pieces: Sequence[Piece], operators: Sequence[str]) -> Piece:
        axes = self._sorted({axis for piece in pieces for axis in piece.axes})
        words = [
            part for sign, piece in zip(operators, pieces, strict=True) for part in (sign, self._aligned(piece, axes))
        ]
        return Piece(f"({' '.join(filter(None, words))})", axes)

    def _sum(self, terms: Sequence[Expr]) -> Piece:
        signs = ["-" if is_negative(term) else "+" for term in terms]
        signs[0] = "-" if signs[0] == "-" else ""
        pieces = [self._piece(negative(term) if is_negative(term) else term) for term in terms]
        if len(terms) <= WIDEST:
            return self._joined(pieces, signs)
        axes = self._sorted({axis for piece in pieces for axis in piece.axes})  # side by side, so that nothing nests
        words = (f"{sign.strip('+')}{self._aligned(piece, axes)}" for sign, piece in zip(signs, pieces, strict=True))
        return Piece(f"sum(({', '.join(words)}))", axes)

    def _product(self, factors: Sequence[Expr]) -> Piece:
        pieces, signs = [], []
        minus = factors[0] is MINUS_ONE and len(factors) > 1
        for factor in factors[1:] if minus else factors:
            below = _below(factor)
            pieces.append(self._piece(factor if below is None else below))
            signs.append("*" if below is None else "/")
        if signs[0] == "/":
            pieces.insert(0, Piece("1.0"))
            signs.insert(0, "")
        signs[0] = "-" if minus else ""
        return self._joined(pieces, signs)

    def _power(self, base: Expr, exponent: Expr) -> Piece:
        below = _below(Power(base, exponent))
        if below is not None:
            return self._product([Power(base, exponent)])
        if isinstance(exponent, Number) and isinstance(exponent.value, int):
            piece = self._piece(base)
            return Piece(f"({piece.source}**{exponent.value})", piece.axes)
        return self._joined([self._piece(base), self._piece(exponent)], ["", "**"])

    def _reduced(self, function: str, piece: Piece, indices: Sequence[Index]) -> Piece:
        places = tuple(piece.axes.index(axis) for axis in indices if axis in piece.axes)
        if not places:
            return piece
        left = tuple(axis for axis in piece.axes if axis not in indices)
        return Piece(f"{function}({piece.source}, axis={places[0] if len(places) == 1 else places})", left)

    # --- Σ ---------------------------------------------------------------------------------

    def _total(self, indices: tuple[Index, ...], body: Expr) -> Piece:
        if isinstance(body, Sum):
            signs = ["", *["+"] * (len(body.terms) - 1)]
            return self._joined([self._total(indices, term) for term in body.terms], signs)
        factors = body.factors if isinstance(body, Product) else (body,)
        pieces = [self._piece(factor) for factor in factors]
        scalars = [piece for piece in pieces if not piece.axes]
        arrays = self._merged([piece for piece in pieces if piece.axes], set(indices))
        met = {axis for piece in arrays for axis in piece.axes}
        repeats = [Piece(repr(float(index.size))) for index in indices if index not in met]
        summed = [self._contracted(arrays, [index for index in indices if index in met])] if arrays else []
        together = [*scalars, *repeats, *summed]
        return together[0] if len(together) == 1 else self._joined(together, ["", *["*"] * (len(together) - 1)])

    def _merged(self, pieces: list[Piece], summed: set[Index]) -> list[Piece]:
        """Fewer operands: those with the same axes, and those that can be multiplied in before the sum is taken."""
        merged: list[Piece] = []
        for piece in sorted(pieces, key=lambda piece: -len(piece.axes)):
            inside = [
                place
                for place, other in enumerate(merged)
                if set(piece.axes) <= set(other.axes)
                and (len(piece.axes) == len(other.axes) or len(pieces) > 2 or not summed & set(piece.axes))  # noqa: PLR2004 -- two operands make a matrix product
            ]
            if inside:
                merged[inside[-1]] = self._joined([merged[inside[-1]], piece], ["", "*"])
            else:
                merged.append(piece)
        return merged

    def _contracted(self, pieces: list[Piece], summed: list[Index]) -> Piece:
        """Σ over the product of operands."""
        if len(pieces) == 1:
            return self._reduced("total", pieces[0], summed)
        alone = [
            [
                index
                for index in summed
                if [index in other.axes for other in pieces].count(True) == 1 and index in p.axes
            ]
            for p in pieces
        ]
        pieces = [self._reduced("total", piece, own) for piece, own in zip(pieces, alone, strict=True)]
        shared = [index for index in summed if not any(index in own for own in alone)]
        if not shared:
            return self._joined(pieces, ["", *["*"] * (len(pieces) - 1)])
        result = self._sorted({axis for piece in pieces for axis in piece.axes} - set(shared))
        if len(pieces) == 2 and len(shared) == 1:  # noqa: PLR2004 -- a matrix product has two operands
            product = self._matrix_product(pieces[0], pieces[1], shared[0], result)
            if product is not None:
                return self._turned(product)
        letters = dict(zip((*result, *shared), ascii_letters, strict=False))
        words = ["".join(letters[axis] for axis in piece.axes) for piece in pieces]
        path = f"{','.join(words)}->{''.join(letters[axis] for axis in result)}"
        return Piece(f"einsum({path!r}, {', '.join(piece.source for piece in pieces)})", result)

    def _matrix_product(self, left: Piece, right: Piece, over: Index, result: tuple[Index, ...]) -> Piece | None:
        """`left @ right`, or None where their axes do not allow it."""
        both = tuple(axis for axis in result if axis in left.axes and axis in right.axes)
        own = [[axis for axis in result if axis in piece.axes and axis not in both] for piece in (left, right)]
        if any(len(axes) != 1 for axes in own) if both else any(len(axes) > 1 for axes in own):
            return None
        if own[0] and own[1] and result.index(own[0][0]) > result.index(own[1][0]):
            left, right, own = right, left, own[::-1]
        before = self._turned(left, (*both, *own[0], over)).source
        after = self._turned(right, (*both, over, *own[1])).source
        return Piece(f"({before} @ {after})", (*both, *own[0], *own[1]))


def _number(value: Scalar) -> str:
    text = repr(float(value))
    return f"({text})" if value < 0 else text


def _below(node: Expr) -> Expr | None:
    """What stands below the line, for a factor with a negative exponent."""
    if isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value < 0:
        return node.base if node.exponent.value == -1 else Power(node.base, Number(-node.exponent.value))
    return None

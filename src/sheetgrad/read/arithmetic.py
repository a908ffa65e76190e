"""Putting what was read together, exactly as it was written."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sheetgrad.expr import MINUS_ONE, ONE, Call, Expr, Number, Partial, Power, Product, Ref, Row, walk
from sheetgrad.functions import slope
from sheetgrad.read.folding import Group, Unreadable

if TYPE_CHECKING:
    from sheetgrad.read.folding import Piece
    from sheetgrad.read.token import Token


def is_plus(piece: Piece) -> bool:
    """The exponent of ∂⁺."""
    if not isinstance(piece, Group) or piece.kind != "power" or len(piece.parts[0]) != 1:
        return False
    inner = piece.parts[0][0]
    return not isinstance(inner, Group) and inner.text == "+"


def slope_of(value: Call) -> Expr:
    """The slope of a function at what it is applied to: σ'(x)."""
    return slope(value, 0, value)


def only_name(node: Expr, token: Token | None) -> Ref:
    """The quantity a derivative is taken by; anything else cannot be read."""
    if isinstance(node, Ref):
        return node
    raise Unreadable("a derivative is taken by one quantity", token)


def shown(piece: Piece | None) -> str:
    """A piece as a message quotes it."""
    if piece is None:
        return "the end"
    return f"'{piece.token.spelled}'" if isinstance(piece, Group) else f"'{piece.spelled or piece.text}'"


def number(text: str) -> Number:
    """A number as it stands: whole ones exactly."""
    return Number(int(text)) if text.isdigit() and len(text) < 16 else Number(float(text))


def minus(node: Expr) -> Expr:
    """−node, as written."""
    match node:
        case Number(value=value):
            return Number(-value)
        case Product(factors=(Number(value=value), *rest)) if value != -1:
            return Product((Number(-value), *rest))
        case Product(factors=factors):
            return Product((MINUS_ONE, *factors))
        case _:
            return Product((MINUS_ONE, node))


def divide(factors: list[Expr], divisor: Expr) -> None:
    """Append a divisor; two whole numbers make one fraction."""
    match factors[-1], divisor:
        case Number(value=int() | Fraction() as above), Number(value=int() as below) if below:
            factors[-1] = Number(Fraction(above) / below)
        case _:
            factors.append(Power(divisor, MINUS_ONE))


def product_of(factors: list[Expr]) -> Expr:
    """A product as written; one factor is itself."""
    flat = [piece for part in factors for piece in (part.factors if isinstance(part, Product) else (part,))]
    kept = [factor for factor in flat if factor is not ONE] or [ONE]
    return kept[0] if len(kept) == 1 else Product(tuple(kept))


def derivatives(node: Expr) -> list[Partial]:
    """Every derivative in an expression, those inside others too."""
    found = []
    for part in walk(node):
        if isinstance(part, Partial):
            found += [part, *derivatives(part.of)]
        elif isinstance(part, Row):
            found += [inner for entry in part.entries for inner in derivatives(entry)]
    return found

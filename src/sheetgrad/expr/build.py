"""Building expressions tidily: flat, with zeros and ones gone and numbers folded."""

from __future__ import annotations

from fractions import Fraction

from sheetgrad.expr.nodes import Call, Expr, Index, Number, Operand, Power, Product, Scalar, Sum, Total, expression

ZERO, ONE, TWO, MINUS_ONE, HALF = Number(0), Number(1), Number(2), Number(-1), Number(Fraction(1, 2))


def split_coefficient(node: Expr) -> tuple[Scalar, Expr]:
    """Take the number off the front: 3·x is (3, x), x is (1, x), 3 is (3, 1)."""
    match node:
        case Number():
            return node.value, ONE
        case Product(factors=(Number() as first, *rest)):
            return first.value, rest[0] if len(rest) == 1 else Product(tuple(rest))
        case _:
            return 1, node


def is_negative(node: Expr) -> bool:
    """Whether it is written with a leading minus."""
    return split_coefficient(node)[0] < 0


def negative(node: Expr) -> Expr:
    """−node."""
    return multiply(MINUS_ONE, node)


def add(*terms: Expr) -> Expr:
    """Add: nested sums are joined, equal terms counted, zeros dropped."""
    flat = [part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))]
    counts: dict[Expr, Scalar] = {}
    for part in flat:
        value, rest = split_coefficient(part)
        counts[rest] = counts[rest] + value if rest in counts else value
    kept = tuple(multiply(Number(value), rest) for rest, value in counts.items() if value != 0)
    if not kept:
        return ZERO
    return kept[0] if len(kept) == 1 else Sum(kept)


def multiply(*factors: Expr) -> Expr:
    """Multiply: nested products are joined, numbers folded to the front, equal factors made powers."""
    flat = [part for factor in factors for part in (factor.factors if isinstance(factor, Product) else (factor,))]
    value: Scalar = 1
    rest: list[Expr] = []
    for part in flat:
        if isinstance(part, Number):
            value = value * part.value
        else:
            rest.append(part)
    if value == 0:
        return ZERO
    if len(rest) > 1:
        rest = _gather(rest)
    if value < 0:
        value, rest = _absorb_sign(value, rest)
    if value != 1 or not rest:
        rest.insert(0, Number(value))
    return rest[0] if len(rest) == 1 else Product(tuple(rest))


def _gather(factors: list[Expr]) -> list[Expr]:
    """Join powers of one base: x·x is x², x·x⁻¹ is nothing."""
    exponents: dict[Expr, Expr] = {}
    for factor in factors:
        base, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, ONE)
        exponents[base] = add(exponents[base], exponent) if base in exponents else exponent
    if len(exponents) == len(factors):
        return factors
    gathered = (power(base, exponent) for base, exponent in exponents.items())
    return [part for part in gathered if part is not ONE]


def _absorb_sign(value: Scalar, factors: list[Expr]) -> tuple[Scalar, list[Expr]]:
    """Turn −(t − a)·x into (a − t)·x where a sum can take the sign and start with a plus."""
    for place, factor in enumerate(factors):
        if isinstance(factor, Sum) and any(map(is_negative, factor.terms)):
            flipped = [negative(term) for term in factor.terms]
            flipped.sort(key=is_negative)
            return -value, [*factors[:place], Sum(tuple(flipped)), *factors[place + 1 :]]
    return value, factors


def power(base: Expr, exponent: Expr) -> Expr:
    """Raise: the powers 0 and 1 go, powers of powers join, whole powers of exact numbers fold."""
    if exponent is ZERO:
        return ONE
    if exponent is ONE:
        return base
    match base, exponent:
        case Number(value=float() | int() | Fraction() as value), Number(value=int() as count):
            if isinstance(value, float):
                return Number(value**count) if value else Power(base, exponent)
            return Number(Fraction(value) ** count) if value else Power(base, exponent)
        case Power(base=inner, exponent=Number(value=int() as first)), Number(value=int() as second):
            return power(inner, Number(first * second))
        case _:
            return Power(base, exponent)


def total(indices: tuple[Index, ...], body: Expr) -> Expr:
    """Σ: over no indices it is the body itself; nested sums join."""
    if not indices or body is ZERO:
        return body
    if isinstance(body, Total):
        return Total(indices + body.indices, body.body)
    return Total(indices, body)


def call(function: str, *arguments: Operand) -> Expr:
    """Apply a named function."""
    return Call(function, tuple(map(expression, arguments)))


def sqrt(x: Operand) -> Expr:
    """The square root."""
    return call("sqrt", x)


def exp(x: Operand) -> Expr:
    """E to the x."""
    return call("exp", x)


def log(x: Operand) -> Expr:
    """The natural logarithm."""
    return call("log", x)

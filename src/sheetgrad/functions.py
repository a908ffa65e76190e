"""What the named functions mean: value, formula, slope.

A primitive is computed by the machine; every other function has a formula made
of primitives, which is how it is printed and computed. A slope is a rule
`slope(x, y)` that sees input and output and returns an expression, so that the
sigmoid's can be `y * (1 - y)`, which is what people write.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetgrad.expr import (
    HALF,
    ONE,
    ZERO,
    Call,
    Expr,
    Number,
    Operand,
    Power,
    Product,
    Sum,
    call,
    children,
    exp,
    log,
    power,
    rebuilt,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Rule: TypeAlias = "Callable[..., Operand]"


class Function(NamedTuple):
    """One function of one or two arguments."""

    name: str
    slopes: tuple[Rule, ...]
    """∂y/∂(each argument) as a rule of (arguments…, y)."""
    value: Callable[..., float] | None = None
    """How a primitive is computed; never raises, gives inf or nan as IEEE 754 does."""
    formula: Rule | None = None
    """What it stands for, in primitives."""
    stable: Rule | None = None
    """The same without overflow, where the formula has one; what numbers are computed from."""
    kinks: tuple[float, ...] = ()
    """Arguments at which the slope jumps."""
    activation: bool = False
    """Whether a layer may have it as its activation."""


def table(*entries: Function) -> dict[str, Function]:
    """A table keyed by the entries' own names."""
    return {entry.name: entry for entry in entries}


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0 else math.nan


def _sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else math.nan


def _maximum(x: float, y: float) -> float:
    return math.nan if math.isnan(x) or math.isnan(y) else max(x, y)


def _minimum(x: float, y: float) -> float:
    return math.nan if math.isnan(x) or math.isnan(y) else min(x, y)


def positive(x: Operand) -> Expr:
    """1 where x > 0, else 0 (at 0 itself: 0)."""
    return call("positive", x)


FUNCTIONS: Mapping[str, Function] = table(
    # primitives
    Function("exp", slopes=(lambda _x, y: y,), value=_exp),
    Function("log", slopes=(lambda x, _y: ONE / x,), value=_log),
    Function("sqrt", slopes=(lambda _x, y: HALF / y,), value=_sqrt),
    Function("abs", slopes=(lambda x, _y: 2 * positive(x) - 1,), value=abs, kinks=(0.0,)),
    Function("positive", slopes=(lambda _x, _y: ZERO,), value=lambda x: float(x > 0), kinks=(0.0,)),
    Function(
        "max",
        slopes=(lambda x, z, _y: positive(x - z), lambda x, z, _y: 1 - positive(x - z)),
        value=_maximum,
        kinks=(0.0,),
    ),
    Function(
        "min",
        slopes=(lambda x, z, _y: positive(z - x), lambda x, z, _y: 1 - positive(z - x)),
        value=_minimum,
        kinks=(0.0,),
    ),
    Function("held", slopes=(lambda _x, _y: ZERO,), formula=lambda x: x),
    # activations
    Function("identity", slopes=(lambda _x, _y: ONE,), formula=lambda x: x, activation=True),
    Function("sigmoid", slopes=(lambda _x, y: y * (1 - y),), formula=lambda x: 1 / (1 + exp(-x)), activation=True),
    Function("tanh", slopes=(lambda _x, y: 1 - y**2,), value=math.tanh, activation=True),
    Function(
        "relu",
        slopes=(lambda x, _y: positive(x),),
        formula=lambda x: call("max", ZERO, x),
        kinks=(0.0,),
        activation=True,
    ),
    Function(
        "leaky_relu",
        slopes=(lambda x, _y: Number(0.01) + Number(0.99) * positive(x),),
        formula=lambda x: call("max", Number(0.01) * x, x),
        kinks=(0.0,),
        activation=True,
    ),
    Function(
        "softplus",
        slopes=(lambda x, _y: 1 / (1 + exp(-x)),),
        formula=lambda x: log(1 + exp(x)),
        stable=lambda x: call("max", ZERO, x) + log(1 + exp(-call("abs", x))),
        activation=True,
    ),
)


def formula(node: Call) -> Expr | None:
    """What the call stands for, or None for a primitive."""
    rule = FUNCTIONS[node.function].formula
    return None if rule is None else _expression(rule(*node.arguments))


def slope(node: Call, position: int, output: Expr) -> Expr:
    """∂(call)/∂(argument at `position`), written with `output` for the call's own value."""
    return _expression(FUNCTIONS[node.function].slopes[position](*node.arguments, output))


def in_primitives(node: Expr, *, stable: bool = False) -> Expr:
    """Every function that has a formula written out; with `stable`, in the form that cannot overflow."""
    parts = tuple(in_primitives(part, stable=stable) for part in children(node))
    made = rebuilt(node, parts, tidy=False) if parts != children(node) else node
    if not isinstance(made, Call):
        return made
    entry = FUNCTIONS[made.function]
    rule = (entry.stable if stable else None) or entry.formula
    return made if rule is None else in_primitives(_expression(rule(*made.arguments)), stable=stable)


def _expression(value: Operand) -> Expr:
    return value if isinstance(value, Expr) else Number(value)


# --- the judge --------------------------------------------------------------------------------


def evaluate(node: Expr, values: Mapping[Expr, float]) -> float:
    """The value of a scalar expression where every quantity has a value: slow, plain, the one to believe.

    Never raises on numbers: infinity and not-a-number come out as IEEE 754 has them.

    >>> from sheetgrad.expr import Ref, Symbol
    >>> x = Ref(Symbol("x"))
    >>> evaluate(call("sigmoid", x) * 2, {x: 0.0})
    1.0
    """
    match node:
        case Number(value=value):
            return float(value)
        case Sum(terms=terms):
            result = evaluate(terms[0], values)
            for term in terms[1:]:
                result += evaluate(term, values)
            return result
        case Product(factors=factors):
            result = 1.0
            for factor in factors:
                if isinstance(factor, Power) and _is_divisor(factor.exponent):
                    result = divided(result, evaluate(power(factor.base, -factor.exponent), values))
                else:
                    result *= evaluate(factor, values)
            return result
        case Power(base=base, exponent=exponent):
            return raised(evaluate(base, values), evaluate(exponent, values))
        case Call(function=name, arguments=arguments):
            rule = FUNCTIONS[name].value
            if rule is None:
                return evaluate(in_primitives(node, stable=True), values)
            return rule(*(evaluate(argument, values) for argument in arguments))
        case _:
            return values[node]


def _is_divisor(exponent: Expr) -> bool:
    return isinstance(exponent, Number) and exponent.value < 0


def divided(left: float, right: float) -> float:
    """IEEE 754 division."""
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


def raised(base: float, exponent: float) -> float:
    """IEEE 754 power."""
    try:
        result = base**exponent
    except OverflowError:
        return math.inf if base > 0 or exponent % 2 == 0 else -math.inf
    except ZeroDivisionError:
        return math.inf
    return result if isinstance(result, float) else math.nan

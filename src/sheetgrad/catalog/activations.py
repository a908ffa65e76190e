"""Activations: the equations that lead from a layer's z to its a."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.expr import Call, Largest, Symbol, call, exp, total
from sheetgrad.functions import FUNCTIONS
from sheetgrad.model import Equation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Activation(NamedTuple):
    """`equations(z)` ends in the equation of `a`, which has the layer and the axis of z."""

    name: str
    equations: Callable[[Symbol], tuple[Equation, ...]]
    last_only: bool = False
    """Whether only the last layer may have it."""


def _elementwise(name: str) -> Activation:
    """A function of one number, applied to every neuron on its own."""

    def equations(z: Symbol) -> tuple[Equation, ...]:
        value = z.whole if name == "identity" else Call(name, (z.whole,))
        return (Equation(Symbol("a", z.layer, z.axes).whole, value),)

    return Activation(name, equations)


def _softmax(z: Symbol) -> tuple[Equation, ...]:
    """The largest z is m (held fixed: it cancels), s[k] = exp(z[k] - m), S = Σ s[k], a[k] = s[k]/S."""
    largest, whole = Symbol("m", z.layer).whole, Symbol("S", z.layer).whole
    part = Symbol("s", z.layer, z.axes).whole
    return (
        Equation(largest, call("held", Largest(z.axes, z.whole))),
        Equation(part, exp(z.whole - largest)),
        Equation(whole, total(z.axes, part)),
        Equation(Symbol("a", z.layer, z.axes).whole, part / whole),
    )


ACTIVATIONS: Mapping[str, Activation] = {
    entry.name: entry
    for entry in (
        *(_elementwise(function.name) for function in FUNCTIONS.values() if function.activation),
        Activation("softmax", _softmax, last_only=True),
    )
}

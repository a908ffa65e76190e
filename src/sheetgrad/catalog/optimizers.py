"""Optimizers: what every parameter is next, and what has to be remembered for it.

An entry is a rule. It is given the parameter w, its gradient g and the named
settings, asks for the states it needs, and returns w's next value. Formulas and
default settings are PyTorch's (torch.optim), so that runs can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetgrad.expr import Expr, Next, Operand, Partial, Ref, Symbol, expression, sqrt
from sheetgrad.model import Equation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RATE = Symbol("eta")
"""The learning rate."""


class Step(NamedTuple):
    """What one parameter family needs in a step."""

    equations: tuple[Equation, ...]
    states: Mapping[Symbol, float]


class Memory:
    """The states that a rule asks for, each with its next equation."""

    def __init__(self, parameter: Ref, settings: Mapping[str, float]) -> None:
        """Start with nothing remembered."""
        self._parameter = parameter
        self._settings = settings
        self.states: dict[Symbol, float] = {}
        self.equations: list[Equation] = []

    def __getitem__(self, setting: str) -> Expr:
        """A named setting, as a quantity."""
        if setting not in self._settings:
            raise KeyError(setting)
        return Ref(Symbol(setting))

    def remember(self, name: str, following: Callable[[Expr], Operand], *, start: float = 0.0) -> Expr:
        """A state beside the parameter; `following` says its next value, which is returned."""
        symbol = self._parameter.symbol
        return self._state(
            Ref(Symbol(f"{name}_{symbol.name}", symbol.layer, symbol.axes), self._parameter.places), following, start
        )

    def count(self, name: str) -> Expr:
        """The number of steps, this one included: one state that all parameters share."""
        return self._state(Ref(Symbol(name)), lambda k: k + 1, 0.0)

    def _state(self, state: Ref, following: Callable[[Expr], Operand], start: float) -> Expr:
        self.states[state.symbol] = start
        self.equations.append(Equation(Next(state), expression(following(state)), "update"))
        return Next(state)


Rule: TypeAlias = "Callable[[Expr, Expr, Expr, Memory], Operand]"


class Optimizer(NamedTuple):
    """A rule for the next value of a parameter: `rule(w, g, eta, memory)`."""

    name: str
    title: str
    rule: Rule
    defaults: Mapping[str, float] = {}
    values: Mapping[str, float] = {}
    """Settings that differ from the defaults."""

    @property
    def settings(self) -> dict[Symbol, float]:
        """The learning rate (its value comes with the run) and the named settings."""
        chosen = {**self.defaults, **self.values}
        return {RATE: float("nan")} | {Symbol(name): value for name, value in chosen.items()}

    def step(self, parameter: Ref, gradient: Partial) -> Step:
        """The next equations for one parameter family, its states first."""
        memory = Memory(parameter, self.defaults)
        following = expression(self.rule(parameter, gradient, Ref(RATE), memory))
        equations = (*memory.equations, Equation(Next(parameter), following, "update"))
        return Step(equations, memory.states)


def _gradient_descent(w: Expr, g: Expr, eta: Expr, _memory: Memory) -> Operand:
    return w - eta * g


def _momentum(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    v = memory.remember("v", lambda v: memory["mu"] * v + g)
    return w - eta * v


def _nesterov(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    v = memory.remember("v", lambda v: memory["mu"] * v + g)
    return w - eta * (g + memory["mu"] * v)


def _rmsprop(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    s = memory.remember("s", lambda s: memory["rho"] * s + (1 - memory["rho"]) * g**2)
    return w - eta * g / (sqrt(s) + memory["epsilon"])


def _adam(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    k = memory.count("k")
    m = memory.remember("m", lambda m: memory["beta1"] * m + (1 - memory["beta1"]) * g)
    v = memory.remember("v", lambda v: memory["beta2"] * v + (1 - memory["beta2"]) * g**2)
    unbiased_m = m / (1 - memory["beta1"] ** k)
    unbiased_v = v / (1 - memory["beta2"] ** k)
    return w - eta * unbiased_m / (sqrt(unbiased_v) + memory["epsilon"])


def _adamw(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return _adam(w - eta * memory["decay"] * w, g, eta, memory)


_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

OPTIMIZERS: Mapping[str, Optimizer] = {
    entry.name: entry
    for entry in (
        Optimizer("gradient_descent", "gradient descent", _gradient_descent),
        Optimizer("momentum", "gradient descent with momentum", _momentum, {"mu": 0.9}),
        Optimizer("nesterov", "Nesterov's accelerated gradient", _nesterov, {"mu": 0.9}),
        Optimizer("rmsprop", "RMSprop", _rmsprop, {"rho": 0.99, "epsilon": 1e-8}),
        Optimizer("adam", "Adam", _adam, _ADAM),
        Optimizer("adamw", "AdamW", _adamw, {**_ADAM, "decay": 0.01}),
    )
}

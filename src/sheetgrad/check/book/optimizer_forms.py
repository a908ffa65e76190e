"""The rules of optimizers as people write them into columns: those of the catalogue, and the other usual ways."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.catalog.optimizers import OPTIMIZERS, Memory
from sheetgrad.expr import Expr, Next, Ref, Symbol, expression, references, sqrt, substitute, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.catalog.optimizers import Rule
    from sheetgrad.expr import Operand

WEIGHT, GRADIENT, RATE = Ref(Symbol("w")), Ref(Symbol("g")), Ref(Symbol("eta"))


class Form(NamedTuple):
    """A rule: the next value of the weight, and of each memory, over w, g, the memories and named settings."""

    name: str
    memories: tuple[Ref, ...]
    following: tuple[Expr, ...]
    """The next value of each memory, over its value before."""
    update: Expr
    """Over the memories before; where it uses a next value that stands as `NEXT name`."""
    settings: tuple[str, ...]


def next_of(memory: Ref) -> Ref:
    """The quantity that stands for the next value of a memory."""
    return Ref(Symbol(f"NEXT {memory.symbol.name}"))


class _Asked(Memory):
    """Takes any setting that a rule asks for."""

    def __getitem__(self, setting: str) -> Expr:
        return Ref(Symbol(setting))


def _velocity(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return w + memory.remember("v", lambda v: memory["mu"] * v - eta * g)


def _step(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return w - memory.remember("v", lambda v: memory["mu"] * v + eta * g)


def _averaged(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return w - eta * memory.remember("v", lambda v: memory["mu"] * v + (1 - memory["mu"]) * g)


def _old_velocity(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    before = Ref(Symbol("v_w"))
    v = memory.remember("v", lambda v: memory["mu"] * v - eta * g)
    return w - memory["mu"] * before + (1 + memory["mu"]) * v


def _adagrad(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return w - eta * g / (sqrt(memory.remember("s", lambda s: s + g**2)) + memory["epsilon"])


def _adagrad_inside(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return w - eta * g / sqrt(memory.remember("s", lambda s: s + g**2) + memory["epsilon"])


def _rmsprop_inside(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    s = memory.remember("s", lambda s: memory["rho"] * s + (1 - memory["rho"]) * g**2)
    return w - eta * g / sqrt(s + memory["epsilon"])


def _moments(g: Expr, memory: Memory) -> tuple[Expr, Expr]:
    m = memory.remember("m", lambda m: memory["beta1"] * m + (1 - memory["beta1"]) * g)
    return m, memory.remember("v", lambda v: memory["beta2"] * v + (1 - memory["beta2"]) * g**2)


def _adam_without_hats(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    m, v = _moments(g, memory)
    return w - eta * m / (sqrt(v) + memory["epsilon"])


def _adam_inside(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    k = memory.count("k")
    m, v = _moments(g, memory)
    return w - eta * (m / (1 - memory["beta1"] ** k)) / sqrt(v / (1 - memory["beta2"] ** k) + memory["epsilon"])


def _adam_with_its_rate(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    k = memory.count("k")
    m, v = _moments(g, memory)
    rate = eta * sqrt(1 - memory["beta2"] ** k) / (1 - memory["beta1"] ** k)
    return w - rate * m / (sqrt(v) + memory["epsilon"])


def _shrinking(w: Expr, g: Expr, eta: Expr, memory: Memory) -> Operand:
    return w * (1 - eta * memory["decay"]) - eta * g


BY_HAND: Mapping[str, Rule] = {
    "momentum as a velocity": _velocity,
    "momentum as a step": _step,
    "momentum as a mean": _averaged,
    "Nesterov's with a velocity": _old_velocity,
    "Adagrad": _adagrad,
    "Adagrad, epsilon in the root": _adagrad_inside,
    "RMSprop, epsilon in the root": _rmsprop_inside,
    "Adam without its corrections": _adam_without_hats,
    "Adam, epsilon in the root": _adam_inside,
    "Adam, its rate corrected": _adam_with_its_rate,
    "weight decay": _shrinking,
}
"""Ways of writing that the catalogue has not."""


@cache
def forms() -> tuple[Form, ...]:
    """Every rule, plain and with the weights' own decay in the gradient."""
    rules = {entry.title: entry.rule for entry in OPTIMIZERS.values() if entry.name != "gradient_descent"}
    rules |= BY_HAND
    decayed = GRADIENT + Ref(Symbol("decay")) * WEIGHT
    plain = [_form(name, rule, GRADIENT) for name, rule in rules.items()]
    return (*plain, *(_form(f"{name}, with weight decay", rule, decayed) for name, rule in rules.items()
                      if name not in {"weight decay", OPTIMIZERS["adamw"].title}))  # fmt: skip


def _form(name: str, rule: Rule, gradient: Expr) -> Form:
    memory = _Asked(WEIGHT, {})
    update = expression(rule(WEIGHT, gradient, RATE, memory))
    count = Ref(Symbol("k"))
    kept = [equation for equation in memory.equations if equation.target != Next(count)]
    memories = tuple(equation.target.state for equation in kept)  # type: ignore[union-attr]  # next values all
    nexts: dict[Expr, Expr] = {part: next_of(part.state) for part in walk(update) if isinstance(part, Next)}
    nexts[Next(count)] = count
    following = tuple(equation.value for equation in kept)
    update = substitute(update, nexts)
    known = {WEIGHT, GRADIENT, *memories, *map(next_of, memories)}
    used = dict.fromkeys(use for node in (*following, update) for use in references(node) if use not in known)
    return Form(name, memories, following, update, tuple(use.symbol.name for use in used))

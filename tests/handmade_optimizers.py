"""Optimizers as people write them into columns: one row a step, memories beside the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handmade_books import GRADIENTS, HELPERS, STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handmade_books import Style

RULES: Mapping[str, Mapping[str, str]] = {
    "momentum": {"v": "0.9*[v@]+[g@]", "w": "[w@]-[rate]*[v]"},
    "momentum, on its own row": {"v": "0.9*[v@]+[g]", "w": "[w@]-[rate]*[v@]"},
    "momentum, averaged": {"v": "0.9*[v@]+(1-0.9)*[g@]", "w": "[w@]-[rate]*[v]"},
    "momentum, averaged, 0.1 typed": {"v": "0.9*[v@]+0.1*[g@]", "w": "[w@]-[rate]*[v]"},
    "momentum, a velocity": {"v": "0.9*[v@]-[rate]*[g@]", "w": "[w@]+[v]"},
    "momentum, a step": {"v": "0.8*[v@]+[rate]*[g@]", "w": "[w@]-[v]"},
    "Nesterov": {"v": "0.9*[v@]+[g@]", "w": "[w@]-[rate]*([g@]+0.9*[v])"},
    "Nesterov, a velocity": {"v": "0.9*[v@]-[rate]*[g@]", "w": "[w@]-0.9*[v@]+(1+0.9)*[v]"},
    "RMSprop": {"s": "0.99*[s@]+0.01*[g@]^2", "w": "[w@]-[rate]*[g@]/(SQRT([s])+0.00000001)"},
    "RMSprop, inside the root": {"s": "0.9*[s@]+(1-0.9)*[g@]*[g@]", "w": "[w@]-[rate]/SQRT([s]+0.000001)*[g@]"},
    "Adagrad": {"s": "[s@]+[g@]^2", "w": "[w@]-[rate]*[g@]/(SQRT([s])+0.00000001)"},
    "Adam": {
        "m": "0.9*[m@]+(1-0.9)*[g@]", "s": "0.999*[s@]+(1-0.999)*[g@]^2",
        "w": "[w@]-[rate]*([m]/(1-0.9^[k]))/(SQRT([s]/(1-0.999^[k]))+0.00000001)",
    },
    "Adam, columns for its hats": {
        "m": "0.9*[m@]+0.1*[g@]", "s": "0.999*[s@]+0.001*[g@]^2",
        "mh": "[m]/(1-0.9^[k])", "sh": "[s]/(1-0.999^[k])",
        "w": "[w@]-[rate]*[mh]/(SQRT([sh])+0.00000001)",
    },
    "Adam, without hats": {
        "m": "0.9*[m@]+0.1*[g@]", "s": "0.999*[s@]+0.001*[g@]^2", "w": "[w@]-[rate]*[m]/(SQRT([s])+0.00000001)",
    },
    "weight decay": {"w": "[w@]-[rate]*([g@]+0.01*[w@])"},
    "weight decay, shrinking": {"w": "[w@]*(1-[rate]*0.01)-[rate]*[g@]"},
    "weight decay and momentum": {"v": "0.9*[v@]+[g@]+0.01*[w@]", "w": "[w@]-[rate]*[v]"},
    "a rate that falls": {"w": "[w@]-[lr@]*[g@]", "lr": "[rate]/(1+0.1*[k])"},
    "a rate that falls step by step": {"w": "[w@]-[lr@]*[g@]", "lr": "[lr@]*0.95"},
    "Adam, its rate corrected": {
        "m": "0.9*[m@]+0.1*[g@]", "s": "0.999*[s@]+0.001*[g@]^2",
        "w": "[w@]-[rate]*SQRT(1-0.999^[k])/(1-0.9^[k])*[m]/(SQRT([s])+0.00000001)",
    },
}  # fmt: skip
"""Templates for one weight: w, what is remembered for it, and its gradient g; `k` counts the steps."""
_SHARED = ("k", "lr", "rate")


def style(name: str, base: Style = STYLES[0], rules: Mapping[str, str] | None = None) -> Style:
    """A style of a table whose weights move by that rule."""
    import re

    given = RULES[name] if rules is None else rules
    updates: dict[str, str] = {}
    memory: dict[str, float] = {}
    later: dict[str, str] = {}
    for n in range(1, 9):

        def numbered(text: str, n: int = n) -> str:
            return re.sub(r"\[(\w+)", lambda m: m[0] if m[1] in _SHARED else f"{m[0]}{n}", text)

        for part, text in given.items():
            key = part if part in _SHARED else f"{part}{n}"
            if part == "lr" and "[lr@]" not in text:
                later[key] = numbered(text)
            else:
                updates[key] = numbered(text)
                if part != "w":
                    memory[key] = 0.5 if part == "lr" else 0.0
    if any("[k]" in text for text in given.values()):
        updates["k"], memory["k"] = "[k@]+1", 0.0
    backward = dict(HELPERS if base.backward is HELPERS else GRADIENTS) | later
    order = (*base.order, *memory, *later)
    heads = (
        None
        if base.heads is None
        else {**dict.fromkeys(order, ""), **base.heads, **{key: key for key in (*memory, *later)}}
    )
    return base._replace(
        name=f"{base.name}, {name}", updates=updates, memory=memory, backward=backward, order=order, heads=heads
    )

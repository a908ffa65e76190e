"""What the loops of all kernels share: which equations they need, and what their local variables are called."""

from __future__ import annotations

import builtins
import keyword
from typing import TYPE_CHECKING

from sheetgrad.emit.statements import PART
from sheetgrad.expr import Index, Next, Partial, Quantity, Ref
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sheetgrad.model import Equation

LONGEST = 60
"""Longer names, and names that are no identifiers, give way to v1, v2 …"""

RESERVED = frozenset(
    {"run", "rows", "leaves", "state", "settings", "write", "buffer", "offset", "math", "inf", "nan"}
    | {"FUNCTIONS", "divided", "raised", "exp", "log", "sqrt", "tanh", "maximum", "minimum"}
    | {"absolute", "positive", "held", "total", "largest", "einsum", "transpose", "zeros"}
    | {*keyword.kwlist, *dir(builtins)}
)


def live(equations: Iterable[Equation], wanted: Iterable[Quantity]) -> list[Equation]:
    """The equations that the wanted quantities come from, in order; families count as a whole."""
    needed = set(map(whole, wanted))
    kept = []
    for equation in reversed(list(equations)):
        if whole(equation.target) in needed:
            kept.append(equation)
            needed.update(map(whole, quantities(equation.value)))
    return kept[::-1]


def whole(quantity: Quantity) -> Quantity:
    """The quantity under its family's own index variables; a numbered member is itself."""
    match quantity:
        case Ref(symbol=symbol, places=places):
            return symbol.whole if any(isinstance(place, Index) for place in places) else quantity
        case Partial(of=of, wrt=wrt, edge=edge):
            return Partial(of, whole(wrt), edge)  # type: ignore[arg-type]  # a Ref stays one
        case Next(state=state):
            return Next(whole(state))


def sources(equations: Iterable[Equation]) -> set[Quantity]:
    """Everything that the equations read."""
    return {used for equation in equations for used in quantities(equation.value)}


class Names:
    """Local names: the quantity's own where it can be one, the old state's for its next value where that is safe."""

    def __init__(self, name: Callable[[Quantity], str], in_place: set[Quantity]) -> None:
        self._name, self._in_place = name, in_place
        self._made: dict[Quantity, str] = {}
        self._taken = set(RESERVED)

    def __call__(self, quantity: Quantity) -> str:
        """The local variable of a quantity."""
        if isinstance(quantity, Next) and quantity in self._in_place:
            quantity = quantity.state
        found = self._made.get(quantity)
        if found is None:
            found = _part(quantity) or self._name(quantity)
            if not found.isidentifier() or found in self._taken or len(found) > LONGEST:
                found = f"v{len(self._made) + 1}"
                while found in self._taken:
                    found = f"v{found}"
            self._taken.add(found)
            self._made[quantity] = found
        return found


def _part(quantity: Quantity) -> str:
    """The name of a line that is only a part of an equation."""
    is_part = isinstance(quantity, Ref) and quantity.symbol.name == PART
    return f"part{quantity.symbol.layer}" if is_part else ""  # type: ignore[union-attr]  # a Ref, as just seen


def in_place(updates: Sequence[Equation]) -> set[Quantity]:
    """The next values that may overwrite the old ones: nothing later reads those."""
    last = {whole(used): position for position, equation in enumerate(updates) for used in quantities(equation.value)}
    return {
        whole(equation.target)
        for position, equation in enumerate(updates)
        if isinstance(equation.target, Next) and last.get(whole(equation.target.state), -1) <= position
    }


def moved(updates: Iterable[Equation], names: Names) -> list[str]:
    """Lines that put next values in the place of the old ones, where that has not happened yet."""
    pairs = [(names(found.target.state), names(found.target)) for found in updates if isinstance(found.target, Next)]
    return [f"{old} = {new}" for old, new in pairs if old != new]


def taken(these: Sequence[Quantity], source: str, names: Names) -> list[str]:
    """The line that gives the parts of a sequence their names."""
    return [f"({', '.join(map(names, these))},) = {source}"] if these else []


def head(data: Sequence[Quantity], names: Names) -> str:
    """The first line of the loop over steps; `data` is what changes from step to step."""
    return f"for {', '.join(map(names, data)) + ',' if data else '_'} in rows:"

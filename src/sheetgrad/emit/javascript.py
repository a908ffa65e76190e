"""Equations as JavaScript: functions without loops, one line an equation.

The quantities stand in one array of doubles, so no name from a spec ever becomes
source. Arithmetic is IEEE 754's, in the order in which the equations are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.emit.statements import PART, Style, statements
from sheetgrad.expr import Ref
from sheetgrad.functions import in_primitives
from sheetgrad.syntax.dialects import DIALECTS
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from sheetgrad.expr import Expr, Quantity
    from sheetgrad.model import Equation

_SPELLED = DIALECTS["javascript"]

STYLE = Style(
    _SPELLED._replace(calls={**_SPELLED.calls, "above": _SPELLED.calls["max"], "reciprocal": "(1/({0}))"}),
    {},
    careful=False,
)
"""What the dialect table says, with the two words that rewritten equations use."""


def straight_line(
    equations: Iterable[Equation],
    place: Callable[[Quantity], str],
    *,
    name: str = "",
    arguments: str = "v",
    changeable: Collection[Quantity] = (),
) -> str:
    """The source of one function that computes the equations in order; `place` says where each quantity stands.

    A quantity that is `changeable` is taken from `wrong.make(v)` where `wrong.at` is its number.

    >>> from sheetgrad.expr import Symbol
    >>> from sheetgrad.model import Equation
    >>> w, y = Ref(Symbol("w")), Ref(Symbol("y"))
    >>> print(straight_line([Equation(y, w**2)], {w: "v[0]", y: "v[1]"}.__getitem__, name="forward"))
    function forward(v) {
    v[1] = v[0]*v[0];
    }
    """
    lines = []
    for made in statements(equations, STYLE):
        part = _part(made.target)
        text = written(made.value, _named(place), STYLE.dialect)
        target = f"const {part}" if part else place(made.target)
        if made.target in changeable:
            number = target[target.index("[") + 1 : -1]
            text = f"wrong.at === {number} ? wrong.make(v) : {text}"
        lines.append(f"{target} = {text};")
    return "\n".join((f"function {name}({arguments}) {{", *lines, "}"))


def value(node: Expr, place: Callable[[Quantity], str]) -> str:
    """One formula, as a function of the array.

    >>> from sheetgrad.expr import Symbol
    >>> w = Ref(Symbol("w"))
    >>> value(-(w**2), {w: "v[0]"}.__getitem__)
    'v => -(v[0]**2)'
    """
    return f"v => {written(in_primitives(node, stable=True), place, STYLE.dialect)}"


def _part(target: Quantity) -> str:
    is_part = isinstance(target, Ref) and target.symbol.name == PART
    return f"p{target.symbol.layer}" if is_part else ""  # type: ignore[union-attr]  # a Ref, as just seen


def _named(place: Callable[[Quantity], str]) -> Callable[[Quantity], str]:
    return lambda quantity: _part(quantity) or place(quantity)

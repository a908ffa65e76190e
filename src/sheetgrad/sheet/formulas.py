"""An expression as an Excel formula that neither overflows nor means something else in another spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.expr import Call, Expr, Number, Power, Ref, Symbol, children, rebuilt
from sheetgrad.functions import in_primitives
from sheetgrad.syntax.dialects import DIALECTS
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.expr import Quantity

STEEPEST = 700
"""EXP of more than 709 is no number in Excel; 1/(1 + EXP(700)) is 0 beside anything that matters."""

EXCEL = DIALECTS["excel"]._replace(number=lambda value: DIALECTS["excel"].number(value).replace("e", "E"))


def formula(node: Expr, cell: Callable[[Quantity], str]) -> str:
    """The formula without its leading equals sign; `cell` says where a quantity stands.

    >>> from sheetgrad.expr import call
    >>> x = Ref(Symbol("H3"))
    >>> formula(call("sigmoid", x), lambda quantity: quantity.symbol.name)
    '1/(1+EXP(MIN(700,-H3)))'
    """
    texts: dict[Quantity, str] = {}

    def name(quantity: Quantity) -> str:
        return texts.get(quantity) or cell(quantity)

    def flat(part: Expr) -> Expr:
        """A maximum of maxima as one MAX: nesting is limited."""
        inner = tuple(map(flat, children(part)))
        made = rebuilt(part, inner, tidy=False) if inner != children(part) else part
        if not isinstance(made, Call) or made.function != "max":
            return made
        words = ",".join(written(argument, name, EXCEL) for argument in made.arguments)
        first = texts.get(made.arguments[0], "")  # type: ignore[call-overload]  # an expression that is no key is not there
        if first.startswith("MAX("):
            words = words.replace(first, first[4:-1], 1)
        key = Ref(Symbol("a maximum", len(texts)))
        texts[key] = f"MAX({words})"
        return key

    primitive = in_primitives(node, stable=True)
    text = written(flat(_kept_small(primitive)), name, EXCEL)
    # A comparison alone is TRUE or FALSE, which SUM and AVERAGE pass over.
    return f"1*{text}" if isinstance(primitive, Call) and primitive.function == "positive" else text


def _kept_small(node: Expr, *, below: bool = False) -> Expr:
    """Exponentials below a fraction line stop growing where they would overflow."""
    match node:
        case Power(base=base, exponent=Number(value=value)) if value < 0:
            return Power(_kept_small(base, below=True), node.exponent)
        case Call(function="exp", arguments=(argument,)) if below:
            return Call("exp", (Call("min", (Number(STEEPEST), _kept_small(argument))),))
        case _:
            inner = tuple(_kept_small(part, below=below) for part in children(node))
            return rebuilt(node, inner, tidy=False) if inner != children(node) else node

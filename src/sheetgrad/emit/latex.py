r"""An expression in LaTeX: fractions as fractions, σ as σ, a product with `\cdot`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sheetgrad.emit.typeset import Piece, Target, typeset
from sheetgrad.syntax.names import latex_of
from sheetgrad.syntax.printer import ATOM, MINUS, POWER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.derivation.algebra import Array
    from sheetgrad.expr import Expr, Quantity, Scalar
    from sheetgrad.notation import Notation

CALLS: Mapping[str, str] = {
    "exp": "e^{{{0}}}",
    "log": r"\ln({0})",
    "sqrt": r"\sqrt{{{0}}}",
    "abs": r"\left|{0}\right|",
    "tanh": r"\tanh({0})",
    "max": r"\max({0}, {1})",
    "min": r"\min({0}, {1})",
    "positive": "[{0} > 0]",
    "sigmoid": r"\sigma({0})",
    "relu": r"\operatorname{{relu}}({0})",
    "leaky_relu": r"\operatorname{{leaky\_relu}}({0})",
    "softplus": r"\operatorname{{softplus}}({0})",
    "sigmoid'": r"\sigma'({0})",
    "tanh'": r"\tanh'({0})",
    "relu'": r"\operatorname{{relu}}'({0})",
    "leaky_relu'": r"\operatorname{{leaky\_relu}}'({0})",
    "softplus'": r"\operatorname{{softplus}}'({0})",
    "transposed": r"\top",
    "ones": r"\mathbf{{1}}",
}
"""How each function is typeset; with a prime, its slope."""

OPERATORS = {
    "+": " + ",
    "-": " - ",
    "·": r" \cdot ",
    ",": ", ",
    "⊙": r" \odot ",
    "⊘": r" \oslash ",
    "": " \\, ",
}


def latex(node: Expr, notation: Notation) -> str:
    r"""The expression in LaTeX under a notation's names.

    A derivative of something that is not one quantity is written as the operator on
    it in brackets: \frac{\partial (E_1 + E_2)}{\partial w_5}.
    """
    return typeset(node, notation, LATEX).text


def number(value: Scalar) -> str:
    r"""A number: \frac{1}{2}, 0.05, 1 \cdot 10^{-8}."""
    if isinstance(value, Fraction):
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    mantissa, _, exponent = repr(value).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def bracketed(text: str, *, tall: bool) -> str:
    """Brackets, which grow with what they hold where it is tall."""
    return rf"\left({text}\right)" if tall else f"({text})"


def binding(value: Scalar) -> int:
    """How tightly a number holds together: a minus or a power of ten needs brackets under an exponent."""
    if value < 0:
        return MINUS
    return POWER if "e" in repr(value) else ATOM


def _number(value: Scalar) -> Piece:
    exact = isinstance(value, Fraction)
    return Piece(number(value), binding(value), tall=exact, raised=exact)


def _name(notation: Notation, quantity: Quantity) -> Piece:
    text = notation.latex(quantity)
    return Piece(text, ATOM, tall=r"\frac" in text, raised="^" in text or text.startswith(r"\frac"))


def _fraction(above: Piece, below: Piece) -> Piece:
    return Piece(rf"\frac{{{above.text}}}{{{below.text}}}", ATOM, tall=True, raised=True)


def _derivative(above: Piece, below: Piece, edge: bool) -> Piece:  # noqa: FBT001 -- called by table
    sign = r"\partial^{+}" if edge else r"\partial"
    return Piece(rf"\frac{{{sign} {above.text}}}{{{sign} {below.text}}}", ATOM, tall=True, raised=True)


def _over(sign: str, below: str, body: str) -> str:
    operator = r"\sum" if sign == "Σ" else r"\max"
    return f"{operator}_{{{below}}} {body}"


def letter(array: Array) -> tuple[str, bool]:
    """The letter of a vector (bold, small) or a matrix (capital)."""
    bold = len(array.axes) == 1
    name = array.symbol.name
    small = bold or not array.axes or len(name) > 1 or name == "s"  # S is the sum of the s of a softmax
    return (name if small else name.upper()), bold


def _layer(array: Array) -> str:
    """The layer above the name, with "new" for the next value."""
    words = [rf"({array.layer})"] if array.layer else []
    words += [r"\text{new}"] if array.of == "next" else []
    return f"^{{{''.join(words)}}}" if words else ""


def _array(array: Array) -> str:
    name, bold = letter(array)
    if array.gradient and array.symbol.name == "z":
        base = r"\boldsymbol{\delta}" if bold else r"\Delta"
        return base + _layer(array)
    base = rf"\mathbf{{{name}}}" if bold else (name if len(name) == 1 else rf"\mathrm{{{name}}}")
    if array.symbol.name.count("_"):
        base = latex_of(array.symbol.name)
    base += _layer(array)
    if not array.gradient:
        return base
    return rf"\frac{{\partial {latex_of(array.loss.name)}}}{{\partial {base}}}"


def _joined(operator: str, words: Sequence[str]) -> str:
    return OPERATORS[operator].join(words)


def _call(template: str) -> Callable[..., str]:
    return template.format


LATEX = Target(
    name=_name,
    number=_number,
    joined=_joined,
    minus=lambda text: f"-{text}",
    brackets=lambda piece: bracketed(piece.text, tall=piece.tall),
    fraction=_fraction,
    power=lambda base, exponent: f"{base}^{{{exponent}}}",
    over=_over,
    row=lambda text: rf"\left[{text}\right]",
    derivative=_derivative,
    calls={name: _call(template) for name, template in CALLS.items()},
    array=_array,
)
"""LaTeX, as GitHub, a notebook and a document take it."""

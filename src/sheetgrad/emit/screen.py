"""Mathematics and derivations on a line of text, for terminals: `∂E_total/∂w5 = (a_o1 − t1)·a_h1`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sheetgrad.derivation.document import Block, Derivation, Line, Picture, Prose, See, Table, Text, Working
from sheetgrad.emit.latex import binding, letter
from sheetgrad.emit.typeset import Piece, Target, typeset
from sheetgrad.expr import Expr, Partial, Ref
from sheetgrad.syntax.printer import ATOM, PRODUCT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.derivation.algebra import Array
    from sheetgrad.expr import Quantity, Scalar
    from sheetgrad.notation import Notation

WIDE = 100
"""A chain wider than this many letters goes over several lines."""
DIGITS = 9


def screen(node: Expr, notation: Notation) -> str:
    """The expression as a line of text, with ∂, Σ, · and the notation's plain names."""
    return typeset(node, notation, SCREEN).text


def text(derivation: Derivation) -> str:
    """A whole derivation as plain text."""
    names = derivation.notation
    parts = [derivation.title, "=" * len(derivation.title), ""]
    for section in derivation.sections:
        title = prose(section.title, names)
        parts += [title, "-" * len(title), ""]
        for block in section.blocks:
            parts += [*_block(block, names), ""]
    return "\n".join(parts)


def prose(words: Prose, names: Notation) -> str:
    """A paragraph in one line."""
    return "".join(_word(word, names) for word in words)


def _word(word: str | Expr | See, names: Notation) -> str:
    match word:
        case See(number=number):
            return f"({number})"
        case Expr():
            return screen(word, names)
        case _:
            return word


def _block(block: Block, names: Notation) -> Iterator[str]:
    match block:
        case Text(prose=words):
            yield prose(words, names)
        case Line(members=members, number=number):
            yield from chain(members, names, label=f"({number})")
        case Working(members=members):
            yield from chain(members, names)
        case Table():
            yield from _table(block, names)
        case Picture():
            return


def chain(members: tuple[Expr, ...], names: Notation, *, label: str = "") -> Iterator[str]:
    """`first = second = third`, one below the other where it is long."""
    first, *others = (screen(member, names) for member in members)
    head = f"  {label:<6}" if label else "  "
    whole = f"{head}{' = '.join((first, *others))}"
    if len(whole) <= WIDE or not others:
        yield whole
        return
    yield f"{head}{first} = {others[0]}"
    for other in others[1:]:
        yield f"{' ' * (len(head) + len(first))} = {other}"


def _table(block: Table, names: Notation) -> Iterator[str]:
    rows = [block.headings, *(tuple(_cell(cell, names) for cell in row) for row in block.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()


def _cell(cell: Expr | float | str, names: Notation) -> str:
    match cell:
        case Expr():
            return screen(cell, names)
        case str():
            return cell
        case _:
            return f"{cell:.12g}"


# --- the target ---------------------------------------------------------------------------------

_OPERATORS = {"+": " + ", "-": " − ", "·": "·", ",": ", ", "⊙": " ⊙ ", "⊘": " ⊘ ", "": " "}
_MATRIX = frozenset("⊙⊘ᵀ")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _name(notation: Notation, quantity: Quantity) -> Piece:
    match quantity:
        case Partial(of=Ref() as of, wrt=wrt):
            plus = "⁺" if quantity.edge else ""
            return Piece(f"∂{plus}{notation.plain(of)}/∂{notation.plain(wrt)}", ATOM, raised=True)
        case _:
            return Piece(notation.plain(quantity))


def _number(value: Scalar) -> Piece:
    if isinstance(value, Fraction):
        sign = "−" if value < 0 else ""
        binds = min(binding(value), PRODUCT) if value > 0 else binding(value)
        return Piece(f"{sign}{abs(value.numerator)}/{value.denominator}", binds, raised=True)
    return Piece(repr(value).replace("-", "−", 1) if value < 0 else repr(value), binding(value))


def _bracketed(piece: Piece) -> str:
    return f"({piece.text})"


def _fraction(above: Piece, below: Piece) -> Piece:
    whole = above.binds >= PRODUCT and not _MATRIX.intersection(above.text)
    top = above.text if whole else _bracketed(above)
    bottom = below.text if below.binds == ATOM and not below.raised else _bracketed(below)
    return Piece(f"{top}/{bottom}", PRODUCT, raised=True)


def _derivative(above: Piece, below: Piece, edge: bool) -> Piece:  # noqa: FBT001 -- called by table
    sign = "∂⁺" if edge else "∂"
    return Piece(f"{sign}{above.text}/{sign}{below.text}", ATOM, raised=True)


def _power(base: str, exponent: str) -> str:
    if exponent == "ᵀ":
        return base + exponent
    plain = exponent.lstrip("-").isdigit()
    return f"{base}{exponent.translate(_SUPERSCRIPTS)}" if plain else f"{base}^{exponent}"


def _over(sign: str, below: str, body: str) -> str:
    return f"{sign}[{below}] {body}"


def _called(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({', '.join(arguments)})"


_NAMES = {"sigmoid": "σ", "log": "ln", "sqrt": "√", "positive": "positive"}
_FUNCTIONS = ("exp", "log", "sqrt", "abs", "tanh", "max", "min", "sigmoid", "relu", "leaky_relu", "softplus")
CALLS: Mapping[str, Callable[..., str]] = {
    **{name: _called(_NAMES.get(name, name)) for name in _FUNCTIONS},
    **{f"{name}'": _called(_NAMES.get(name, name) + "'") for name in _FUNCTIONS},
    "positive": lambda x: f"[{x} > 0]",
    "transposed": lambda: "ᵀ",
    "ones": lambda: "1",
}
"""How each function is written; with a prime, its slope."""


def _array(array: Array) -> str:
    name, bold = letter(array)
    if array.gradient and array.symbol.name == "z":
        return ("δ" if bold else "Δ") + (str(array.layer) if array.layer else "")
    shown = f"{name}{array.layer or ''}{'_new' * (array.of == 'next')}"
    return f"∂{array.loss.name}/∂{shown}" if array.gradient else shown


SCREEN = Target(
    name=_name,
    number=_number,
    joined=lambda operator, words: _OPERATORS[operator].join(words),
    minus=lambda words: f"−{words}",
    brackets=_bracketed,
    fraction=_fraction,
    power=_power,
    over=_over,
    row=lambda words: f"[{words}]",
    derivative=_derivative,
    calls=CALLS,
    array=_array,
    in_line=True,
)
"""A line of text with the signs that people write."""

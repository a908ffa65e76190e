"""The one rule for brackets, signs and fractions in typeset mathematics, whatever it is written in.

A `Target` says how LaTeX, MathML or the screen writes a name, a fraction, a power;
the typesetter says where brackets go. Pieces carry how tightly they bind, as in
`syntax.printer`, so that no target can get a bracket wrong on its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.derivation.algebra import Applied, Array, Entrywise, Matmul, Ones, Quotient, Repeated, Transposed
from sheetgrad.errors import BrokenInvariant
from sheetgrad.expr import (
    ONE,
    Call,
    Expr,
    Largest,
    Next,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Ref,
    Row,
    Scalar,
    Sum,
    Total,
)
from sheetgrad.syntax.printer import ATOM, MINUS, POWER, PRODUCT, SUM, index_name, negative_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.expr import Index
    from sheetgrad.notation import Notation


class Piece(NamedTuple):
    """A bit of typeset mathematics."""

    text: str
    binds: int = ATOM
    tall: bool = False
    """Whether brackets around it must grow."""
    raised: bool = False
    """Whether it cannot take an exponent without brackets: a fraction, a call, a name that has one."""


class Target(NamedTuple):
    """How one kind of output writes each construct; brackets are given to it, never left to it."""

    name: Callable[[Notation, Quantity], Piece]
    number: Callable[[Scalar], Piece]
    joined: Callable[[str, Sequence[str]], str]
    """Pieces side by side with an operator ("+", "-", "·", "⊙", ",", "") between them."""
    minus: Callable[[str], str]
    brackets: Callable[[Piece], str]
    fraction: Callable[[Piece, Piece], Piece]
    power: Callable[[str, str], str]
    over: Callable[[str, str, str], str]
    """Σ or max, the indices below it, and the body."""
    row: Callable[[str], str]
    derivative: Callable[[Piece, Piece, bool], Piece]
    """∂(above)/∂(below)."""
    calls: Mapping[str, Callable[..., str]]
    array: Callable[[Array], str]
    in_line: bool = False
    """Whether everything stands on one line, so that an exponent needs brackets too."""


def typeset(node: Expr, notation: Notation, target: Target) -> Piece:
    """The expression, written for a target under a notation's names."""
    kept: dict[int, _Setter] = notation.__dict__.setdefault("_typeset", {})
    setter = kept.setdefault(id(target), _Setter(notation, target))
    return setter.piece(node)


class _Setter:
    """One target, one notation."""

    def __init__(self, notation: Notation, target: Target) -> None:
        self.notation, self.target = notation, target
        self.kept: dict[Expr, Piece] = {}

    def piece(self, node: Expr) -> Piece:
        """The piece for a node, made once: derivations repeat themselves."""
        found = self.kept.get(node)
        if found is None:
            found = self.kept[node] = self.made(node)
        return found

    def made(self, node: Expr) -> Piece:
        match node:
            case Partial(of=of, wrt=wrt) if not isinstance(of, Ref):
                above = Piece(self.inside(of, ATOM), tall=True)
                return self.target.derivative(above, self.target.name(self.notation, wrt), node.edge)
            case Ref() | Partial() | Next():
                return self.target.name(self.notation, node)
            case Number(value=value):
                return self.target.number(value)
            case Sum(terms=terms):
                return self.sum(terms)
            case Product(factors=factors):
                return self.product(factors)
            case Power(base=base, exponent=exponent):
                return self.power(base, exponent)
            case Call(function=function, arguments=arguments):
                return self.call(function, arguments)
            case Total(indices=indices, body=body):
                return self.over("Σ", indices, body)
            case Largest(indices=indices, body=body):
                return self.over("max", indices, body)
            case Row(entries=entries):
                return self.row(entries)
            case _:
                return self.matrix(node)

    def matrix(self, node: Expr) -> Piece:
        """The nodes of the matrix reading."""
        match node:
            case Array():
                raised = bool(node.layer) or node.of == "next"
                return Piece(self.target.array(node), raised=raised, tall=node.gradient)
            case Ones():
                return Piece(self.target.calls["ones"]())
            case Repeated(inner=inner):
                return self.piece(inner)
            case Transposed(inner=inner):
                return Piece(self.target.power(self.base(self.piece(inner)), self.target.calls["transposed"]()), POWER)
            case Matmul(factors=factors):
                return self.between("", factors)
            case Entrywise(factors=factors):
                return self.between("⊙", factors)
            case Quotient(above=above, below=below):
                return self.between("⊘", (above, below))
            case Applied(function=function, inner=inner):
                return Piece(self.target.calls[f"{function}'"](self.piece(inner).text), ATOM, raised=True)
            case _:
                message = f"no way to typeset {node!r}"
                raise BrokenInvariant(message)

    def between(self, operator: str, factors: Sequence[Expr]) -> Piece:
        pieces = [self.piece(factor) for factor in factors]
        least = POWER if operator else MINUS + 1
        same = [
            self.target.brackets(piece) if piece.binds < least or isinstance(factor, Matmul | Entrywise) else piece.text
            for piece, factor in zip(pieces, factors, strict=True)
        ]
        return Piece(self.target.joined(operator, same), PRODUCT, any(piece.tall for piece in pieces))

    def inside(self, node: Expr, level: int) -> str:
        """The text, in brackets if it binds less tightly than `level`."""
        piece = self.piece(node)
        return piece.text if piece.binds >= level else self.target.brackets(piece)

    def sum(self, terms: tuple[Expr, ...]) -> Piece:
        first = self.piece(terms[0])
        text, tall = first.text, first.tall
        for term in terms[1:]:
            minus = _minus(term)
            piece = self.piece(negative_of(term) if minus else term)
            shown = self.target.brackets(piece) if piece.binds in {SUM, MINUS} else piece.text
            text = self.target.joined("-" if minus else "+", (text, shown))
            tall = tall or piece.tall
        return Piece(text, SUM, tall)

    def product(self, factors: tuple[Expr, ...]) -> Piece:
        if _minus(Product(factors)):
            rest = self.piece(negative_of(Product(factors)))
            bare = rest.binds >= PRODUCT and rest.binds != MINUS
            return Piece(self.target.minus(rest.text if bare else self.target.brackets(rest)), MINUS, rest.tall)
        if not any(map(_divides, factors)):
            return self.side_by_side(list(factors))
        first, last = _without_derivatives(factors)
        inner = factors[first:last]
        above = [factor for factor in inner if not _divides(factor)]
        below = [_reciprocal(factor) for factor in inner if _divides(factor)]
        fraction = self.target.fraction(self.side_by_side(above), self.side_by_side(below))
        around = [*factors[:first], *factors[last:]]
        if not around:
            return fraction
        shown = fraction.text if fraction.binds > MINUS else self.target.brackets(fraction)
        words = [self.inside(factor, ATOM) for factor in factors[:first]]
        words += [shown, *(self.inside(factor, ATOM) for factor in factors[last:])]
        return Piece(self.target.joined("·", words), PRODUCT, tall=True)

    def side_by_side(self, factors: list[Expr]) -> Piece:
        """Factors multiplied; one alone needs no brackets."""
        factors = factors or [ONE]
        if len(factors) == 1:
            return self.piece(factors[0])
        pieces = [self.piece(factor) for factor in factors]
        last = len(factors) - 1
        words = []
        for place, (factor, piece) in enumerate(zip(factors, pieces, strict=True)):
            least = PRODUCT if place == last and isinstance(factor, Total) else MINUS + 1
            words.append(piece.text if piece.binds >= least else self.target.brackets(piece))
        return Piece(self.target.joined("·", words), PRODUCT, any(piece.tall for piece in pieces))

    def power(self, base: Expr, exponent: Expr) -> Piece:
        if _divides(Power(base, exponent)):
            one = self.target.number(1)
            return self.target.fraction(one, self.piece(_reciprocal(Power(base, exponent))))
        below, above = self.piece(base), self.piece(exponent)
        bare = above.binds == ATOM or not self.target.in_line
        shown = above.text if bare else self.target.brackets(above)
        return Piece(self.target.power(self.base(below), shown), POWER, below.tall or above.tall)

    def base(self, piece: Piece) -> str:
        """What an exponent is put on."""
        alone = piece.binds == ATOM and not piece.raised
        return piece.text if alone else self.target.brackets(piece)

    def call(self, function: str, arguments: tuple[Expr, ...]) -> Piece:
        if function in UNSEEN:
            return self.piece(arguments[0])
        pieces = [self.piece(argument) for argument in arguments]
        text = self.target.calls[function](*(piece.text for piece in pieces))
        binds = POWER if function == "exp" else ATOM
        return Piece(text, binds, any(piece.tall for piece in pieces), raised=True)

    def over(self, sign: str, indices: tuple[Index, ...], body: Expr) -> Piece:
        below = ",".join("s" if index.name == "sample" else index_name(index) for index in indices)
        return Piece(self.target.over(sign, below, self.inside(body, PRODUCT)), PRODUCT, tall=True)

    def row(self, entries: tuple[Expr, ...]) -> Piece:
        pieces = [self.piece(entry) for entry in entries]
        return Piece(self.target.row(self.target.joined(",", [piece.text for piece in pieces])), ATOM, tall=True)


UNSEEN = frozenset({"held", "identity"})
"""Functions that stand for their argument and are written as it."""


def _minus(node: Expr) -> bool:
    match node:
        case Number(value=value) | Product(factors=(Number(value=value), *_)):
            return value < 0
        case _:
            return False


def _without_derivatives(factors: tuple[Expr, ...]) -> tuple[int, int]:
    """Where a fraction may begin and end so that derivatives at either end stand beside it, not above its line."""
    first, last = 0, len(factors)
    while isinstance(factors[first], Partial):
        first += 1
    while isinstance(factors[last - 1], Partial):
        last -= 1
    return first, last


def _divides(node: Expr) -> bool:
    return isinstance(node, Power) and isinstance(node.exponent, Number) and node.exponent.value < 0


def _reciprocal(node: Expr) -> Expr:
    assert isinstance(node, Power)  # noqa: S101 -- asked for divisors only
    assert isinstance(node.exponent, Number)  # noqa: S101 -- a divisor has a number above
    return node.base if node.exponent.value == -1 else Power(node.base, Number(-node.exponent.value))

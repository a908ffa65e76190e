"""Letters that a text gives to a function: φ(u) = max(0, u), f(z) = tanh(z)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.expr import Call, Expr, Ref, Symbol
from sheetgrad.functions import FUNCTIONS, evaluate
from sheetgrad.read.folding import OPENING, Unreadable, folded
from sheetgrad.read.grammar import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.read.statements import Piece
    from sheetgrad.read.token import Token

PROBES = (-1.7, -0.4, 0.3, 2.1)
"""Where two functions are compared."""
ENDS = {"=", ",", ";", "."}


def named_functions(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with these letters read as the functions that they stand for."""
    given = {name: meant for piece in pieces for name, meant in _defined(piece.tokens)}
    unknown = frozenset(_unknown(pieces)) - given.keys()
    if not given and not unknown:
        return list(pieces)
    return [replace(piece, tokens=tuple(_read(piece.tokens, given, unknown))) for piece in pieces]


def _unknown(pieces: Sequence[Piece]) -> Iterator[str]:
    """Letters that stand before a name in brackets wherever they stand: functions that the text does not give."""
    applied: dict[str, bool] = {}
    for piece in pieces:
        made = piece.tokens
        for place, token in enumerate(made):
            if token.kind == "name" and len(token.text) == 1:
                texts = tuple(one.text for one in made[place + 1 : place + 4])
                one = len(texts) == 3 and (texts[0], texts[2]) == ("(", ")") and made[place + 2].kind == "name"
                near = one and made[place + 1].start == token.end
                applied[token.text] = applied.get(token.text, True) and (near or texts[:1] == ("'",))
    yield from (letter for letter, always in applied.items() if always)


def _defined(made: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Each letter that is set equal to a function of one variable, with what we call that function."""
    for place in range(len(made) - 5):
        name, opening, variable, closing, equals = made[place : place + 5]
        shape = (opening.text, closing.text, equals.text) == ("(", ")", "=")
        if not shape or name.kind not in {"name", "word"} or variable.kind not in {"name", "word"}:
            continue
        end = next(
            (n for n in range(place + 5, len(made)) if made[n].text in ENDS and not _inside(made, place + 5, n)),
            len(made),
        )
        meant = _known(
            [t._replace(kind="name") if t.text == variable.text else t for t in made[place + 5 : end]], variable
        )
        if meant:
            yield name.text, meant


def _inside(made: Sequence[Token], start: int, place: int) -> bool:
    """Whether a bracket is open there."""
    return sum((token.text in OPENING) - (token.text in OPENING.values()) for token in made[start:place]) > 0


def _known(body: Sequence[Token], variable: Token) -> str:
    """What we call the function with this body; empty where we have no such."""
    try:
        value = Reader(folded(body)).read()
    except (Unreadable, RecursionError):
        return ""
    x = Ref(Symbol(variable.text))
    return next((name for name in FUNCTIONS if FUNCTIONS[name].activation and _same(value, Call(name, (x,)), x)), "")


def _same(one: Expr, other: Expr, x: Ref) -> bool:
    try:
        return all(abs(evaluate(one, {x: at}) - evaluate(other, {x: at})) < 1e-12 for at in PROBES)
    except (KeyError, ArithmeticError, ValueError):
        return False


def _read(made: Sequence[Token], given: Mapping[str, str], unknown: frozenset[str]) -> Iterator[Token]:
    for place, token in enumerate(made):
        if token.kind == "name" and token.text in unknown:
            yield token._replace(kind="word")
            continue
        following = made[place + 1].text if place + 1 < len(made) else ""
        applied = token.kind in {"name", "word"} and token.text in given and following in {"(", "[", "'"}
        yield token._replace(kind="function", text=given[token.text]) if applied else token

"""Read a formula in the plain dialect: `E = -(t*log(y) + (1-t)*log(1-y))`.

A Pratt parser. What it reads is kept as written: nothing is simplified, except
that a fraction of two whole numbers becomes one number. `^` and `**` are both
"to the power", which binds tighter than a leading minus and groups from the right.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import EquationError
from sheetgrad.expr import MINUS_ONE, ONE, Call, Expr, Number, Power, Product, Sum, add, multiply
from sheetgrad.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 100
MAX_LENGTH = 100_000
EXACT_DIGITS = 15
ARITY = {"max": 2, "min": 2}

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<mark>\*\*|[-+*/^()\[\],=>−·×])"
)
_MARKS = {"−": "-", "·": "*", "×": "*", "^": "**"}


class Token(NamedTuple):
    """A piece of text: its kind (`number`, `name`, `mark`, `end`), itself, and where it starts (from 0)."""

    kind: str
    text: str
    start: int


def tokens(text: str, line: int = 1) -> list[Token]:
    """Cut text into numbers, names and marks."""
    if len(text) > MAX_LENGTH:
        message = f"the equation has {len(text):,} characters; {MAX_LENGTH:,} is the most"
        raise EquationError(message, line=line)
    found = []
    start = 0
    while start < len(text):
        match = _TOKEN.match(text, start)
        if match is None:
            message = f"{text[start]!r} has no meaning here; use names, numbers and + - * / ** ( ) [ ] ,"
            raise EquationError(message, line=line, column=start + 1)
        kind = match.lastgroup or ""
        if kind != "space":
            word = match.group()
            found.append(Token(kind, _MARKS.get(word, word), start))
        start = match.end()
    found.append(Token("end", "", len(text)))
    return found


class Reader:
    """Reads one formula. `name(word, places, token)` says what a name means.

    `places` are the words between square brackets, or None where there are none.
    """

    def __init__(
        self,
        text: str,
        name: Callable[[str, tuple[str, ...] | None, Token], Expr],
        over: Callable[[str, tuple[str, ...], Callable[[], Expr], Token], Expr],
        *,
        line: int = 1,
    ) -> None:
        """Cut the text up; reading starts with `formula`."""
        self._tokens = tokens(text, line)
        self._at = 0
        self._depth = 0
        self._name, self._over, self._line = name, over, line

    def fail(self, wrong: str, token: Token | None = None) -> EquationError:
        """An error at a token (the next one unless given)."""
        place = token or self._tokens[self._at]
        return EquationError(wrong, line=self._line, column=place.start + 1)

    def formula(self) -> Expr:
        """Everything up to the end."""
        node = self._sum()
        self._expect_end()
        return node

    def equation(self) -> tuple[str, tuple[str, ...] | None, Token, Callable[[], Expr]]:
        """The left side of `name[places] = …`, and a function that reads the right side."""
        token = self._tokens[self._at]
        if token.kind != "name":
            wrong = "an equation starts with the name of what it defines"
            raise self.fail(wrong)
        self._at += 1
        places = self._places()
        self._take("=", "an equation needs '=' after the name on its left")
        return token.text, places, token, self.formula

    def _expect_end(self) -> None:
        token = self._tokens[self._at]
        if token.kind == "end":
            return
        if token.text == "=":
            wrong = "a second '='; write one equation a line"
        elif token.text in {")", "]"}:
            wrong = f"'{token.text}' closes nothing"
        else:
            wrong = f"an operator is missing before {token.text!r}; write products with *"
        raise self.fail(wrong)

    def _take(self, mark: str, wrong: str) -> Token:
        token = self._tokens[self._at]
        if token.text != mark or token.kind != "mark":
            raise self.fail(wrong)
        self._at += 1
        return token

    def _accept(self, *marks: str) -> str:
        token = self._tokens[self._at]
        if token.kind == "mark" and token.text in marks:
            self._at += 1
            return token.text
        return ""

    def _sum(self) -> Expr:
        terms = [self._product()]
        while sign := self._accept("+", "-"):
            term = self._product()
            terms.append(_minus(term) if sign == "-" else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self) -> Expr:
        factors = [self._signed()]
        while sign := self._accept("*", "/"):
            factor = self._signed()
            if sign == "/":
                _divide(factors, factor)
            else:
                factors.append(factor)
        return _product_of(factors)

    def _signed(self) -> Expr:
        if self._accept("-"):
            return _minus(self._deeper(self._signed))
        if self._accept("+"):
            return self._deeper(self._signed)
        return self._power()

    def _power(self) -> Expr:
        base = self._atom()
        if self._accept("**"):
            return Power(base, self._deeper(self._signed))
        return base

    def _deeper(self, read: Callable[[], Expr]) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            wrong = (
                f"brackets and signs are nested more than {MAX_DEPTH} deep; name a part of it in an equation of its own"
            )
            raise self.fail(wrong)
        node = read()
        self._depth -= 1
        return node

    def _atom(self) -> Expr:
        token = self._tokens[self._at]
        if token.kind == "number":
            self._at += 1
            return (
                Number(int(token.text))
                if token.text.isdigit() and len(token.text) <= EXACT_DIGITS
                else Number(float(token.text))
            )
        if token.kind == "name":
            self._at += 1
            return self._named(token)
        if self._accept("("):
            node = self._deeper(self._compared)
            self._take(")", "a bracket is opened and not closed")
            return node
        wrong = "the formula ends too early" if token.kind == "end" else f"{token.text!r} cannot stand here"
        raise self.fail(wrong)

    def _compared(self) -> Expr:
        left = self._sum()
        if self._accept(">"):
            return Call("positive", (add(left, multiply(MINUS_ONE, self._sum())),))
        return left

    def _named(self, token: Token) -> Expr:
        word = token.text
        following = self._tokens[self._at].text
        if word in {"sum", "max"} and following == "[":
            indices = self._places() or ()
            self._take("(", f"{word}[…] needs what it runs over in round brackets")
            node = self._over(word, indices, lambda: self._deeper(self._sum), token)
            self._take(")", "a bracket is opened and not closed")
            return node
        if following == "(":
            return self._call(token)
        return self._name(word, self._places(), token)

    def _call(self, token: Token) -> Expr:
        if token.text not in FUNCTIONS:
            known = ", ".join(name for name in FUNCTIONS if name not in {"held", "positive"})
            wrong = f"no function is called {token.text!r} (there are {known}); write a product with *"
            raise self.fail(wrong, token)
        self._take("(", "")
        arguments = [self._deeper(self._sum)]
        while self._accept(","):
            arguments.append(self._deeper(self._sum))
        self._take(")", "a bracket is opened and not closed")
        wants = ARITY.get(token.text, 1)
        if len(arguments) != wants:
            wrong = f"{token.text} takes {wants} argument{'s' if wants > 1 else ''}, not {len(arguments)}"
            raise self.fail(wrong, token)
        return Call(token.text, tuple(arguments))

    def _places(self) -> tuple[str, ...] | None:
        if not self._accept("["):
            return None
        words = list(self._place_words())
        self._take("]", "a square bracket is opened and not closed")
        return tuple(words)

    def _place_words(self) -> Iterator[str]:
        while True:
            token = self._tokens[self._at]
            if token.kind not in {"name", "number"} or (token.kind == "number" and not token.text.isdigit()):
                wrong = "an index is a letter or a whole number from 1"
                raise self.fail(wrong)
            self._at += 1
            yield token.text
            if not self._accept(","):
                return


def _minus(node: Expr) -> Expr:
    match node:
        case Number(value=value):
            return Number(-value)
        case Product(factors=(Number(value=value), *rest)):
            return Product((Number(-value), *rest)) if value != -1 else _product_of(list(rest))
        case Product(factors=factors):
            return Product((MINUS_ONE, *factors))
        case _:
            return Product((MINUS_ONE, node))


def _divide(factors: list[Expr], divisor: Expr) -> None:
    """Append a divisor; two whole numbers make one fraction."""
    last = factors[-1]
    match last, divisor:
        case Number(value=int() | Fraction() as above), Number(value=int() as below) if below:
            factors[-1] = Number(Fraction(above) / below)
        case _:
            factors.append(Power(divisor, MINUS_ONE))


def _product_of(factors: list[Expr]) -> Expr:
    kept = [factor for factor in factors if factor is not ONE] or [ONE]
    flat = [piece for part in kept for piece in (part.factors if isinstance(part, Product) else (part,))]
    return flat[0] if len(flat) == 1 else Product(tuple(flat))

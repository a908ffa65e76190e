"""One side of an equality, from tokens to an expression.

The grammar is that of ordinary formulas, with juxtaposition as a product at the
level of `*`, and derivatives as quotients of ∂. What has to be mended on the way
(a zero for the letter o, a lost ∂, a bracket closed by another kind) is noted;
what cannot be read raises `Unreadable` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.expr import ZERO, Call, Expr, Partial, Power, Ref, Row, Sum, Symbol
from sheetgrad.read.arithmetic import divide, is_plus, minus, number, only_name, product_of, shown, slope_of
from sheetgrad.read.folding import CLOSING, OPENING, Group, Slip, Unreadable
from sheetgrad.read.names import slipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.read.folding import Piece
    from sheetgrad.read.token import Token

MAX_DEPTH = 60
BEYOND = ["", "", ""]
"""As far as is looked ahead, or back from the beginning."""


@dataclass
class Reader:
    """Reads folded tokens; `slips` collects what had to be mended."""

    pieces: Sequence[Piece]
    slips: list[Slip] = field(default_factory=list)
    depth: int = 0
    _at: int = 0
    _kinds: list[str] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    """What stands at each place, and nothing after the end."""

    def __post_init__(self) -> None:
        """Note kinds and texts once: they are looked at many times."""
        self._kinds = [piece.kind for piece in self.pieces] + BEYOND
        self._texts = ["" if isinstance(piece, Group) else piece.text for piece in self.pieces] + BEYOND

    def read(self) -> Expr:
        """Everything, as one expression."""
        if not self.pieces:
            reason = "nothing stands here"
            raise Unreadable(reason)
        if self.depth > MAX_DEPTH:
            reason = f"brackets are nested more than {MAX_DEPTH} deep"
            raise Unreadable(reason)
        row = [self._sum()]
        while self._accept(","):
            row.append(self._sum())
        if self._at < len(self.pieces):
            reason = f"{shown(self.pieces[self._at])} cannot stand here"
            raise self._unreadable(reason)
        return row[0] if len(row) == 1 else Row(tuple(row))

    # --- looking at what comes next -----------------------------------------------------------

    def _unreadable(self, reason: str) -> Unreadable:
        piece = self.pieces[min(self._at, len(self.pieces) - 1)]
        return Unreadable(reason, piece.token if isinstance(piece, Group) else piece)

    def _peek(self, ahead: int = 0) -> Piece | None:
        place = self._at + ahead
        return self.pieces[place] if place < len(self.pieces) else None

    def _kind(self, ahead: int = 0) -> str:
        return self._kinds[self._at + ahead]

    def _text(self, ahead: int = 0) -> str:
        return self._texts[self._at + ahead]

    def _accept(self, *texts: str) -> str:
        text = self._texts[self._at]
        if text and text in texts and self._kinds[self._at] in {"mark", "other"}:
            self._at += 1
            return text
        return ""

    def _inner(self, pieces: Sequence[Piece]) -> Expr:
        return Reader(pieces, self.slips, self.depth + 1).read()

    # --- the grammar ---------------------------------------------------------------------------

    def _sum(self) -> Expr:
        terms = [self._product()]
        while sign := self._accept("+", "-"):
            term = self._product()
            terms.append(minus(term) if sign == "-" else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self) -> Expr:
        factors = [self._signed()]
        while True:
            if self._text() == "*" == self._text(1) and self._kind(2) == "number":  # `**2` that a formatter took apart
                self._at += 2
                factors[-1] = Power(factors[-1], self._atom())
                continue
            sign = self._accept("*", "/", "⊙", "**")
            if sign == "/" and self._kind() == "partial" and isinstance(factors[-1], Ref):
                self.slips.append(Slip("lost-partial", "a ∂ is missing above the line", self._token()))
                self._at += 1
                factors[-1] = Partial(factors[-1], self._with_respect_to())
            elif sign == "/":
                divide(factors, self._signed())
            elif sign:
                if sign == "**":
                    self.slips.append(Slip("double-star", "** read as one product sign", self._token()))
                while self._accept("*"):
                    pass
                factors.append(self._signed())
            elif self._begins_factor():
                factors.append(self._power())
            else:
                break
        return product_of(factors)

    def _begins_factor(self) -> bool:
        kind, text = self._kind(), self._text()
        if kind in {"name", "frac", "sqrt", "partial", "function"} or text in OPENING or text in {"e", "|"}:
            return True
        return kind == "number" and self._at > 0 and self._kind(-1) == "number"

    def _signed(self) -> Expr:
        if self._accept("-"):
            return minus(self._signed())
        if self._accept("+"):
            return self._signed()
        return self._power()

    def _power(self) -> Expr:
        base = self._atom()
        while True:
            piece = self._peek()
            if isinstance(piece, Group) and piece.kind == "power":
                self._at += 1
                base = Power(base, self._inner(piece.parts[0]))
            elif self._text() == "^" or (self._text() == "**" and self._kind(1) == "number"):
                self._at += 1
                base = Power(base, self._signed_atom())
            elif self._kind() == "number" and self._lost_exponent():
                token = self._token()
                self._at += 1
                self.slips.append(Slip("lost-exponent", f"{shown(token)} read as an exponent", token))
                base = Power(base, number(token.text))  # type: ignore[union-attr]
            else:
                return base

    def _lost_exponent(self) -> bool:
        """A small number straight after a bracket: (t1 - a_o1)2."""
        return self._text() in {"2", "1"} and self._text(-1) in CLOSING

    def _signed_atom(self) -> Expr:
        if self._accept("-"):
            return minus(self._signed_atom())
        return self._atom()

    def _token(self) -> Token | None:
        piece = self._peek()
        return piece.token if isinstance(piece, Group) else piece

    def _atom(self) -> Expr:
        piece = self._peek()
        if piece is None:
            raise self._unreadable("the formula ends too early")
        if isinstance(piece, Group):
            return self._group(piece)
        if piece.kind == "number":
            self._at += 1
            return number(piece.text)
        if piece.kind == "name":
            self._at += 1
            return self._named(piece)
        if piece.kind == "partial":
            return self._derivative()
        if piece.kind == "function":
            return self._function(piece)
        if piece.text == "e" and piece.kind == "word":
            return self._euler(piece)
        if piece.text in OPENING:
            return self._bracket()
        if piece.text == "|":
            return self._absolute()
        if piece.kind == "sum":
            raise self._unreadable("a sum over an index, and which members it has is not said")
        raise self._unreadable(f"{shown(piece)} cannot stand here")

    def _named(self, token: Token) -> Expr:
        if token.note:
            meant = slipped(token.text) or token.text
            self.slips.append(Slip(token.note, f"{token.spelled} read as {meant}", token))
        return Ref(Symbol(token.text))

    def _bracket(self) -> Expr:
        opened = self._token()
        inside = self._inside()
        bare = self._bare_derivatives(inside)
        if bare is not None:
            return bare
        if not inside:
            raise Unreadable("empty brackets", opened)
        return self._condition(inside) or self._inner(inside)

    def _condition(self, inside: tuple[Piece, ...]) -> Expr | None:
        """[z > 0]: 1 where that holds, else 0."""
        texts = ["" if isinstance(piece, Group) else piece.text for piece in inside]
        signs = [place for place, text in enumerate(texts) if text in {"<", ">"}]
        if len(signs) != 1:
            return None
        left, right = self._inner(inside[: signs[0]]), self._inner(inside[signs[0] + 1 :])
        less, more = (left, right) if texts[signs[0]] == "<" else (right, left)
        return Call("positive", (more if less is ZERO else Sum((more, minus(less))),))

    def _inside(self) -> tuple[Piece, ...]:
        """The pieces up to the bracket that closes this one, whatever its kind; then after it."""
        start = self._at + 1
        open_ = [self._text()]
        place = start
        while place < len(self.pieces):
            piece = self.pieces[place]
            text = "" if isinstance(piece, Group) else piece.text
            if text in OPENING:
                open_.append(text)
            elif text in CLOSING:
                last = open_.pop()
                if OPENING[last] != text:
                    words = f"'{last}' is closed by '{text}'"
                    self.slips.append(Slip("crossed-brackets", words, piece))  # type: ignore[arg-type]
                if not open_:
                    self._at = place + 1
                    return tuple(self.pieces[start:place])
            place += 1
        raise Unreadable("a bracket is opened and not closed", self._token())

    def _bare_derivatives(self, inside: tuple[Piece, ...]) -> Expr | None:
        """(∂A + ∂B)/∂y means ∂(A + B)/∂y."""
        heads = [place for place, piece in enumerate(inside) if piece.kind == "partial"]
        if not heads or self._text() != "/" or self._kind(1) != "partial":
            return None
        if any(not isinstance(piece, Group) and piece.text == "/" for piece in inside):
            return None
        of = self._inner(tuple(piece for piece in inside if piece.kind != "partial"))
        self._at += 2
        return Partial(of, self._with_respect_to())

    def _absolute(self) -> Expr:
        start = self._at + 1
        for place in range(start, len(self.pieces)):
            piece = self.pieces[place]
            if not isinstance(piece, Group) and piece.text == "|":
                self._at = place + 1
                return Call("abs", (self._inner(self.pieces[start:place]),))
        raise self._unreadable("a bar is opened and not closed")

    def _group(self, group: Group) -> Expr:
        self._at += 1
        if group.kind == "sqrt":
            return Call("sqrt", (self._inner(group.parts[0]),))
        if group.kind == "power":
            raise Unreadable("an exponent without a base", group.token)
        above, below = group.parts
        if below and below[0].kind == "partial":
            return self._quotient(above, below, group.token)
        if above and above[0].kind == "partial" and len(below) == 1 and below[0].kind == "name":
            self.slips.append(Slip("lost-partial", "a ∂ is missing below the line", group.token))
            return self._quotient(above, (above[0], *below), group.token)
        numerator, denominator = self._inner(above), self._inner(below)
        factors = [numerator]
        divide(factors, denominator)
        return product_of(factors)

    def _quotient(self, above: Sequence[Piece], below: Sequence[Piece], token: Token) -> Expr:
        edge = any(is_plus(piece) for piece in above)  # ∂⁺: every other argument is held
        above, below = ([piece for piece in part if not is_plus(piece)] for part in (above, below))
        wrt = only_name(self._inner(below[1:]), token)
        heads = [piece for piece in above if piece.kind == "partial"]
        rest = [piece for piece in above if piece.kind != "partial"]
        if not heads:
            self.slips.append(Slip("lost-partial", "a ∂ is missing above the line", token))
        if not rest:  # the operator ∂/∂y, on what follows
            return Partial(self._power(), wrt, edge)
        return Partial(self._inner(rest), wrt, edge)

    def _derivative(self) -> Expr:
        """∂X/∂y on one line."""
        sign = self._token()
        self._at += 1
        if self._accept("/"):  # ∂/∂y (X)
            if self._kind() != "partial":
                raise Unreadable("∂/ needs ∂ and a name below it", sign)
            self._at += 1
            wrt = self._with_respect_to()
            self._accept("*")
            return Partial(self._power(), wrt)
        of = self._differentiated()
        if not self._accept("/"):
            raise Unreadable("a derivative needs /∂ and the name it is taken by", sign)
        if self._kind() == "partial":
            self._at += 1
        elif self._kind() == "name":
            self.slips.append(Slip("lost-partial", f"a ∂ is missing before {shown(self._peek())}", self._token()))
        else:
            raise Unreadable("a derivative needs ∂ and a name below it", sign)
        return Partial(of, self._with_respect_to())

    def _differentiated(self) -> Expr:
        piece = self._peek()
        if piece is None:
            raise self._unreadable("∂ of nothing")
        if piece.kind in {"function", "frac"}:
            return self._atom()
        if not isinstance(piece, Group) and (piece.kind == "name" or piece.text in OPENING):
            return self._atom()
        raise self._unreadable(f"∂ of {shown(piece)} cannot be read")

    def _with_respect_to(self) -> Ref:
        piece = self._peek()
        return only_name(self._atom(), piece.token if isinstance(piece, Group) else piece)

    def _function(self, token: Token) -> Expr:
        self._at += 1
        prime = bool(self._accept("'"))
        if token.text == "exp" and self._text() in {"^", "**"}:
            self._at += 1
        piece = self._peek()
        if isinstance(piece, Group) and piece.kind == "power":
            self._at += 1
            if token.text == "exp":
                return Call("exp", (self._inner(piece.parts[0]),))
            raise Unreadable(f"a power of {token.spelled} itself", token)
        arguments = self._arguments(token)
        if prime:
            value = Call(token.text, arguments)
            return Partial(value, arguments[0]) if isinstance(arguments[0], Ref) else slope_of(value)
        return Call(token.text, arguments)

    def _arguments(self, token: Token) -> tuple[Expr, ...]:
        if self._text() in OPENING:
            read = self._inner(self._inside())
            entries = read.entries if isinstance(read, Row) else (read,)
            if len(entries) != (2 if token.text in {"max", "min"} else 1):
                raise Unreadable(f"{token.spelled} of {len(entries)} arguments", token)
            return entries
        if self._kind() in {"name", "number", "frac"}:
            return (self._atom(),)
        if self._text() == "-":
            self._at += 1
            return (minus(self._atom()),)
        raise Unreadable(f"{token.spelled} of what?", token)

    def _euler(self, token: Token) -> Expr:
        self._at += 1
        piece = self._peek()
        if isinstance(piece, Group) and piece.kind == "power":
            self._at += 1
            return Call("exp", (self._inner(piece.parts[0]),))
        if self._accept("^", "**"):
            return Call("exp", (self._signed_atom(),))
        if self._text() == "-" and self._kind(1) == "name":
            self.slips.append(Slip("lost-exponent", "e- read as e to the minus", token))
            self._at += 1
            return Call("exp", (minus(self._atom()),))
        raise Unreadable("e without an exponent", token)

"""One side of an equation between arrays, from tokens to a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.arrays.cursor import Cursor
from sheetgrad.read.arrays.differentials import derivative, is_differential, labelled, without_d
from sheetgrad.read.arrays.marks import TURN
from sheetgrad.read.arrays.nodes import Node, name
from sheetgrad.read.folding import Unreadable

if TYPE_CHECKING:
    from sheetgrad.read.arrays.lexer import Token

CLOSING = {"(": ")", "[": "]", "{": "}"}
DEEPEST = 40
SIGNS = frozenset({"*", "/", "⊙", "⊘", "@", "**"})


def key(token: Token) -> str:
    """The key of a name: its letters, and its layer in brackets."""
    return f"{token.text}({token.label})" if token.label else token.text


class Reader(Cursor):
    """Reads tokens of one side."""

    def read(self) -> Node:
        """Everything, as one tree; raises `Unreadable` with the reason."""
        node = self._sum()
        if self.at < len(self.made):
            self._fail()
        return node

    # --- the grammar ---------------------------------------------------------------------------

    def _sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"brackets are nested more than {DEEPEST} deep")
        terms = [self._signed()]
        while sign := self._accept("+", "-"):
            term = self._product()
            terms.append(Node("negative", "", (term,)) if sign == "-" else term)
        made = terms[0] if len(terms) == 1 else Node("sum", "", tuple(terms))
        if self._accept(">"):
            self._sum()
            made = Node("call", "step", (made,))
        self.depth -= 1
        return made

    def _signed(self) -> Node:
        if self._accept("-"):
            return Node("negative", "", (self._product(),))
        self._accept("+")
        return self._product()

    def _product(self) -> Node:
        factors, signs = [self._unary()], []
        while True:
            text = self._text()
            if text in SIGNS:
                self.at += 1
                signs.append("@" if text == "@" else "*" if text == "**" else text)
                factors.append(self._unary())
            elif self._begins():
                signs.append("_")
                factors.append(self._postfix())
            else:
                break
        return factors[0] if not signs else Node("product", " ".join(signs), tuple(factors))

    def _begins(self) -> bool:
        if self._text() == "‖":
            return not self.norms
        begins = {"name", "function", "slope", "frac", "sqrt", "ones", "sum", "number", "indexed"}
        return self._kind() in begins or self._text() in {"(", "[", "{", "∂", "∇"}

    def _unary(self) -> Node:
        if self._accept("-"):
            return Node("negative", "", (self._unary(),))
        return self._postfix()

    def _postfix(self) -> Node:
        node = self._atom()
        while True:
            if self._accept(TURN):
                node = node.parts[0] if node.kind == "turned" else Node("turned", "", (node,))
            elif self._text() == "'" and node.kind in {"name", "turned", "gradient"}:
                self.at += 1
                node = Node("turned", "", (node,))
            elif self._text() == "^" or (self._text() == "**" and self._kind(1) == "number"):
                self.at += 1
                node = Node("power", "", (node, self._exponent()))
            else:
                return node

    def _exponent(self) -> Node:
        if self._accept("-"):
            return Node("negative", "", (self._exponent(),))
        if self._text() == "{":
            return self._bracket()
        return self._atom()

    def _bracket(self) -> Node:
        opened = self._text()
        self.at += 1
        node = self._sum()
        self._expect(CLOSING[opened])
        return node

    def _atom(self) -> Node:
        if self.at >= len(self.made):
            raise Unreadable("the formula ends too early")
        token = self.made[self.at]
        match token.kind:
            case "number":
                self.at += 1
                return Node("number", token.text)
            case "ones":
                self.at += 1
                return Node("ones", "1", (), "1")
            case "name":
                return self._name(token)
            case "indexed":
                self._fail("this is about single neurons")
            case "function" | "slope":
                return self._function(token)
            case "frac":
                return self._fraction()
            case "sqrt":
                self.at += 1
                return Node("call", "sqrt", (self._bracket(),))
            case "sum":
                return self._total()
            case _:
                pass
        if token.text in CLOSING:
            return self._bracket()
        if token.text == "∂":
            return self._partial()
        if token.text == "∇":
            return self._nabla()
        if token.text in {"‖", "|"}:
            return self._norm(token.text)
        self._fail()
        raise AssertionError

    def _name(self, token: Token) -> Node:
        start = self.at
        self.at += 1
        if token.text == "e" and self._text() == "^":
            self.at += 1
            return Node("call", "exp", (self._exponent(),))
        if (
            self._text() == "/"
            and self._kind(1) == "name"
            and is_differential(token)
            and is_differential(self.made[self.at + 1])
        ):
            below = self.made[self.at + 1]
            self.at += 2
            return derivative(without_d(token), without_d(below), self._spelled(start))
        if token.text[:1] == "d" and len(token.text) > 1 and "hat" not in token.text[:2]:
            inner = without_d(token)
            joined = inner.text.replace("\ue000", "").split("_d")
            if len(joined) == 2:
                base = name(labelled(joined[1], token.label))
                return derivative(name(joined[0]), base, self._spelled(start))
            return Node("gradient", "", (inner,), self._spelled(start))
        return name(key(token), self._spelled(start))

    def _function(self, token: Token) -> Node:
        start = self.at
        self.at += 1
        kind = "slope" if token.kind == "slope" else "call"
        if self._accept("'"):
            kind = "slope"
        if self._text() == "^" and self._kind(1) == "number" and token.text not in {"exp", "log"}:
            self._fail("a power of a function itself")
        word = f"{token.text}({token.label})" if token.label else token.text
        spelled = self._spelled(start)
        if token.text == "exp" and self._accept("^"):
            return Node("call", "exp", (self._exponent(),))
        if self._text() in {"(", "[", "{"}:
            arguments = self._arguments()
        else:
            arguments = [self._postfix()]
        return Node(kind, word, tuple(arguments), spelled)

    def _arguments(self) -> list[Node]:
        opened = self._text()
        self.at += 1
        found = [self._sum()]
        while self._accept(","):
            if self._kind() in {"name", "function"} and self._text(1) == "=":  # axis=0, keepdims=True
                while self.at < len(self.made) and self._text() not in {",", CLOSING[opened]}:
                    self.at += 1
            else:
                found.append(self._sum())
        self._expect(CLOSING[opened])
        return found

    def _fraction(self) -> Node:
        start = self.at
        self.at += 1
        if self._text() != "{":
            self._fail("a fraction without braces")
        if self._is_derivative():
            return self._derived(start)
        above, below = self._bracket(), self._bracket()
        return Node("product", "/", (above, below))

    def _is_derivative(self) -> bool:
        depth = 0
        for place in range(self.at, len(self.made)):
            text = self.made[place].text
            depth += (text == "{") - (text == "}")
            if depth == 0:
                below = self.made[place + 1 : place + 3]
                return len(below) == 2 and (below[1].text == "∂" or is_differential(below[1]))
        return False

    def _derived(self, start: int) -> Node:
        self._expect("{")
        above = self._differential()
        self._expect("}")
        self._expect("{")
        below = self._differential()
        self._expect("}")
        return derivative(above, below, self._spelled(start))

    def _differential(self) -> Node:
        """∂X or dX; ∂ alone gives a name without a key."""
        if self._accept("∂"):
            self._accept("⁺")
            if self._text() == "}":
                return name("")
            return self._postfix_name()
        if self._kind() == "name" and self.made[self.at].text[:1] == "d":
            token = self.made[self.at]
            self.at += 1
            return without_d(token) if token.text != "d" else self._postfix_name()
        self._fail("a derivative needs ∂ above and below the line")
        raise AssertionError

    def _postfix_name(self) -> Node:
        bracket = self._accept("(", "{")
        if self._kind() != "name":
            self._fail("∂ of what?")
        node = name(key(self.made[self.at]), self.source[self.made[self.at].start : self.made[self.at].end].strip())
        self.at += 1
        if bracket:
            self._expect(CLOSING[bracket])
        return node

    def _partial(self) -> Node:
        """∂X/∂Y on one line."""
        start = self.at
        above = self._differential()
        self._expect("/")
        return derivative(above, self._differential(), self._spelled(start))

    def _nabla(self) -> Node:
        """∇_W L, or ∇W."""
        start = self.at
        self.at += 1
        wrapped = self._accept("{")
        node = self._postfix_name()
        if wrapped:
            self._expect("}")
        if self._kind() == "name" and not self.made[self.at].label and self.made[self.at].text in "LJEC":
            self.at += 1
        return Node("gradient", "", (node,), self._spelled(start))

    def _total(self) -> Node:
        self.at += 1
        return Node("total", "", (self._product(),))

    def _norm(self, sign: str) -> Node:
        self.at += 1
        self.norms += 1
        node = self._sum()
        self.norms -= 1
        self._expect(sign)
        return Node("call", "norm", (node,))

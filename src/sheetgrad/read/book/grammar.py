"""From tokens to a tree, as spreadsheets group: a sign binds tighter than ^, and ^ groups from the left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.read.book import limits
from sheetgrad.read.book.cells import Call, Name, Range, Reference
from sheetgrad.read.book.tokens import FormulaError, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetgrad.read.book.cells import Tree

BINDING = {"=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
"""How tightly an operator between two operands holds them; all group from the left."""
SIGNS = {"-": "neg", "+": "pos"}
LEFT_OUT = Call("", ())
"""An argument that is left out, as in IF(A1,,2)."""
_END = Token("end", "")


class Grammar:
    """Reads one formula."""

    __slots__ = ("_at", "_nesting", "_resolve", "_tokens")

    def __init__(self, tokens: Sequence[Token], resolve: Callable[[Token], Tree]) -> None:
        """Take the tokens, and what turns a word or a structured reference into a tree."""
        self._tokens, self._resolve = (*tokens, _END), resolve
        self._at = self._nesting = 0

    def formula(self) -> Tree:
        """The whole formula.

        Raises:
            FormulaError: it is no formula, or nested too deeply.
        """
        tree = self._operation(1)
        if (left := self._tokens[self._at]).kind != "end":
            raise FormulaError(f"it has {left.shape!r} where it should end")
        check_size(tree)
        return tree

    def _operation(self, least: int) -> Tree:
        left = self._signed()
        while (binding := BINDING.get(operator := self._tokens[self._at].kind, 0)) >= least:
            self._at += 1
            left = Call(operator, (left, self._operation(binding + 1)))
        return left

    def _signed(self) -> Tree:
        signs: list[str] = []
        while (kind := self._tokens[self._at].kind) in {"-", "+", "@"}:
            if kind != "@":
                signs.append(SIGNS[kind])
            self._at += 1
        tree = self._block()
        for sign in reversed(signs):
            tree = Call(sign, (tree,))
        while self._taken("%"):
            tree = Call("%", (tree,))
        return tree

    def _block(self) -> Tree:
        first = self._operand()
        if self._tokens[self._at].kind != ":":
            return first
        self._at += 1
        last = self._operand()
        if not isinstance(first, Reference) or not isinstance(last, Reference):
            raise FormulaError("it has a block whose corners are not both cells")
        if last.sheet not in {None, first.sheet}:
            raise FormulaError("it takes a block over several sheets")
        return Range(first, replace(last, sheet=first.sheet))

    def _operand(self) -> Tree:
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "operand" if token.tree is not None:
                return token.tree
            case "function":
                return self._call(token.shape)
            case "word" | "structured":
                return self._resolve(token)
            case "fault":
                return Call(token.shape, ())
            case "(":
                return self._bracket()
            case "{":
                return self._constants()
            case "end":
                raise FormulaError("it ends where a value should follow")
        raise FormulaError(f"it has {token.shape!r} where a value should stand")

    def _bracket(self) -> Tree:
        self._deeper()
        tree = self._operation(1)
        if self._tokens[self._at].kind in {",", ";"}:
            raise FormulaError("it joins several blocks into one, which is not read")
        self._expect(")")
        self._nesting -= 1
        return tree

    def _call(self, name: str) -> Tree:
        self._expect("(")
        self._deeper()
        arguments: list[Tree] = []
        if not self._taken(")"):
            while True:
                empty = self._tokens[self._at].kind in {",", ";", ")"}
                arguments.append(LEFT_OUT if empty else self._operation(1))
                if self._taken(")"):
                    break
                if not self._taken(",") and not self._taken(";"):
                    raise FormulaError(f"the bracket of {name} is not closed")
        self._nesting -= 1
        return Call(name, tuple(arguments))

    def _constants(self) -> Tree:
        """Numbers in braces: a call of {} whose arguments are the rows, each a call of {;}."""
        rows: list[list[Tree]] = [[]]
        while True:
            rows[-1].append(self._signed())
            if self._taken("}"):
                return Call("{}", tuple(Call("{;}", tuple(row)) for row in rows))
            if self._taken(";"):
                rows.append([])
            elif not self._taken(","):
                raise FormulaError("the brace is not closed")

    def _deeper(self) -> None:
        self._nesting += 1
        if self._nesting > limits.NESTING:
            raise FormulaError(f"its brackets stand more than {limits.NESTING} deep")

    def _taken(self, kind: str) -> bool:
        if self._tokens[self._at].kind == kind:
            self._at += 1
            return True
        return False

    def _expect(self, kind: str) -> None:
        if not self._taken(kind):
            raise FormulaError(f"a {kind} is missing")


def check_size(tree: Tree) -> None:
    """Refuse a tree that is too deep or, with the names put in, too large.

    Raises:
        FormulaError: it is.
    """
    depths: dict[int, tuple[int, int]] = {}
    stack = [(tree, False)]
    while stack:
        node, seen = stack.pop()
        if not isinstance(node, Call) or id(node) in depths:
            continue
        if not seen:
            stack.append((node, True))
            stack.extend((argument, False) for argument in node.arguments)
            continue
        below = [depths.get(id(argument), (1, 1)) for argument in node.arguments]
        depth = 1 + max((depth for depth, _ in below), default=0)
        size = 1 + sum(size for _, size in below)
        if depth > limits.TREE_DEPTH:
            raise FormulaError(
                f"it has more than {limits.TREE_DEPTH} steps within each other; SUM or SUMPRODUCT is read"
            )
        if size > limits.TREE_SIZE:
            raise FormulaError(f"with its names put in it has more than {limits.TREE_SIZE:,} parts")
        depths[id(node)] = depth, size


def unresolved(token: Token) -> Tree:
    """A word that nothing is known of."""
    if token.kind == "structured":
        raise FormulaError(f"there is no table for {token.shape}")
    if token.shape in {"TRUE", "FALSE"}:
        return Call(token.shape, ())
    return Name(token.shape)

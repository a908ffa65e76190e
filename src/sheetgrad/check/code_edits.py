"""Edits of one line of code, from small to large: each undoes one kind of mistake."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Edit(NamedTuple):
    """An edit to try."""

    code: str
    parts: ast.expr
    message: str
    sign: str | None = None
    """Another operator before the =, where that is what changes."""


def places(value: ast.expr) -> list[ast.expr]:
    """Every expression within an expression, itself first."""
    return [
        node
        for node in ast.walk(value)
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store)
    ]


def changed(value: ast.expr, place: int, change: Callable[[Any], ast.expr | None]) -> ast.expr | None:
    """A copy with the node at that place of the walk changed; None where the change does not apply."""
    made = copy.deepcopy(value)
    node = places(made)[place]
    new = change(node)
    if new is None:
        return None
    if node is made:
        return new
    for parent in ast.walk(made):
        for name, part in ast.iter_fields(parent):
            if part is node:
                setattr(parent, name, new)
                return made
            if isinstance(part, list) and any(item is node for item in part):
                setattr(parent, name, [new if item is node else item for item in part])
                return made
    return None


def signs(value: ast.expr) -> Iterator[Edit]:
    """The other sign, of the whole or of a term."""

    def turn(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            return ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return node.operand
        return None

    for place in range(len(places(value))):
        made = changed(value, place, lambda node: node.operand if isinstance(node, ast.UnaryOp) else None)
        if made is not None:
            yield Edit("sign", made, "A minus too many.")
    if not isinstance(value, ast.Tuple) and not (isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)):
        negative = ast.UnaryOp(ast.USub(), copy.deepcopy(value))
        yield Edit("sign", negative, "The sign is the wrong way round.")
    for place in range(len(places(value))):
        made = changed(value, place, turn)
        if made is not None:
            yield Edit("sign", made, "A plus and a minus are exchanged.")


def transposed(value: ast.expr) -> Iterator[Edit]:
    """With transposes put or taken, or the sides of a product exchanged."""

    def turn(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return node.value
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
            return ast.Attribute(copy.deepcopy(node), "T", ast.Load())
        return None

    def swap(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            return ast.BinOp(node.right, ast.MatMult(), node.left)
        if isinstance(node, ast.Call) and len(node.args) == 2 and "dot" in ast.unparse(node.func):
            return ast.Call(node.func, node.args[::-1], [])
        return None

    for change, code in ((turn, "transpose"), (swap, "order")):
        for place in range(len(places(value))):
            made = changed(value, place, change)
            if made is not None:
                yield Edit(
                    code,
                    made,
                    "A transpose is missing or one too many."
                    if code == "transpose"
                    else "The sides of the product are exchanged.",
                )
    for first in range(len(places(value))):
        once = changed(value, first, turn)
        for second in range(len(places(once))) if once is not None and len(places(value)) < 20 else ():
            twice = changed(once, second, turn) if once is not None else None
            if twice is not None:
                yield Edit("transpose", twice, "The transposes are in the wrong places.")
    if not isinstance(value, ast.Tuple):
        yield Edit("transpose", ast.Attribute(copy.deepcopy(value), "T", ast.Load()), "A transpose is missing.")


def dropped(value: ast.expr) -> Iterator[Edit]:
    """Without one factor or one term."""

    def left(node: ast.expr) -> ast.expr | None:
        return node.left if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult) else None

    def right(node: ast.expr) -> ast.expr | None:
        return node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add) else None

    def inside(node: ast.expr) -> ast.expr | None:
        return node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords else None

    def both(node: ast.expr) -> ast.expr | None:
        """Without the last two factors."""
        inner = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else None
        return inner.left if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult) else None

    words = ((left, "extra-factor"), (right, "extra-factor"), (inside, "slope-of-slope"), (both, "extra-factor"))
    for change, code in words:
        for place in range(len(places(value))):
            made = changed(value, place, change)
            if made is not None and _is_number(places(value)[place]):
                yield Edit("half", made, "A number too many.")
            elif made is not None:
                message = (
                    "One factor or term too many."
                    if code == "extra-factor"
                    else "The function is applied to what has been through it already."
                )
                yield Edit(code, made, message)


def _is_number(node: ast.expr) -> bool:
    """Whether it is a product with 2 or a half."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else ()
    return any(isinstance(side, ast.Constant) and side.value in {2, 0.5} for side in sides)


def summed(value: ast.expr) -> Iterator[Edit]:
    """Added up along another axis, or at all."""

    def axis(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant) and keyword.value.value in (0, 1):
                    keyword.value = ast.Constant(1 - keyword.value.value)
                    return node
        return None

    def mean(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Attribute) and node.attr in {"sum", "mean"}:
            return ast.Attribute(node.value, "mean" if node.attr == "sum" else "sum", ast.Load())
        return None

    def along(direction: int) -> Callable[[Any], ast.expr | None]:
        def change(node: Any) -> ast.expr | None:  # noqa: ANN401 -- a node of some kind
            plain = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"sum", "mean"}
            if not plain or any(keyword.arg == "axis" for keyword in node.keywords):
                return None
            node.keywords = [
                ast.keyword("axis", ast.Constant(direction)),
                ast.keyword("keepdims", ast.Constant(value=True)),
            ]
            return node  # type: ignore[no-any-return]  # a call

        return change

    for place in range(len(places(value))):
        for direction in (0, 1):
            made = changed(value, place, along(direction))
            if made is not None:
                yield Edit("wrong-axis", made, f"The sum must run along axis {direction} only.")
        made = changed(value, place, axis)
        if made is not None:
            yield Edit("wrong-axis", made, "The sum runs along the wrong axis.")
        made = changed(value, place, mean)
        if made is not None:
            yield Edit("missing-mean", made, "A sum and a mean are exchanged.")
    for direction in (0, 1) if not isinstance(value, ast.Tuple) else ():
        keywords = [ast.keyword("axis", ast.Constant(direction)), ast.keyword("keepdims", ast.Constant(value=True))]
        made = ast.Call(ast.Attribute(copy.deepcopy(value), "sum", ast.Load()), [], keywords)
        yield Edit("missing-sum", made, "The gradient of a bias is the sum over the samples.")


def products(value: ast.expr) -> Iterator[Edit]:
    """A plus for a times, brackets, squares."""

    def change(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add):
            return ast.BinOp(node.left, ast.Add() if isinstance(node.op, ast.Mult) else ast.Mult(), node.right)
        return None

    def bracket(node: ast.expr) -> ast.expr | None:
        """A * b - c read as a * (b - c)."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and isinstance(node.left, ast.BinOp):
            inner = node.left
            if isinstance(inner.op, ast.Mult):
                return ast.BinOp(inner.left, ast.Mult(), ast.BinOp(inner.right, node.op, node.right))
        return None

    def before(node: ast.expr) -> ast.expr | None:
        """A - b * c read as (a - b) * c, however long the product is."""
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)):
            return None
        chain = []
        rest: ast.expr = node.right
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Mult | ast.MatMult | ast.Div):
            chain.append(rest)
            rest = rest.left
        if not chain:
            return None
        made: ast.expr = ast.BinOp(node.left, node.op, rest)
        for product in reversed(chain):
            made = ast.BinOp(made, product.op, product.right)
        return made

    def plain(node: ast.expr) -> ast.expr | None:
        """Without a power."""
        return node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) else None

    def square(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
            return ast.BinOp(copy.deepcopy(node), ast.Pow(), ast.Constant(2))
        return None

    for each, code, message in (
        (bracket, "missing-brackets", "Brackets are missing."),
        (before, "missing-brackets", "Brackets are missing."),
        (change, "plus-for-times", "A plus and a times are exchanged."),
        (square, "lost-power", "An exponent is lost."),
        (plain, "extra-power", "An exponent is one too many."),
    ):
        for place in range(len(places(value))):
            made = changed(value, place, each)
            if made is not None:
                node = places(value)[place]
                times = code == "plus-for-times" and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
                yield Edit("times-for-plus" if times else code, made, message)


def averaged(value: ast.expr) -> Iterator[Edit]:
    """Twice as large, or half."""
    if isinstance(value, ast.Tuple):
        return
    for number in (2, 0.5):
        made = ast.BinOp(copy.deepcopy(value), ast.Mult(), ast.Constant(number))
        yield Edit("half", made, f"It should be {number:g} times as large.")


def compared(value: ast.expr) -> Iterator[Edit]:
    """The other side of a comparison."""
    others: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.Gt, ast.GtE: ast.Lt}
    if isinstance(value, ast.Tuple):  # entries are chosen: the others
        others |= {ast.Lt: ast.GtE, ast.Gt: ast.LtE}

    def turn(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in others:
            return ast.Compare(node.left, [others[type(node.ops[0])]()], node.comparators)
        return None

    for place in range(len(places(value))):
        made = changed(value, place, turn)
        if made is not None:
            yield Edit("wrong-operator", made, "The comparison is the wrong way round.")

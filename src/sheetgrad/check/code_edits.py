"""Edits of one line of code, from small to large: each undoes one kind of mistake."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.read.python.names import claim, plain

if TYPE_CHECKING:
    from collections.abc import Iterator


class Edit(NamedTuple):
    """An edit to try."""

    code: str
    value: ast.expr
    message: str


def edits(value: ast.expr, names: dict[str, tuple[int, ...]]) -> Iterator[Edit]:
    """Every edit, the likeliest first."""
    yield from _signs(value)
    yield from _renamed(value, names)
    yield from _transposed(value)
    yield from _dropped(value)
    yield from _summed(value)
    yield from _products(value)
    yield from _factors(value, names)
    yield from _averaged(value)
    yield from _added(value, names)


def _places(value: ast.expr) -> list[ast.expr]:
    return [
        node
        for node in ast.walk(value)
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store)
    ]


def _with(value: ast.expr, place: int, change: Any) -> ast.expr | None:  # noqa: ANN401 -- a function of a node
    """A copy with the node at that place of the walk changed; None where the change does not apply."""
    made = copy.deepcopy(value)
    node = _places(made)[place]
    new = change(node)
    if new is None:
        return None
    if node is made:
        return new  # type: ignore[no-any-return]
    for parent in ast.walk(made):
        for name, part in ast.iter_fields(parent):
            if part is node:
                setattr(parent, name, new)
                return made
            if isinstance(part, list) and any(item is node for item in part):
                setattr(parent, name, [new if item is node else item for item in part])
                return made
    return None


def _signs(value: ast.expr) -> Iterator[Edit]:
    def turn(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            return ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return node.operand
        return None

    if not (isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)):
        negative = ast.UnaryOp(ast.USub(), copy.deepcopy(value))
        yield Edit("sign", negative, "The sign is the wrong way round.")
    for place in range(len(_places(value))):
        made = _with(value, place, turn)
        if made is not None:
            yield Edit("sign", made, "A plus and a minus are exchanged.")


def _renamed(value: ast.expr, names: dict[str, tuple[int, ...]]) -> Iterator[Edit]:
    for place, node in enumerate(_places(value)):
        if not isinstance(node, ast.Name) or node.id not in names:
            continue
        for other in sorted(names, key=lambda name: _distance(node.id, name)):
            if other == node.id:
                continue
            made = _with(value, place, lambda _, other=other: ast.Name(other, ast.Load()))
            if made is not None:
                yield Edit(_kind(node.id, other), made, f"{other} belongs here, not {node.id}.")


def _distance(left: str, right: str) -> tuple[bool, int]:
    return (re.sub(r"\d", "", left) != re.sub(r"\d", "", right), abs(len(left) - len(right)))


def _kind(yours: str, other: str) -> str:
    """What kind of mistake it is to write one name for another."""
    bare = [re.sub(r"\d+", "#", plain(name)) for name in (yours, other)]
    digits = [re.findall(r"\d+", name) for name in (yours, other)]
    if claim(yours) and claim(other):
        return "wrong-layer"
    if digits[0] == digits[1] and bare[0] != bare[1]:
        return "pre-activation" if bare[0][:1].lower() in "zhnosu" else "wrong-quantity"
    return "wrong-index" if bare[0] == bare[1] and bare[0][:1].islower() else "wrong-layer"


def _transposed(value: ast.expr) -> Iterator[Edit]:
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
        for place in range(len(_places(value))):
            made = _with(value, place, change)
            if made is not None:
                yield Edit(
                    code,
                    made,
                    "A transpose is missing or one too many."
                    if code == "transpose"
                    else "The sides of the product are exchanged.",
                )
    for first in range(len(_places(value))):
        once = _with(value, first, turn)
        for second in range(len(_places(once))) if once is not None and len(_places(value)) < 20 else ():
            twice = _with(once, second, turn) if once is not None else None
            if twice is not None:
                yield Edit("transpose", twice, "The transposes are in the wrong places.")
    yield Edit("transpose", ast.Attribute(copy.deepcopy(value), "T", ast.Load()), "A transpose is missing.")


def _dropped(value: ast.expr) -> Iterator[Edit]:
    """Without one factor or one term."""

    def left(node: ast.expr) -> ast.expr | None:
        return node.left if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult) else None

    def right(node: ast.expr) -> ast.expr | None:
        return node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add) else None

    def inside(node: ast.expr) -> ast.expr | None:
        return node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords else None

    words = ((left, "extra-factor"), (right, "extra-factor"), (inside, "slope-of-slope"))
    for change, code in words:
        for place in range(len(_places(value))):
            made = _with(value, place, change)
            if made is not None:
                message = (
                    "One factor or term too many."
                    if code == "extra-factor"
                    else "The function is applied to what has been through it already."
                )
                yield Edit(code, made, message)


def _summed(value: ast.expr) -> Iterator[Edit]:
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

    for place in range(len(_places(value))):
        made = _with(value, place, axis)
        if made is not None:
            yield Edit("wrong-axis", made, "The sum runs along the wrong axis.")
        made = _with(value, place, mean)
        if made is not None:
            yield Edit("missing-mean", made, "A sum and a mean are exchanged.")
    for direction in (0, 1):
        keywords = [ast.keyword("axis", ast.Constant(direction)), ast.keyword("keepdims", ast.Constant(value=True))]
        made = ast.Call(ast.Attribute(copy.deepcopy(value), "sum", ast.Load()), [], keywords)
        yield Edit("missing-sum", made, "The gradient of a bias is the sum over the samples.")


def _products(value: ast.expr) -> Iterator[Edit]:
    def change(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add):
            return ast.BinOp(node.left, ast.Add() if isinstance(node.op, ast.Mult) else ast.Mult(), node.right)
        return None

    def bracket(node: ast.expr) -> ast.expr | None:
        """A * b - c read as a * (b - c), and the like."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and isinstance(node.left, ast.BinOp):
            inner = node.left
            if isinstance(inner.op, ast.Mult):
                return ast.BinOp(inner.left, ast.Mult(), ast.BinOp(inner.right, node.op, node.right))
        return None

    def square(node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Name):
            return ast.BinOp(copy.deepcopy(node), ast.Pow(), ast.Constant(2))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return node.left
        return None

    for each, code, message in (
        (change, "plus-for-times", "A plus and a times are exchanged."),
        (bracket, "missing-brackets", "Brackets are missing."),
        (square, "exponent", "An exponent is lost or one too many."),
    ):
        for place in range(len(_places(value))):
            made = _with(value, place, each)
            if made is not None:
                yield Edit(code, made, message)


def _factors(value: ast.expr, names: dict[str, tuple[int, ...]]) -> Iterator[Edit]:
    """With one factor more: a name, the slope of an activation, or a calling of one of the code's functions."""
    slopes = ("{0}", "{0} * (1 - {0})", "(1 - {0})", "(1 - {0} ** 2)", "({0} > 0)", "{0}.T")
    spots = [place for place, node in enumerate(_places(value)) if isinstance(node, ast.BinOp | ast.Name)][:12]
    for pattern in slopes[1:] + slopes[:1]:
        for name in names:
            if claim(name) is not None:
                continue
            factor = ast.parse(pattern.format(name), mode="eval").body
            for place in spots:
                made = _with(
                    value, place, lambda node, factor=factor: ast.BinOp(copy.deepcopy(node), ast.Mult(), factor)
                )
                if made is not None:
                    yield Edit("missing-factor", made, f"The factor {pattern.format(name)} is missing.")


def _averaged(value: ast.expr) -> Iterator[Edit]:
    for number in (2, 0.5):
        made = ast.BinOp(copy.deepcopy(value), ast.Mult(), ast.Constant(number))
        yield Edit("half", made, f"It should be {number:g} times as large.")


def _added(value: ast.expr, names: dict[str, tuple[int, ...]]) -> Iterator[Edit]:
    """With one path more: a product of an earlier gradient and a weight."""
    gradients = [name for name in names if claim(name) is not None]
    others = [name for name in names if claim(name) is None]
    for gradient in gradients:
        for other in others:
            term = ast.BinOp(ast.Name(gradient, ast.Load()), ast.Mult(), ast.Name(other, ast.Load()))
            for place, node in enumerate(_places(value)):
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and place < 4:
                    made = _with(value, place, lambda node, term=term: ast.BinOp(copy.deepcopy(node), ast.Add(), term))
                    if made is not None:
                        yield Edit("missing-path", made, f"The way through {other} is missing.")

"""Edits that put another quantity of the program into a line: in place of one, or as one more factor or term."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.check.code_edits import (
    Edit,
    averaged,
    changed,
    compared,
    dropped,
    places,
    products,
    signs,
    summed,
    transposed,
)
from sheetgrad.check.code_lines import OPPOSITE
from sheetgrad.read.python.names import claim, plain
from sheetgrad.read.python.values import Function, Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.check.code_lines import Line
    from sheetgrad.read.python.tape import Node

    Change: TypeAlias = "Callable[[Any], ast.expr | None]"

SLOPES = ("{0} * (1 - {0})", "(1 - {0})", "(1 - {0} ** 2)", "({0} > 0)", "{0}.T", "{0}")
SLOPE_NAME = re.compile(r"deriv|prime|grad|slope|_d$|^d|dash|back|_p$|der", re.IGNORECASE)
MOST_SPOTS = 12


def edits(line: Line, known: Mapping[str, Node]) -> Iterator[Edit]:
    """Every edit, the likeliest first."""
    if line.sign in OPPOSITE:
        yield Edit("sign", line.parts, "The sign is the wrong way round.", OPPOSITE[line.sign])
    yield from signs(line.parts)
    yield from compared(line.parts)
    yield from _renamed(line.parts, known)
    yield from _renamed_everywhere(line.parts, known)
    yield from _called(line)
    yield from summed(line.parts)
    yield from transposed(line.parts)
    yield from dropped(line.parts)
    yield from products(line.parts)
    yield from _once_more(line.parts, known)
    yield from _raised(line.parts, known)
    yield from _sloped(line, known)
    yield from _factors(line, known)
    yield from averaged(line.parts)
    yield from _added(line.parts, known)


def _renamed(value: ast.expr, known: Mapping[str, Node]) -> Iterator[Edit]:
    for place, node in enumerate(places(value)):
        if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            continue
        yours = ast.unparse(node)
        if yours not in known:
            continue
        for other in sorted(known, key=lambda name: _distance(yours, name, known)):
            if other == yours or known[other] is known[yours]:
                continue
            made = changed(value, place, _to(other))
            if made is not None:
                yield Edit(_kind(yours, other, known), made, f"{other} belongs here, not {yours}.")


def _renamed_everywhere(value: ast.expr, known: Mapping[str, Node]) -> Iterator[Edit]:
    """Another quantity in every place of one that stands there more than once."""
    texts = [ast.unparse(node) for node in places(value) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)]
    for yours in dict.fromkeys(text for text in texts if text in known and texts.count(text) > 1):
        for other in sorted(known, key=lambda name: _distance(yours, name, known)):
            if other == yours or known[other] is known[yours]:
                continue
            made = _Renaming(yours, other).visit(copy.deepcopy(value))
            yield Edit(_kind(yours, other, known), made, f"{other} belongs here, not {yours}.")


class _Renaming(ast.NodeTransformer):
    """One spelling for another, wherever it stands."""

    def __init__(self, yours: str, other: str) -> None:
        self.yours, self.other = yours, other

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and ast.unparse(node) == self.yours:
            return _parsed(self.other)
        return super().generic_visit(node)


def _sloped(line: Line, known: Mapping[str, Node]) -> Iterator[Edit]:
    """The slope of another activation in the place of a factor."""
    value = line.parts
    factors = [place for place, node in enumerate(places(value)) if isinstance(node, ast.BinOp | ast.Compare) and place]
    for name in known:
        if claim(name) is not None:
            continue
        for pattern in SLOPES[:4]:
            for place in factors[:MOST_SPOTS]:
                made = changed(value, place, _to(pattern.format(name)))
                if made is not None:
                    yield Edit("wrong-slope", made, f"The slope of this activation is {pattern.format(name)}.")


def _to(text: str) -> Change:
    return lambda _: _parsed(text)


def _calling(name: str) -> Change:
    return lambda call: ast.Call(_parsed(name), call.args, [])


def _with(operation: ast.operator, other: ast.expr) -> Change:
    return lambda node: ast.BinOp(copy.deepcopy(node), operation, other)


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _distance(yours: str, other: str, known: Mapping[str, Node]) -> tuple[bool, bool, int]:
    bare = re.sub(r"\d", "", yours) != re.sub(r"\d", "", other)
    return known[yours].shape != known[other].shape, bare, abs(len(yours) - len(other))


def _kind(yours: str, other: str, known: Mapping[str, Node]) -> str:
    """What kind of mistake it is to write one name for another."""
    if claim(yours) is None and claim(other) is None and _activation(known[yours], known[other], _leaves(known)):
        return "pre-activation"
    bare = [re.sub(r"\d+", "#", re.sub(r" ?[-+] ?\d+(?=\])", "", plain(name))) for name in (yours, other)]
    single = known[yours].shape == known[other].shape == ()
    if bare[0] == bare[1]:
        return "wrong-index" if single else "wrong-layer"
    if claim(yours) is not None and claim(other) is not None:
        return "wrong-quantity" if re.findall(r"\d+", yours) == re.findall(r"\d+", other) else "wrong-layer"
    return "wrong-layer" if bare[0][:1] == bare[1][:1] else "wrong-quantity"


def _activation(left: Node, right: Node, leaves: int) -> bool:
    """Whether one is made of the other and of nothing else, as an activation is."""
    above, below = (left, right) if left.made_from(right) else (right, left)
    same = above.uses & leaves == below.uses & leaves
    return left.shape == right.shape and above is not below and above.made_from(below) and same


def _leaves(known: Mapping[str, Node]) -> int:
    """A bit for every leaf among the quantities of a line."""
    made = 0
    for node in known.values():
        made |= 1 << node.place if node.name else 0
    return made


def _callables(line: Line) -> dict[str, Function]:
    """The program's own functions of one argument, by the words that call them."""
    made: dict[str, Function] = {}
    for name, value in line.binding.names.items():
        if isinstance(value, Function):
            made[name] = value
        elif isinstance(value, Instance):
            made |= {f"{name}.{method}": function for method, function in value.kind.methods.items()}
    return {name: function for name, function in made.items() if _takes_one(name, function)}


def _takes_one(name: str, function: Function) -> bool:
    taken = [argument.arg for argument in function.node.args.args]
    return len(taken[1:] if "." in name and taken[:1] == ["self"] else taken) == 1


def _called(line: Line) -> Iterator[Edit]:
    """Another of the program's own functions."""
    known = _callables(line)
    for place, node in enumerate(places(line.parts)):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) not in known:
            continue
        for other in known:
            if other != ast.unparse(node.func):
                made = changed(line.parts, place, _calling(other))
                if made is not None:
                    message = f"{other}() belongs here, not {ast.unparse(node.func)}()."
                    yield Edit("wrong-quantity", made, message)


def _once_more(value: ast.expr, known: Mapping[str, Node]) -> Iterator[Edit]:
    """The whole, or a term of it, times one more quantity."""
    terms: list[ast.expr] = [value]
    for term in terms:
        if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add | ast.Sub):
            terms += [term.left, term.right]
    spots = [place for place, node in enumerate(places(value)) if any(node is term for term in terms)]
    names = [name for name in known if claim(name) is None]
    for factor in (pattern.format(name) for pattern in ("{0}", *SLOPES[:4]) for name in names):
        for place in spots if not isinstance(value, ast.Tuple) else ():
            made = changed(value, place, _with(ast.Mult(), _parsed(factor)))
            if made is not None:
                yield Edit("missing-factor", made, f"The factor {factor} is missing.")


def _factors(line: Line, known: Mapping[str, Node]) -> Iterator[Edit]:
    """With one factor more: the slope of an activation, or another quantity."""
    value = line.parts
    spots = [place for place, node in enumerate(places(value)) if isinstance(node, ast.BinOp | ast.Name | ast.Call)]
    calls = [f"{name}({{0}})" for name in _callables(line) if SLOPE_NAME.search(name.rpartition(".")[2])]
    quantities = [name for name in known if claim(name) is None]
    for pattern in (*calls, *SLOPES):
        for name in quantities:
            factor = _parsed(pattern.format(name))
            for place in spots[:MOST_SPOTS]:
                made = changed(value, place, _with(ast.Mult(), factor))
                if made is not None:
                    yield Edit("missing-factor", made, f"The factor {pattern.format(name)} is missing.")


def _raised(value: ast.expr, known: Mapping[str, Node]) -> Iterator[Edit]:
    """Raised to the number of steps, or under a root."""
    counts = [name for name, node in known.items() if node.shape == () and _counts(node)]
    for place, node in enumerate(places(value)):
        for count in counts:
            if isinstance(node, ast.Name | ast.Attribute | ast.Constant):
                made = changed(value, place, _with(ast.Pow(), _parsed(count)))
                if made is not None:
                    yield Edit("lost-power", made, f"The power {count} is missing.")
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and ast.unparse(node.right) == count:
                made = changed(value, place, lambda part: ast.BinOp(part.left, ast.Pow(), part.right))
                if made is not None:
                    yield Edit("lost-power", made, "A power is meant, not a product.")
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            made = changed(value, place, lambda part: ast.Call(_parsed("np.sqrt"), [copy.deepcopy(part)], []))
            if made is not None:
                yield Edit("lost-root", made, "The square root is missing.")


def _counts(node: Node) -> bool:
    leaf = node.arguments[0] if node.operation == "add" and node.arguments else node
    return getattr(leaf, "name", "").startswith("count ")


def _added(value: ast.expr, known: Mapping[str, Node]) -> Iterator[Edit]:
    """With one path more: a product of an earlier gradient and a weight."""
    gradients = [name for name in known if claim(name) is not None]
    others = [name for name in known if claim(name) is None]
    for gradient in gradients:
        for other in others:
            term = ast.BinOp(_parsed(gradient), ast.Mult(), _parsed(other))
            for place, node in enumerate(places(value)):
                if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and place < 4:
                    made = changed(value, place, _with(ast.Add(), term))
                    if made is not None:
                        yield Edit("missing-path", made, f"The way through {other} is missing.")

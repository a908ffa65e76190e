"""Edits of one side of an equation between arrays, from small to large: each undoes one kind of mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.matrix.items import is_delta
from sheetgrad.check.matrix.scene import RATES, label_of, letters_of
from sheetgrad.read.arrays.nodes import Node, name, product, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ARRAYS = frozenset({"name", "gradient", "jacobian"})
PREACTIVATION = frozenset({"z", "Z", "net", "n", "s", "u", "in"})


class Edit(NamedTuple):
    """An edit to try."""

    code: str
    node: Node
    message: str


class Known(NamedTuple):
    """What may be put into a formula."""

    names: Sequence[Node]
    """Arrays of the text, gradients among them."""
    slopes: Sequence[Node]
    """σ'(z) for every layer."""


def edits(node: Node, known: Known) -> Iterator[Edit]:
    """Every edit, the likeliest first."""
    yield from _signs(node)
    yield from _brackets(node)
    yield from _slope_missing(node, known)
    yield from renamings(node, known)
    yield from _turned(node)
    yield from _ordered(node)
    yield from _signed(node)
    yield from _summed(node)
    yield from _dropped(node)
    yield from _slopes(node)
    yield from _factors(node, known)
    yield from (edit for edit in _renamed(node, known) if edit.code == "wrong-quantity")
    yield from _twice(node)


def renamings(node: Node, known: Known) -> Iterator[Edit]:
    """Another array of the same letter or the same layer in one place."""
    return (edit for edit in _renamed(node, known) if edit.code != "wrong-quantity")


def forward_edits(node: Node, known: Known) -> Iterator[Edit]:
    """Further edits of a forward equation: a sign, an order, a transpose."""
    del known
    yield from _signs(node)
    yield from _ordered(node)
    yield from _turned(node)


def _each(node: Node, change: Callable[[Node], Node | None]) -> Iterator[Node]:
    """Every tree with one of its nodes changed."""
    for part in list(node.walk()):
        new = change(part)
        if new is not None and new != part:
            yield put(node, part, new)


def _signs(node: Node) -> Iterator[Edit]:
    yield Edit("sign", _negative(node), "The sign is the wrong way round.")

    for part in list(node.walk()):
        if part.kind == "sum":
            for place, term in enumerate(part.parts):
                made = (*part.parts[:place], _negative(term), *part.parts[place + 1 :])
                yield Edit("sign", put(node, part, Node("sum", "", made)), "A plus and a minus are exchanged.")
        elif part.kind == "negative":
            yield Edit("sign", put(node, part, part.parts[0]), "There is a minus too many.")


def _negative(node: Node) -> Node:
    return node.parts[0] if node.kind == "negative" else Node("negative", "", (node,))


def _inner(node: Node) -> Node:
    """The name itself, below a ∂."""
    return node.parts[-1] if node.kind in {"gradient", "jacobian"} else node


def _slope_missing(node: Node, known: Known) -> Iterator[Edit]:
    spots = [part for part in node.walk() if part.kind in {"product", "name", "gradient", "jacobian", "sum"}]
    for factor in known.slopes:
        for part in spots:
            made = put(node, part, product("⊙", part, factor))
            yield Edit("missing-factor", made, "The slope of the activation is missing.")


def _renamed(node: Node, known: Known) -> Iterator[Edit]:
    for part in _free(node):
        for other in sorted(known.names, key=lambda other: _distance(part, other)):
            if other.kind == part.kind and other.text == part.text and _inner(other).text == _inner(part).text:
                continue
            code = _kind(part, other)
            yield Edit(code, put(node, part, other), f"{_said(other)} belongs here, not {_said(part)}.")


def _free(node: Node) -> list[Node]:
    """The names and derivatives in it, not what stands below a ∂."""
    if node.kind in ARRAYS:
        return [node]
    return [found for part in node.parts for found in _free(part)]


def _said(node: Node) -> str:
    return (node.spelled or node.text or f"∂L/∂{_inner(node).text}").replace("\ue000", "")


def _distance(yours: Node, other: Node) -> tuple[bool, bool, int]:
    left, right = _inner(yours).text, _inner(other).text
    gap = abs(_number(label_of(left)) - _number(label_of(right)))
    return (yours.kind != other.kind, letters_of(left) != letters_of(right) and label_of(left) != label_of(right), gap)


def _number(label: str) -> int:
    return int(label) if label.lstrip("-").isdigit() else 9


def _kind(yours: Node, other: Node) -> str:
    """What kind of mistake it is to write one name for another."""
    left, right = _inner(yours).text, _inner(other).text
    if letters_of(left) == letters_of(right) and yours.kind == other.kind:
        return "wrong-layer"
    if label_of(left) == label_of(right) and letters_of(left) in PREACTIVATION and other.kind == "name":
        return "pre-activation"
    if label_of(left) != label_of(right) and yours.kind == other.kind == "name" and not is_delta(right):
        return "wrong-layer"
    return "wrong-quantity"


def _turned(node: Node) -> Iterator[Edit]:
    for made in _each(node, _turn):
        yield Edit("transpose", made, "A transpose is missing, or one too many.")


def _turn(part: Node) -> Node | None:
    if part.kind == "turned":
        return part.parts[0]
    if part.kind in ARRAYS or part.kind in {"sum", "slope", "product"}:
        return Node("turned", "", (part,))
    return None


def _swap(part: Node) -> Iterator[Node]:
    if part.kind == "call" and len(part.parts) == 2:
        yield Node("call", part.text, part.parts[::-1], part.spelled)
    for place in range(len(part.parts) - 1) if part.kind == "product" else ():
        parts = list(part.parts)
        parts[place], parts[place + 1] = parts[place + 1], parts[place]
        yield Node("product", part.text, tuple(parts))


def _ordered(node: Node) -> Iterator[Edit]:
    for part in list(node.walk()):
        for swapped in _swap(part):
            yield Edit("order", put(node, part, swapped), "The factors of the product are in the wrong order.")


def _signed(node: Node) -> Iterator[Edit]:
    """Another sign between two factors or terms."""
    for part in list(node.walk()):
        if part.kind == "product":
            for place, sign in enumerate(part.signs):
                for other in ("@", "⊙") if sign not in {"/", "@"} else ("⊙",):
                    signs = [*part.signs[:place], other, *part.signs[place + 1 :]]
                    made = put(node, part, Node("product", " ".join(signs), part.parts))
                    message = "This product is a matrix product." if other == "@" else "This product is entry by entry."
                    yield Edit("wrong-product", made, message)
        if part.kind == "sum":
            front = part.parts[0] if len(part.parts) == 2 else Node("sum", "", part.parts[:-1])
            made = put(node, part, product("*", front, part.parts[-1]))
            yield Edit("plus-for-times", made, "A plus stands where a product belongs.")
        if part.kind == "product" and len(part.parts) == 2:
            made = put(node, part, Node("sum", "", part.parts))
            yield Edit("times-for-plus", made, "A product stands where a sum belongs.")


def _summed(node: Node) -> Iterator[Edit]:
    yield Edit("missing-sum", Node("total", "", (node,)), "The sum over the samples is missing.")
    for part in list(node.walk()):
        if part.kind == "total":
            yield Edit("missing-sum", put(node, part, part.parts[0]), "There is a sum too many.")
    samples = name("m", "m")
    made = product("_", product("/", Node("number", "1"), samples), node)
    yield Edit("missing-mean", made, "The mean over the samples is missing.")
    yield Edit("missing-mean", product("_", samples, node), "The mean over the samples is taken twice.")
    both = Node("total", "", (node,))
    made = product("_", product("/", Node("number", "1"), samples), both)
    yield Edit("missing-sum", made, "The mean over the samples is missing.")


def _dropped(node: Node) -> Iterator[Edit]:
    for part in list(node.walk()):
        if part.kind == "product":
            for place in range(len(part.parts)):
                yield Edit("extra-factor", put(node, part, _without(part, place)), "There is a factor too many.")
        elif part.kind == "sum":
            for place in range(len(part.parts)):
                rest = part.parts[:place] + part.parts[place + 1 :]
                made = rest[0] if len(rest) == 1 else Node("sum", "", rest)
                yield Edit("extra-factor", put(node, part, made), "There is a term too many.")
        elif part.kind == "power":
            yield Edit("lost-power", put(node, part, part.parts[0]), "There is an exponent too many.")
        if part.kind in {"name", "sum"}:
            made = put(node, part, Node("power", "", (part, Node("number", "2"))))
            yield Edit("lost-power", made, "A square is lost.")


def _without(part: Node, place: int) -> Node:
    parts = part.parts[:place] + part.parts[place + 1 :]
    signs = list(part.signs)
    del signs[max(place - 1, 0)]
    return parts[0] if len(parts) == 1 else Node("product", " ".join(signs), parts)


def _slopes(node: Node) -> Iterator[Edit]:
    """σ for σ', and σ' for σ."""
    for part in list(node.walk()):
        if part.kind == "call" and len(part.parts) == 1:
            made = put(node, part, Node("slope", part.text, part.parts, part.spelled))
            yield Edit("missing-slope", made, "The derivative of the activation belongs here, not the activation.")
        elif part.kind == "slope":
            made = put(node, part, Node("call", part.text, part.parts, part.spelled))
            yield Edit("missing-slope", made, "The activation belongs here, not its derivative.")


def _brackets(node: Node) -> Iterator[Edit]:
    """A - y ⊙ s as (a - y) ⊙ s, and the like."""
    for part in list(node.walk()):
        if part.kind != "sum":
            continue
        last = part.parts[-1]
        inner = last.parts[0] if last.kind == "negative" else last
        if inner.kind == "product":
            first = _negative(inner.parts[0]) if last.kind == "negative" else inner.parts[0]
            total = Node("sum", "", (*part.parts[:-1], first))
            made = put(node, part, Node("product", inner.text, (total, *inner.parts[1:])))
            yield Edit("missing-brackets", made, "Brackets are missing round the difference.")
        if part.parts[0].kind == "product":
            front = part.parts[0]
            total = Node("sum", "", (front.parts[-1], *part.parts[1:]))
            made = put(node, part, Node("product", front.text, (*front.parts[:-1], total)))
            yield Edit("missing-brackets", made, "Brackets are missing round the sum.")


def _factors(node: Node, known: Known) -> Iterator[Edit]:
    """With one factor more."""
    for number in ("2", "1/2"):
        made = product("_", Node("number", "2" if number == "2" else "0.5"), node)
        yield Edit("half", made, f"It should be {number} times as large.")
    for part in list(node.walk()):
        if part.kind != "name" or RATES.fullmatch(letters_of(part.text)):
            continue
        rest = Node("sum", "", (Node("number", "1"), Node("negative", "", (part,))))
        yield Edit(
            "missing-factor", put(node, part, product("⊙", part, rest)), f"The factor (1 - {_said(part)}) is missing."
        )
        square = Node("power", "", (part, Node("number", "2")))
        rest = Node("sum", "", (Node("number", "1"), Node("negative", "", (square,))))
        yield Edit("missing-factor", put(node, part, rest), f"The slope is 1 - {_said(part)}^2.")
    for other in known.names:
        plain = Node("turned", "", (other,)) if other.kind == "name" else other
        for part in {id(one): one for one in (node, *(node.parts if node.kind == "product" else ()))}.values():
            for factor in dict.fromkeys((other, plain)):
                message = f"The factor {_said(other)} is missing."
                for made in (product("_", factor, part), product("_", part, factor), product("⊙", part, factor)):
                    yield Edit("missing-factor", put(node, part, made), message)


def _twice(node: Node) -> Iterator[Edit]:
    """Two changes that go together: a transpose and an order, two transposes."""
    if sum(1 for _ in node.walk()) > 14:
        return
    for once in _each(node, _turn):
        for made in _each(once, _turn):
            yield Edit("transpose", made, "The transposes are in the wrong places.")
    for part in list(node.walk()):
        for swapped in _swap(part):
            for made in _each(put(node, part, swapped), _turn):
                yield Edit("transpose", made, "The order of the factors and a transpose are exchanged.")

"""Known mistakes planted in texts between arrays: each maker turns a right side into wrong ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.matrix.items import is_backward
from sheetgrad.check.matrix.scene import RATES, label_of, letters_of
from sheetgrad.check.matrix.select import chosen
from sheetgrad.check.matrix.spelling import spelled, style_of
from sheetgrad.read.arrays.equations import lines
from sheetgrad.read.arrays.marks import BOLD
from sheetgrad.read.arrays.nodes import Node, name, put
from sheetgrad.read.python.names import COUNT, RATE
from sheetgrad.read.traced import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = "₀₁₂₃₄"
BACK = {"a": "z", "A": "Z", "h": "u", "H": "Z_h"}


class Planted(NamedTuple):
    """A text with one mistake in it."""

    code: str
    text: str
    line: int
    was: str
    now: str


def planted(text: str) -> Iterator[Planted]:
    """The text with every mistake, one at a time, in every derivative and update of it."""
    source = Source.of("text.md", text)
    style = style_of(text)
    found = chosen(lines(source))
    keys = {key for line in found for node in line.nodes for key in node.names()}
    for line in found:
        left, right = line.members[0].node, line.members[-1]
        if left is None or right.node is None or not (is_backward(left) or is_backward(right.node)):
            continue
        was = spelled(right.node, style)
        number = source.place(line.offset).line
        for code, made in mistakes(right.node, keys, update=left.kind == "name" and left.text in right.node.names()):
            if code == "missing-mean" and _key(left)[:1] not in "Wwb":
                continue  # all that follows has the same factor then: another convention
            if code == "wrong-product" and style.entry == "*" and style.matrix != "@":
                continue  # one sign for both products: the shapes tell which
            now = spelled(_bold(made), style)
            if right.offset == line.members[0].offset:  # W1 -= …
                now = f"{line.members[0].spelled} = {now}"
            if now != was:
                yield Planted(
                    code, text[: right.offset].removesuffix(r"\left") + now + text[right.end :], number, was, now
                )


def _bold(node: Node) -> Node:
    """With bold names as the text writes them."""
    if node.kind == "name" and BOLD in node.text:
        return name(node.text, re.sub(r"^\\?\w[^\W_\d]*", lambda match: rf"\mathbf{{{match.group()}}}", node.spelled))
    parts = tuple(map(_bold, node.parts))
    return Node(node.kind, node.text, parts, node.spelled)


def mistakes(node: Node, keys: set[str], *, update: bool) -> Iterator[tuple[str, Node]]:
    """Every mistake in one formula."""
    for part in list(node.walk()):
        yield from _turns(node, part)
        yield from _products(node, part, update=update)
        yield from _names(node, part, keys)
        if part.kind == "sum" and not update:
            first, second = part.parts[:2]
            turned = second.parts[0] if second.kind == "negative" else Node("negative", "", (second,))
            yield "sign", put(node, part, Node("sum", "", (first, turned, *part.parts[2:])))
        if part.kind == "slope":
            yield "missing-slope", put(node, part, Node("call", part.text, part.parts, part.spelled))
        if part.kind in {"total", "call"} and (part.kind == "total" or part.text == "sum"):
            yield "missing-sum", put(node, part, part.parts[0])
        if part.kind == "power":
            yield "lost-power", put(node, part, part.parts[0])
    if update and node.kind == "sum":
        first, second = node.parts
        yield "sign", Node("sum", "", (first, second.parts[0]))


def _turns(node: Node, part: Node) -> Iterator[tuple[str, Node]]:
    if part.kind == "turned":
        yield "transpose", put(node, part, part.parts[0])
    elif part.kind == "product" and any(sign in {"_", "@"} for sign in part.signs):
        for inner in part.parts:
            if inner.kind in {"name", "gradient"} and label_of(_key(inner)):
                yield "transpose", put(node, inner, Node("turned", "", (inner,)))


def _key(node: Node) -> str:
    return node.parts[-1].text if node.kind in {"gradient", "jacobian"} else node.text


def _products(node: Node, part: Node, *, update: bool) -> Iterator[tuple[str, Node]]:
    if part.kind != "product":
        return
    arrays = [inner for inner in part.parts if inner.kind != "number"]
    for place, sign in enumerate(part.signs):
        left, right = part.parts[place : place + 2]
        if _is_number(left) or _is_number(right):
            continue
        if sign in {"_", "@"} and "number" not in {left.kind, right.kind} and len(arrays) > 1:
            parts = list(part.parts)
            parts[place], parts[place + 1] = right, left
            yield "order", put(node, part, Node("product", part.text, tuple(parts)))
            if not update:
                signs = [*part.signs[:place], "⊙", *part.signs[place + 1 :]]
                yield "wrong-product", put(node, part, Node("product", " ".join(signs), part.parts))
        if sign == "⊙":
            rest = part.parts[: place + 1] + part.parts[place + 2 :]
            signs = [*part.signs[:place], *part.signs[place + 1 :]]
            made = rest[0] if len(rest) == 1 else Node("product", " ".join(signs), rest)
            yield "lost-power" if left == right else "missing-factor", put(node, part, made)
        if sign == "⊙" and len(part.parts) == 2:
            yield "plus-for-times", put(node, part, Node("sum", "", part.parts))
            if left.kind == "sum":
                last = Node("product", "⊙", (_plain(left.parts[1]), right))
                last = Node("negative", "", (last,)) if left.parts[1].kind == "negative" else last
                yield "missing-brackets", put(node, part, Node("sum", "", (left.parts[0], last)))
    front = part.parts[0]
    if front.kind == "product" and front.text == "/" and front.parts[0].kind == "number":
        rest = part.parts[1:]
        made = rest[0] if len(rest) == 1 else Node("product", " ".join(part.signs[1:]), rest)
        yield "missing-mean", put(node, part, made)
    if update and len(part.parts) > 1 and part.parts[0].kind == "name":
        rest = part.parts[1:]
        made = rest[0] if len(rest) == 1 else Node("product", " ".join(part.signs[1:]), rest)
        yield "missing-rate", put(node, part, made)


def _is_number(node: Node) -> bool:
    """Whether it is a number, a rate or a count: such factors stand anywhere."""
    return all(RATES.fullmatch(key) or RATE.fullmatch(key) or COUNT.fullmatch(key) for key in node.names()) and not any(
        part.kind in {"gradient", "jacobian", "sum"} for part in node.walk()
    )


def _plain(node: Node) -> Node:
    return node.parts[0] if node.kind == "negative" else node


def _names(node: Node, part: Node, keys: set[str]) -> Iterator[tuple[str, Node]]:
    inner = part.parts[-1] if part.kind in {"gradient", "jacobian"} else part
    if (
        inner.kind != "name"
        or not label_of(inner.text).isdigit()
        or any(part in other.parts for other in node.walk() if other.kind in {"gradient", "jacobian"})
    ):
        return
    letters, label = letters_of(inner.text), int(label_of(inner.text))
    for other in (label + 1, label - 1):
        key = inner.text.replace(f"({label})", f"({other})")
        if key in keys and other > 0:
            spelling = part.spelled.translate(str.maketrans(f"{label}{SMALL[label]}", f"{other}{SMALL[other]}"))
            renamed = name(key, spelling)
            yield (
                "wrong-layer",
                put(
                    node,
                    part,
                    renamed if part is inner else Node(part.kind, part.text, (*part.parts[:-1], renamed), spelling),
                ),
            )
    below = inner.text.replace(letters, BACK.get(letters, "?"), 1)
    if below in keys and part is inner:
        yield "pre-activation", put(node, part, name(below, part.spelled.replace(letters, BACK[letters], 1)))

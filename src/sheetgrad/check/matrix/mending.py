"""A forward equation that makes right derivatives look wrong: put right, it is the only finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.matrix.edits import Known, forward_edits, renamings
from sheetgrad.check.matrix.forward import defines
from sheetgrad.check.matrix.items import Item, is_backward
from sheetgrad.check.matrix.judge import CLAIMS
from sheetgrad.check.matrix.scene import RATES, is_loss, letters_of
from sheetgrad.read.arrays.nodes import name
from sheetgrad.read.python.names import COUNT, RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.check.matrix.edits import Edit
    from sheetgrad.check.matrix.reading import Way
    from sheetgrad.read.arrays.nodes import Node

FEWEST = 2
"""So many derivatives must come right by the change."""
MOST = 120


class Blamed(NamedTuple):
    """The line of a forward equation, what it should be, and how many derivatives that puts right."""

    line: int
    edit: Edit
    right: int


def put_right(way: Way, again: Callable[[list[Item]], Way | None]) -> tuple[Way, Blamed] | None:
    """The text with one forward equation changed, where nearly all that was wrong is right then."""
    wrong = _wrong(way)
    if wrong < FEWEST:
        return None
    for tried, (items, line, edit) in enumerate(_changed(way)):
        if tried > MOST:
            return None
        other = again(items)
        if other is None or other.failed or _wrong(other):
            continue
        gained = other.judgement.count("true", *CLAIMS) - way.judgement.count("true", *CLAIMS)
        if gained >= FEWEST:
            return other, Blamed(line, edit, gained)
    return None


def _wrong(way: Way) -> int:
    return sum(
        way.judgement.count(verdict, *CLAIMS, "unknown") for verdict in ("false", "misfit", "undefined", "unread")
    )


def _changed(way: Way) -> Iterator[tuple[list[Item], int, Edit]]:
    """The equations with one edit of one forward equation, the likeliest edits of all of them first."""
    heads = {item.left.text: item.left for item in way.items if item.left is not None and defines(item)}
    names = [*heads.values(), *_leaves(way, heads)]
    for edits in (renamings, forward_edits):
        for place, item in enumerate(way.items):
            right = item.nodes[1]
            if item.line < 0 or right is None or not defines(item):
                continue
            known = Known([other for other in names if other != item.left], [])
            for edit in edits(right, known):
                made = Item(item.line, (item.nodes[0], edit.node, *item.nodes[2:]))
                yield [*way.items[:place], made, *way.items[place + 1 :]], item.line, edit


def _leaves(way: Way, heads: Mapping[str, Node]) -> list[Node]:
    """Names of arrays that no equation defines."""
    found: dict[str, Node] = {}
    for item in way.items:
        for node in item.nodes:
            for part in node.walk() if node is not None else ():
                if part.kind == "name" and part.text not in heads and _is_array(part.text):
                    found.setdefault(part.text, part)
    return list(found.values())


def _is_array(key: str) -> bool:
    number = COUNT.fullmatch(key) or RATE.fullmatch(key) or RATES.fullmatch(letters_of(key))
    return not (number or is_loss(key) or is_backward(name(key)))

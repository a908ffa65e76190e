"""The smallest edit of one side that makes an equation between arrays right."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code_points import same
from sheetgrad.check.matrix.derivatives import factor
from sheetgrad.check.matrix.edits import Known, edits
from sheetgrad.check.matrix.items import is_delta
from sheetgrad.check.matrix.values import values
from sheetgrad.read.arrays.nodes import Node
from sheetgrad.read.python.limits import FitError, TooMuchError
from sheetgrad.read.python.shapes import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.matrix.items import Item
    from sheetgrad.check.matrix.judge import Judgement, Ruling

ACTIVATIONS = frozenset({"sigmoid", "tanh", "relu", "softplus", "g", "f", "φ", "act"})
MOST = 1500
SECONDS = 1.0
"""Of computing, not of waiting: a busy machine must not change what is found."""
NODES = 6000
"""Operations on the tape from which on no further edits are tried."""


class Mend(NamedTuple):
    """An edit that works."""

    code: str
    node: Node
    message: str


def mended(ruling: Ruling, made: Judgement, found: Sequence[Item]) -> Mend | None:
    """The first edit, from small to large, under which it is right."""
    if not ruling.target.exact:
        return None
    start = process_time()
    for tried, edit in enumerate(edits(ruling.node, _known(ruling, made, found))):
        if tried > MOST or process_time() - start > SECONDS or len(made.derivatives.scene.tape.nodes) > NODES:
            return None
        if _works(edit.node, ruling, made):
            return Mend(edit.code, edit.node, edit.message)
    return None


def _works(node: Node, ruling: Ruling, made: Judgement) -> bool:
    derivatives = made.derivatives
    tape = derivatives.scene.tape
    mark = len(tape.nodes)
    try:
        for way in values(node, derivatives.scene, ruling.item.line):
            value = way
            if ruling.target.kind == "update" and ruling.target.stand is not None:
                value = tape.record("subtract", way, ruling.target.stand.by)
            local = ruling.target.kind == "local"
            known = factor(value, list(ruling.target.exact), derivatives.points, diagonal=local)
            if known is not None and _wanted(known, ruling, made):
                return True
    except (FitError, TooMuchError, ValueError, IndexError):
        return False
    finally:
        _forget(made, mark)
    return False


def _forget(made: Judgement, mark: int) -> None:
    """Take what was tried off the tape again, unless a leaf was made on the way."""
    tape = made.derivatives.scene.tape
    kept = [stand.leaf.place for stand in made.derivatives.stands.values()]
    kept += [leaf.place for leaf in made.derivatives.scene.leaves.values()]
    if max(kept, default=0) < mark:
        del tape.nodes[mark:]
        made.derivatives.points.forget(mark)


def _wanted(known: float, ruling: Ruling, made: Judgement) -> bool:
    target = ruling.target
    if target.kind == "update":
        return known < 0
    if target.kind in {"value", "local"}:
        return same(known, 1.0)
    if target.final and target.kind == "gradient":
        return same(known, made.scale)
    upstream = [stand.scale for stand in made.derivatives.stands.values()]
    scales = {1.0, made.scale, *upstream}
    allowed = {scale * times for scale in scales for times in (1.0, BATCH, 1 / BATCH)}
    return any(same(known, one) for one in allowed)


def _known(ruling: Ruling, made: Judgement, found: Sequence[Item]) -> Known:
    """Arrays that may be put in place of another, and the slopes of every layer."""
    keys: dict[str, Node] = {}
    derived: dict[object, Node] = {}
    slopes: dict[object, Node] = {}
    for item in found:
        for node in item.nodes:
            for part in node.walk() if node is not None else ():
                if part.kind == "name":
                    keys.setdefault(part.text, part)
                elif part.kind in {"gradient", "jacobian"}:
                    derived.setdefault((part.kind, part.parts), part)
                elif part.kind in {"call", "slope"} and part.text.partition("(")[0] in ACTIVATIONS:
                    slopes.setdefault(part.parts, Node("slope", part.text, part.parts, part.spelled))
    left = ruling.item.left if ruling.target.kind != "update" else None
    names = [node for node in keys.values() if node != left and _is_array(node, ruling, made)]
    names += [node for node in derived.values() if node != left]
    return Known(names, list(slopes.values()))


def _is_array(node: Node, ruling: Ruling, made: Judgement) -> bool:
    found = made.derivatives.known(node.text, ruling.item.line)
    return is_delta(node.text) or (found is not None and bool(found.shape))

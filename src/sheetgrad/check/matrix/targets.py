"""What the left side of an equation between arrays is, and what it must be equal to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.matrix.items import changed, is_backward, is_delta, renewed
from sheetgrad.check.matrix.scene import is_loss, is_target_key
from sheetgrad.read.arrays.nodes import Node, name
from sheetgrad.read.python.limits import FitError
from sheetgrad.read.python.names import WEIGHT
from sheetgrad.read.python.shapes import is_data

if TYPE_CHECKING:
    from sheetgrad.check.code_points import Values
    from sheetgrad.check.matrix.derivatives import Derivatives, Stand
    from sheetgrad.check.matrix.items import Item


class Target(NamedTuple):
    """What an equation claims.

    `kind` is `gradient` (of the loss), `delta` (a gradient that only its layer names),
    `local` (of one array by another), `change` (ΔW), `update` (the next W), `value` (a
    name of the forward part), `new` (a name that nothing is known of) or `formal` (a
    derivative that is no array).
    """

    kind: str
    key: str = ""
    stand: Stand | None = None
    exact: tuple[Values, ...] = ()
    final: bool = False
    explicit: bool = False
    """Whether it says of what it is the derivative: ∂L/∂W, and not dW."""


def target(item: Item, derivatives: Derivatives) -> Target:
    """The target of one equation; raises `FitError` where its left side cannot be made out."""
    left = item.left
    assert left is not None  # noqa: S101 -- such lines are not chosen
    if derivatives.nameless(left, item.line):
        key = f"∂{left.parts[0].text}"
        stand = derivatives.delta(key)
        return Target("delta", key, stand, tuple(derivatives.exact(stand)) if stand is not None else ())
    if left.kind in {"gradient", "jacobian"}:
        return _derivative(left, item, derivatives)
    if left.kind != "name":
        return Target("new")
    if is_delta(left.text) and item.nodes[1] is not None and _adds_up(left, item.nodes[1]):
        return Target("new", left.text)
    if is_delta(left.text):
        return _delta(left.text, item, derivatives)
    moved = changed(left.text)
    if moved:
        return _moved("change", name(moved), item, derivatives)
    right = item.nodes[1]
    own = right is not None and left.text in right.names()
    if own or renewed(left.text) or _is_stepped(left.text, right, item, derivatives):
        return _moved("update", name(renewed(left.text) or left.text), item, derivatives)
    found = derivatives.scene.made_at(left.text, item.line)
    if found is None:
        return Target("new", left.text)
    return Target("value", left.text, exact=tuple(derivatives.points.plain(found)))


def _is_stepped(key: str, right: Node | None, item: Item, derivatives: Derivatives) -> bool:
    """Whether something trained is given a value made from derivatives."""
    found = derivatives.known(key, item.line)
    return found is not None and bool(found.name) and right is not None and is_backward(right)


def _adds_up(left: Node, right: Node) -> bool:
    """Whether it is a sum that grows from sample to sample: Δ = Δ + δ aᵀ."""
    return right.kind == "sum" and any(part.kind == "name" and part.text == left.text for part in right.parts)


def _derivative(left: Node, item: Item, derivatives: Derivatives) -> Target:
    try:
        stand = derivatives.stand(left, item.line)
    except FitError:
        by = derivatives.array(left.parts[-1], item.line)
        if left.kind == "jacobian" and not is_loss(left.parts[0].text) and by is not None:
            return Target("formal", left.parts[-1].text)
        raise
    key = left.parts[-1].text
    local = left.kind == "jacobian" and not is_loss(left.parts[0].text)
    kind = "local" if local else "gradient"
    exact = tuple(derivatives.exact(stand))
    return Target(kind, key, stand, exact, not local and is_parameter(stand, key), left.kind == "jacobian")


def is_parameter(stand: Stand, key: str) -> bool:
    """Whether it is by something that is trained."""
    return bool(stand.by.name) and not is_data(stand.by.name) and not is_target_key(key)


def _delta(key: str, item: Item, derivatives: Derivatives) -> Target:
    if derivatives.named(key, item.line) is None:
        return Target("delta", key)
    stand = derivatives.delta(key)
    assert stand is not None  # noqa: S101 -- just made
    return Target("delta", key, stand, tuple(derivatives.exact(stand)))


def _moved(kind: str, by: Node, item: Item, derivatives: Derivatives) -> Target:
    found = derivatives.known(by.text, item.line)
    if found is None or derivatives.loss_of(found) is None:
        return Target("new", by.text)
    right = item.nodes[1]
    named = [part for part in right.walk() if part.kind == "jacobian"] if right is not None else []
    node = Node("jacobian", "", (named[0].parts[0], by)) if named else Node("gradient", "", (by,))
    stand = derivatives.stand(node, item.line)
    final = bool(WEIGHT.fullmatch(stand.by.name)) or is_parameter(stand, by.text)
    return Target(kind, by.text, stand, tuple(derivatives.exact(stand)), final)

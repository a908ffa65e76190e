"""Whose gradient and whose memory a step uses, before it is asked what rule it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.code_moves import Move, fitted, reached
from sheetgrad.check.code_optimizers import OWN, Rule, recognised
from sheetgrad.check.code_owners import owner
from sheetgrad.check.code_points import ratio
from sheetgrad.check.code_ruling import UpdateRuling
from sheetgrad.read.python.names import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheetgrad.check.code_claims import Claims, Update
    from sheetgrad.check.code_ruling import Judgement
    from sheetgrad.read.python.tape import Node

MOST = 12
"""Quantities that may stand for the gradient."""


def stepped(found: Claims, made: Judgement, update: Update, *, put: Mapping[int, Node] | None = None) -> Rule:
    """What the step of a weight is; `put` says what is tried in the place of a node."""
    after = update.binding.value
    if after is None:
        return OWN
    swaps = put or {}
    tape = found.session.tape
    places = reached(tape, after, put=swaps)
    own = [node for node in _gradients(made, update.parameter) if node.place in places]
    turn = 1.0 if made.scale > 0 else -1.0
    if not own:
        own, turn = _unnamed(made, update, places)
    if not own:
        return _foreign(found, made, update, places)
    wrong = _memory_of_another(found, made, update, own, swaps)
    if wrong is not None:
        return wrong
    best = OWN
    start = _move(found, made, update, own[0], swaps, turn)
    for gradient in _effective(start):
        rule = recognised(_move(found, made, update, gradient, swaps, turn))
        if rule.verdict == "true":
            return rule
        best = rule if best.verdict == "given" else best
    return best


def remembered(found: Claims, made: Judgement) -> list[UpdateRuling]:
    """The verdict on each next value of something remembered: that of the step which uses it."""
    rulings = []
    for memory in found.memories:
        value = memory.binding.value
        if value is None:
            continue
        rules = [
            moved.rule
            for moved in made.updates
            if moved.rule is not None and moved.update.binding.value and moved.update.binding.value.made_from(value)
        ]
        wrong = next((rule for rule in rules if rule.memory is memory.parameter), None)
        if wrong is not None:
            rulings.append(UpdateRuling(memory, "false", rule=wrong))
        else:
            right = bool(rules) and all(rule.verdict == "true" for rule in rules)
            rulings.append(UpdateRuling(memory, "true" if right else "given"))
    return rulings


def _move(  # noqa: PLR0917 -- what a move is made of
    found: Claims, made: Judgement, update: Update, gradient: Node, swaps: Mapping[int, Node], turn: float
) -> Move:
    tape = found.session.tape
    assert update.binding.value is not None  # noqa: S101 -- asked for by the caller
    places = reached(tape, update.binding.value, stop=(gradient.place,), put=swaps)
    memories = {place: _next(found, tape.nodes[place], places) for place in found.session.remembered if place in places}
    return Move(tape, made.points.starts[0], update, gradient, memories, dict(swaps), turn)


def _next(found: Claims, leaf: Node, places: set[int]) -> Node:
    """The value that something remembered has after this step."""
    values = [m.binding.value for m in found.memories if m.parameter is leaf and m.binding.value is not None]
    used = [value for value in values if value.place in places]
    return (used or values or [leaf])[-1]


def _gradients(made: Judgement, parameter: Node) -> list[Node]:
    """The gradients of a parameter that have a name."""
    return [
        r.claim.binding.value
        for r in made.rulings
        if r.claim.final and r.target is parameter and r.claim.binding.value is not None and not r.claim.binding.failure
    ]


def _unnamed(made: Judgement, update: Update, places: set[int]) -> tuple[list[Node], float]:
    """The first quantity on the way that is the gradient of the weight, whatever its name; -1 where it is turned."""
    tape, loss = made.points.tape, made.loss.node
    exact = made.points.slope(loss, update.parameter)
    for place in sorted(places):
        node = tape.nodes[place]
        if not node.operation or node.shape != update.parameter.shape or node is update.binding.value:
            continue
        factor = ratio(made.points.trial(node, []), exact)
        if factor is not None:
            return [node], 1.0 if factor > 0 else -1.0
    return [], 1.0


def _foreign(found: Claims, made: Judgement, update: Update, places: set[int]) -> Rule:
    """A step that uses gradients, and not that of its own weight."""
    if any(r.claim.final and r.target is update.parameter and r.verdict == "unread" for r in made.rulings):
        return OWN
    for ruling in made.rulings:
        value = ruling.claim.binding.value
        if not ruling.claim.final or value is None or value.place not in places or ruling.verdict == "unread":
            continue
        if ruling.target is None or ruling.target is update.parameter or value.shape != update.parameter.shape:
            continue
        name = plain(ruling.claim.binding.name)
        message = f"{_weight(update)} is updated with {name}, which is not its own gradient."
        return Rule("false", "", "wrong-gradient", message, _mistaken(found, made, update, places, value))
    return OWN


def _weight(update: Update) -> str:
    name = plain(update.binding.name)
    own = plain(update.parameter.name)
    return own if own and not own.startswith("number ") else name


def _mistaken(found: Claims, made: Judgement, update: Update, places: set[int], gradient: Node) -> Node | None:
    """The remembered leaf that took the wrong gradient, where it is not the step that took the wrong memory."""
    weights = [r.target for r in made.rulings if r.claim.final and r.target is not None]
    for memory in found.memories:
        value = memory.binding.value
        if value is not None and value.place in places and value.made_from(gradient):
            return memory.parameter if owner(memory.binding.name, weights) is update.parameter else None
    return None


def _memory_of_another(
    found: Claims, made: Judgement, update: Update, own: list[Node], swaps: Mapping[int, Node]
) -> Rule | None:
    """Whether the step uses a memory that goes on with the gradient of another weight."""
    tape = found.session.tape
    assert update.binding.value is not None  # noqa: S101 -- asked for by the caller
    places = reached(tape, update.binding.value, stop=[node.place for node in own], put=swaps)
    for place, key in found.session.remembered.items():
        leaf = tape.nodes[place]
        following = [m.binding.value for m in found.memories if m.parameter is leaf and m.binding.value is not None]
        if place not in places or not following or any(value.made_from(node) for value in following for node in own):
            continue
        others = [
            r for r in made.rulings if r.claim.final and r.target is not update.parameter and r.claim.binding.value
        ]
        if not any(
            value.made_from(r.claim.binding.value) for value in following for r in others if r.claim.binding.value
        ):
            continue
        message = f"{plain(key)} is remembered for another weight than {_weight(update)}."
        return Rule("false", "", "wrong-gradient", message, at=_took(found, update, places, leaf))
    return None


def _took(found: Claims, update: Update, places: set[int], leaf: Node) -> Node | None:
    """The first line on the way that took the memory of another weight; None where that is the step itself."""
    key = found.session.remembered[leaf.place]
    for binding in found.session.bindings:
        value = binding.value
        if value is not None and value.place in places and value.made_from(leaf) and binding.name != key:
            return value if value is not leaf and value is not update.binding.value else None
    return None


def _effective(move: Move) -> Iterator[Node]:
    """The gradient, and what is made of it before it is used: with weight decay, or clipped."""
    yield move.gradient
    tape, after, gradient, swaps = move.tape, move.after, move.gradient, move.put
    places = reached(tape, after, stop=(gradient.place,), put=swaps)
    tried = 0
    for place in sorted(places):
        node = tape.nodes[place]
        usable = node.operation and node is not after and node.shape == gradient.shape and node.made_from(gradient)
        if not usable or any(node.made_from(tape.nodes[memory]) for memory in move.memories):
            continue
        if gradient.place in reached(tape, after, stop=(place,), put=swaps):
            continue
        tried += 1
        if tried > MOST:
            return
        if _is_gradient(move, node):
            yield node


def _is_gradient(move: Move, node: Node) -> bool:
    """Whether it is the gradient plus some of the weight, or the gradient made smaller."""
    given, changed = move.values(move.gradient), move.values(node) * move.turn
    found = fitted([given, move.values(move.weight)], changed)
    if found is not None:
        return found[0] > 0 and found[1] > 0
    return bool((given * changed >= 0).all() and (abs(changed) <= abs(given) * 1.000001).all())

"""What a program claims: which of its names are gradients of what, and what its loss is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetgrad.check.code_points import ratio
from sheetgrad.read.python.leaves import is_target
from sheetgrad.read.python.names import LOSS, PREACTIVATION, claim, plain, short
from sheetgrad.read.python.shapes import is_data
from sheetgrad.read.python.tape import Node

if TYPE_CHECKING:
    from sheetgrad.read.python.names import Claim
    from sheetgrad.read.python.session import Session
    from sheetgrad.read.python.values import Binding


@dataclass(slots=True, eq=False)
class Gradient:
    """One name that claims to be a derivative."""

    binding: Binding
    said: Claim
    targets: list[Node]
    """What it may be the derivative by, the likeliest first."""
    top: Node | None = None
    """What it is the derivative of, where that is not the loss."""
    final: bool = False
    """Whether it is by a parameter."""


@dataclass(slots=True, eq=False)
class Update:
    """A parameter that is given its next value."""

    binding: Binding
    parameter: Node


@dataclass(slots=True)
class Claims:
    """Everything in a program that can be judged."""

    session: Session
    forward: list[Binding] = field(default_factory=list)
    gradients: list[Gradient] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    memories: list[Update] = field(default_factory=list)
    """The next values of what an optimizer remembers."""
    broken: list[Update] = field(default_factory=list)
    """Lines that cannot be worked out, and the weight that they are needed for."""
    partial: list[Binding] = field(default_factory=list)
    """Gradients that are not finished on that line."""
    losses: list[Binding] = field(default_factory=list)
    """What may be the loss, the likeliest first."""


def claims_of(session: Session) -> Claims:
    """Sort what happened into forward equations, gradients and updates."""
    found = Claims(session)
    said = [(binding, claim(binding.name)) for binding in session.bindings]
    candidates = [(binding, what) for binding, what in said if what is not None]
    named = {binding.value.place for binding, what in said if what is None and binding.value is not None}
    later = _bits([binding for binding, _ in candidates if binding.value is None or binding.value.place not in named])
    plainly = [binding for binding, what in said if what is None and binding.value is not None]
    found.forward = [b for b in plainly if b.value is not None and not b.value.uses & later]
    found.forward = [b for b in found.forward if b.value is None or b.value.place not in session.remembered]
    found.losses = _losses(found.forward)
    found.updates = _updates(session, plainly, later)
    found.memories = _memories(session, plainly)
    failed = [b for b, what in said if what is None and (b.value is None or (_misshapen(b) and b.value.uses & later))]
    failed = [b for b in failed if b.value is None or b.before is None or b.before.place not in session.remembered]
    found.broken = _broken(session, failed)
    seen: set[tuple[int, str]] = set()
    for place, (binding, what) in enumerate(candidates):
        known = (binding.value.place if binding.value else -place, plain(binding.name))
        if known in seen:
            continue
        seen.add(known)
        if _unfinished(binding, [other for other, _ in candidates[place + 1 :]]):
            found.partial.append(binding)
            continue
        gradient = _gradient(found, binding, what)
        if gradient is not None:
            found.gradients.append(gradient)
    return found


def _bits(bindings: list[Binding]) -> int:
    """The places of all that depends on a target through a name that claims to be a gradient."""
    bits = 0
    for binding in bindings:
        if binding.value is not None and not binding.value.name and binding.value.operation:
            bits |= 1 << binding.value.place
    return bits


def _losses(forward: list[Binding]) -> list[Binding]:
    named = [
        binding
        for binding in forward
        if LOSS.fullmatch(re.sub(r"\(\)$", "", plain(binding.name))) and binding.value is not None
        if binding.value.operation not in {"subtract", "", "item", "absolute"} and binding.value.value.dtype.kind == "f"
    ]
    return sorted(
        named,
        key=lambda b: (b.value.value.size == 1, b.value.uses.bit_count()) if b.value else (False, 0),
        reverse=True,
    )


def _updates(session: Session, bindings: list[Binding], later: int) -> list[Update]:
    """The first new value of each parameter."""
    made: list[Update] = []
    seen: set[int] = set()
    for binding in bindings:
        before, value = binding.before, binding.value
        if before is None or value is None or before is value or not before.name or before.place in seen:
            continue
        if before.place in session.remembered:
            continue
        targets = any(value.made_from(leaf) and is_target(leaf.name) for leaf in session.tape.leaves.values())
        if value.made_from(before) and (value.uses & later or targets) and before.shape == value.shape:
            seen.add(before.place)
            made.append(Update(binding, before))
    return made


def _memories(session: Session, bindings: list[Binding]) -> list[Update]:
    """Every value that something remembered is given after its start."""
    leaves = {key: session.tape.nodes[place] for place, key in session.remembered.items()}
    made = []
    for binding in bindings:
        before = binding.before if binding.before and binding.before.place in session.remembered else None
        start = before or leaves.get(binding.name)
        if start is not None and binding.value is not None and binding.value.place not in session.remembered:
            made.append(Update(binding, start))
    return made


def _broken(session: Session, bindings: list[Binding]) -> list[Update]:
    """Steps without a value, and what they remember; a step is not followed where an earlier line broke."""
    lines = {f"not followed: line {b.statement.line} has no value": b for b in bindings if not _unfollowed(b)}
    leaves = {key: session.tape.nodes[place] for place, key in session.remembered.items()}
    made: list[Update] = []
    for binding in bindings:
        start = leaves.get(binding.name) or binding.before
        if start is None or not start.name or is_data(start.name) or is_target(start.name):
            continue
        made.append(Update(lines.get(binding.failure, binding), start))
    return list({id(update.binding): update for update in reversed(made)}.values())[::-1]


def _misshapen(binding: Binding) -> bool:
    """Whether a name is given as many numbers as it did not have."""
    before, value = binding.before, binding.value
    if before is None or value is None or not before.name or not value.made_from(before):
        return False
    return [size for size in before.shape if size > 1] != [size for size in value.shape if size > 1]


def _unfollowed(binding: Binding) -> bool:
    return (not binding.failure and binding.value is None) or binding.failure.startswith("not followed")


def _unfinished(binding: Binding, rest: list[Binding]) -> bool:
    """Whether the same name is completed further down before anything else uses it."""
    node = binding.value
    if node is None:
        return False
    if not node.operation and not node.name and not binding.failure:
        return True
    for other in rest:
        if other.value is None:
            continue
        same = other.name == binding.name and other.scope == binding.scope
        if same and other.value.made_from(node):
            return True
        if same or other.value.made_from(node):
            return False
    return False


def _gradient(found: Claims, binding: Binding, said: Claim | None) -> Gradient | None:
    if said is None:
        return None
    if said.kind == "ratio":
        return _ratio(found, binding, said)
    targets = by_name(found, binding, said.base)
    if said.kind == "delta":
        targets = _hinted(found, binding, said.base)
        return Gradient(binding, said, targets)
    if not targets:
        members = _members(found, said.base)
        if members:
            return Gradient(binding, said._replace(kind="delta"), members)
        targets = _linked(found, binding)
    if not targets and short(binding.name):
        if binding.failure and not binding.failure.startswith("not followed"):
            return Gradient(binding, said._replace(kind="delta"), [])
        if binding.value is None or not re.fullmatch(
            r"[zahousn]\w*\d+|out\w*|logits?|scores?|pre\w*|act\w*|net\w*|lin\w*|z|a|h\w*|o\w*",
            said.base,
            re.IGNORECASE,
        ):
            return None
        return Gradient(binding, said._replace(kind="delta"), [])
    if not targets:
        return Gradient(binding, said._replace(kind="delta"), []) if "[" in binding.name else None
    final = bool(targets[0].name) and not is_data(targets[0].name) and not is_target(targets[0].name)
    return Gradient(binding, said, targets, final=final)


def _ratio(found: Claims, binding: Binding, said: Claim) -> Gradient | None:
    tops, bases = by_name(found, binding, said.top), by_name(found, binding, said.base)
    if not tops or not bases:
        return None
    return Gradient(binding, said, bases, top=tops[0])


def by_name(found: Claims, binding: Binding, name: str) -> list[Node]:
    """The quantities of that name, the likeliest first: the same scope, then the latest."""
    moment = binding.moment
    for same in (str, str.lower):
        wanted = same(plain(name))
        held = [
            b for b in found.forward if same(plain(b.name)) == wanted and b.moment <= moment and b.value is not None
        ]
        held.sort(key=lambda b: (b.owner is binding.owner, b.scope == binding.scope, b.moment), reverse=True)
        nodes = [b.value for b in held if b.value is not None]
        nodes += [leaf for leaf in found.session.tape.leaves.values() if same(plain(leaf.name)) == wanted]
        if nodes:
            return list(dict.fromkeys(nodes))
    return _member(found, binding, name)


def _members(found: Claims, base: str) -> list[Node]:
    """Every member of a list: `h[0]`, `h[1]` for h, as they are gone through."""
    name = re.compile(rf"{re.escape(plain(base))}\[-?\d+\]")
    return [
        b.value for b in found.forward if b.value is not None and not b.value.name and name.fullmatch(plain(b.name))
    ]


def _member(found: Claims, binding: Binding, name: str) -> list[Node]:
    """The parameter at the same place of a list whose name begins alike: `weights[1]` for w[1]."""
    index = re.fullmatch(r"([A-Za-z])\w*(\[\d+\])", plain(name))
    if index is None or binding.value is None:
        return []
    held = binding.names.get(plain(name).removesuffix(index[2]))
    place = int(index[2][1:-1])
    if isinstance(held, list) and place < len(held):
        part = getattr(held[place], "node", held[place])
        if isinstance(part, Node):
            return [part]
    leaves = [leaf for leaf in found.session.tape.leaves.values() if plain(leaf.name).endswith(index[2])]
    return [leaf for leaf in leaves if plain(leaf.name)[:1].lower() == index[1].lower()]


def _hinted(found: Claims, binding: Binding, hint: str) -> list[Node]:
    """What a delta may belong to: what is before the activation comes first."""
    exact = by_name(found, binding, hint) if hint else []
    ending = [b for b in found.forward if hint and plain(b.name).lower().endswith(hint.lower()) and b.value is not None]
    ending.sort(key=lambda b: bool(PREACTIVATION.fullmatch(plain(b.name))), reverse=True)
    return list(dict.fromkeys([*exact, *(b.value for b in ending if b.value is not None)]))


def _linked(found: Claims, binding: Binding) -> list[Node]:
    """The parameter that is updated with it."""
    node = binding.value
    if node is None:
        return []
    updated = [
        update.parameter
        for update in found.updates
        if update.binding.value is not None
        and update.binding.value.made_from(node)
        and update.parameter.value.size == node.value.size
        and ratio([update.binding.value.value - update.parameter.value], [node.value]) is not None
    ]
    return updated if len(updated) == 1 else []

"""Which quantity of one network is which of another: by wiring, with names to tell twins apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.points import Points, UnknownNameError
from sheetgrad.read.lexer import key_of
from sheetgrad.read.names import canonical, slipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sheetgrad.check.points import Values
    from sheetgrad.check.together.facts import Facts
    from sheetgrad.check.together.wiring import Neuron, Wiring
    from sheetgrad.expr import Expr

MOST_UNLIKE = 2
"""At least one in so many start values that both give must agree where names do not decide."""


class Side(NamedTuple):
    """What one file says, and how its network is wired."""

    facts: Facts
    wiring: Wiring


class Match(NamedTuple):
    """Leaves of the left network to those of the right."""

    leaves: dict[str, str]
    neurons: dict[str, str]
    by_name: bool
    """Whether the names of weights decided; else that of neurons and inputs, or their order."""


def plain(facts: Facts, key: str) -> str:
    """What the network of the class calls a quantity, or its own name without marks where that has none for it."""
    own = facts.names.get(key, key)
    for name in (own,) if facts.sheet else (key, own):  # the key of a column is its letter
        found = canonical(key_of(name)) or slipped(key_of(name))
        if found:
            return found
    return key_of(own)


def matched(left: Side, right: Side) -> Match | None:
    """The one way in which two networks of the same size lie on each other; None where that is not sure."""
    if left.wiring.sizes != right.wiring.sizes:
        return None
    for rule in (_weights_by_name, _neurons_by_name, _in_order):
        pairs = rule(left, right)
        found = None if pairs is None else _laid(left, right, *pairs)
        if found is not None:
            made = Match(found, pairs[1] if pairs else {}, rule is _weights_by_name)
            return made if made.by_name or _agrees(left.facts, right.facts, found) else None
    return None


# --- candidates: inputs, and neurons ----------------------------------------------------------------


def _weights_by_name(left: Side, right: Side) -> tuple[dict[str, str], dict[str, str]] | None:
    """Neurons and inputs as the names of their weights say."""
    named = _unique(plain(right.facts, key) for key in right.facts.parameters)
    other = {plain(right.facts, key): key for key in right.facts.parameters if plain(right.facts, key) in named}
    partner = {key: other[name] for key in left.facts.parameters if (name := plain(left.facts, key)) in other}
    inputs: dict[str, str] = {}
    neurons: dict[str, str] = {}
    wires = [(w, n, source) for n in right.wiring.neurons.values() for source, w in n.weights.items()]
    owner = {weight: (neuron, source) for weight, neuron, source in wires}
    if len(owner) < len(wires):  # a weight in two places says nothing of either
        return None
    for neuron in left.wiring.neurons.values():
        for source, weight in neuron.weights.items():
            if partner.get(weight) not in owner:
                return None
            twin, there = owner[partner[weight]]
            if neurons.setdefault(neuron.key, twin.key) != twin.key:
                return None
            if source not in left.wiring.neurons and inputs.setdefault(source, there) != there:
                return None
    return inputs, neurons


def _neurons_by_name(left: Side, right: Side) -> tuple[dict[str, str], dict[str, str]] | None:
    """Neurons and inputs by their own names: h1 or a_h1, o1 or a_o1, i1."""
    inputs = _same(
        left, right, list(left.wiring.inputs), list(right.wiring.inputs), lambda side, key: _called(side, [key])
    )
    neurons = _same(
        left,
        right,
        list(left.wiring.neurons),
        list(right.wiring.neurons),
        lambda side, key: _called(side, [key, *side.wiring.neurons[key].names]),
    )
    return None if inputs is None or neurons is None else (inputs, neurons)


def _called(side: Side, keys: list[str]) -> str:
    names = {plain(side.facts, key).removeprefix("a_") for key in keys if "#" not in key}
    return names.pop() if len(names) == 1 else ""


def _same(
    left: Side, right: Side, here: list[str], there: list[str], name: Callable[[Side, str], str]
) -> dict[str, str] | None:
    ours, theirs = {name(left, key): key for key in here}, {name(right, key): key for key in there}
    if "" in ours or ours.keys() != theirs.keys() or len(ours) != len(here) or len(theirs) != len(there):
        return None
    return {key: theirs[called] for called, key in ours.items()}


def _in_order(left: Side, right: Side) -> tuple[dict[str, str], dict[str, str]] | None:
    """The first with the first, where all are numbered in the order in which they stand."""
    if not (_counts(left) and _counts(right)):
        return None
    neurons = {
        a: b
        for ours, theirs in zip(left.wiring.layers, right.wiring.layers, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    }
    return dict(zip(left.wiring.inputs, right.wiring.inputs, strict=True)), neurons


def _counts(side: Side) -> bool:
    """Whether the numbers in the names of inputs and of each layer's neurons grow; columns without heads, by place."""
    for keys in (side.wiring.inputs, *side.wiring.layers):
        numbers = [_number(side.facts.names.get(key, key)) for key in keys]
        if side.facts.sheet and all(number is None for number in numbers) and all(key.isalpha() for key in keys):
            numbers = [(len(key), *map(ord, key)) for key in keys]
        known = [number for number in numbers if number is not None]
        if len(keys) > 1 and (known != sorted(set(known)) or len(known) < len(keys)):
            return False
    return True


def _number(name: str) -> tuple[int, ...] | None:
    return tuple(map(int, re.findall(r"\d+", name))) or None


def _unique(names: Iterator[str]) -> set[str]:
    seen = list(names)
    return {name for name in seen if name and seen.count(name) == 1}


# --- laying one on the other ------------------------------------------------------------------------


def _laid(left: Side, right: Side, inputs: dict[str, str], neurons: dict[str, str]) -> dict[str, str] | None:
    """The leaves that fall on each other; None where the wires do not."""
    found = {key: other for key, other in inputs.items() if not key.startswith("#") and not other.startswith("#")}
    places = {**inputs, **neurons}
    if len(set(places.values())) != len(places):
        return None
    for key, other in neurons.items():
        pairs = _wires(left.wiring.neurons[key], right.wiring.neurons[other], places)
        if pairs is None:
            return None
        for a, b in pairs:
            if found.setdefault(a, b) != b:
                return None
    for key, target in left.wiring.targets.items():
        if (there := right.wiring.targets.get(neurons.get(key, ""))) is not None:
            found[target] = there
    return found if len(set(found.values())) == len(found) else None


def _wires(here: Neuron, there: Neuron, places: Mapping[str, str]) -> list[tuple[str, str]] | None:
    if {places.get(source) for source in here.weights} != set(there.weights) or here.depth != there.depth:
        return None
    pairs = [(weight, there.weights[places[source]]) for source, weight in here.weights.items()]
    return [*pairs, (here.bias, there.bias)] if here.bias and there.bias else pairs


def _agrees(left: Facts, right: Facts, leaves: Mapping[str, str]) -> bool:
    """Whether the start values that both give do not speak against it."""
    both = [(left.given[a], right.given[b]) for a, b in leaves.items() if a in left.given and b in right.given]
    alike = sum(any(abs(x.value - y.value) <= x.slack + y.slack for x in a for y in b) for a, b in both)
    return alike * MOST_UNLIKE >= len(both)


# --- the same numbers on both sides -----------------------------------------------------------------


class Laid:
    """Two networks at the same points, drawn at random."""

    def __init__(self, left: Facts, right: Facts, match: Match) -> None:
        """Give the leaves of the right the values of those of the left."""
        self.left = Points(left.definitions, _leaves(left))
        self.right = Points(right.definitions, _leaves(right))
        for key, other in match.leaves.items():
            self.right.put(other, self.left.values[key])
        self.right._tangents.clear()  # noqa: SLF001 -- its own values have just been changed
        for key in right.definitions:
            self.right.values[key] = self.right.value(self.right.definitions[key])

    def ratio(self, here: Expr, there: Expr) -> float | None:
        """What the right expression is times the left one; None where that is not one number, or not known."""
        try:
            a, b = self.left.value(here), self.right.value(there)
        except UnknownNameError:
            return None
        return _constant(b, a)


def _constant(above: Values, below: Values) -> float | None:
    import numpy as np

    good = np.isfinite(above) & np.isfinite(below)
    if good.sum() * 2 < len(above):
        return None
    above, below = above[good], below[good]
    alive = below != 0
    if not alive.any() or (above[~alive] != 0).any():
        return None
    ratio = above[alive] / below[alive]
    return float(ratio[0]) if (abs(ratio - ratio[0]) <= 1e-9 * abs(ratio[0])).all() else None


def _leaves(facts: Facts) -> list[str]:
    from sheetgrad.expr import references

    used = [use.symbol.name for value in facts.definitions.values() for use in references(value)]
    values = [g.value for g in facts.gradients.values() if g.value is not None]
    used += [use.symbol.name for value in values for use in references(value)]
    return [name for name in dict.fromkeys(used) if name not in facts.definitions]


__all__ = ["Laid", "Match", "Side", "matched", "plain"]

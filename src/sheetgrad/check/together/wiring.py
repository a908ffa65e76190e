"""How a network is wired, found in its equations: neurons, what they take in with which weight, and their functions.

Names play no part here, so that networks of different files can be laid on each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sheetgrad.check.book.recovered import recognised_function
from sheetgrad.check.together.sums import Sums
from sheetgrad.expr import Call, Expr, Ref, Symbol, references, substitute, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNKNOWN = ""
"""The activation of a neuron whose function is none that is known."""


@dataclass(slots=True)
class Neuron:
    """One weighted sum and the function applied to it."""

    key: str
    """The symbol of the sum."""
    weights: dict[str, str]
    """The weight by what it multiplies: the key of a neuron, or of an input."""
    bias: str = ""
    activation: str | None = None
    """The name of its function, `UNKNOWN` where it has another; None where nothing is applied that is read."""
    names: list[str] = field(default_factory=list)
    """Keys that stand for the sum or for the function of it."""
    output: str = ""
    """The key that others use."""
    depth: int = 0


@dataclass
class Wiring:
    """All neurons of a network, layer by layer."""

    neurons: dict[str, Neuron]
    targets: dict[str, str]
    """The target of each output neuron, where one was found."""

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """What comes from outside, in the order in which it is used."""
        return tuple(dict.fromkeys(s for n in self.neurons.values() for s in n.weights if s not in self.neurons))

    @cached_property
    def layers(self) -> tuple[tuple[str, ...], ...]:
        """The neurons of each depth, in order."""
        depths = sorted({neuron.depth for neuron in self.neurons.values()})
        return tuple(tuple(key for key, n in self.neurons.items() if n.depth == depth) for depth in depths)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many inputs, and how many neurons in each layer."""
        return len(self.inputs), *map(len, self.layers)

    @property
    def is_layered(self) -> bool:
        """Whether every neuron takes in the whole layer below and nothing else."""
        below = set(self.inputs)
        for layer in self.layers:
            if any(set(self.neurons[key].weights) != below for key in layer):
                return False
            below = set(layer)
        return True


def wired(definitions: Mapping[str, Expr], loss: str, parameters: Iterable[str]) -> Wiring | None:
    """The wiring of the part of a network that flows into its loss; None where its sums are not read.

    >>> w, x, b, t, h, y = (Ref(Symbol(name)) for name in "wxbthy")
    >>> found = wired({"h": w * x + b, "y": Call("tanh", (h,)), "E": (t - y) ** 2}, "E", ["w", "b"])
    >>> found.sizes, found.neurons["h"].activation, found.neurons["h"].bias, found.targets
    ((1, 1), 'tanh', 'b', {'h': 't'})
    """
    reader = _Reader(definitions, frozenset(parameters))
    used = _above(definitions, loss)
    for key in definitions:
        if key in used:
            reader.define(key)
    neurons = reader.neurons_used(loss)
    if not neurons or not reader.read.is_read:
        return None
    found = Wiring(neurons, {})
    if not _deepen(found):
        return None
    taken = {weight for n in neurons.values() for weight in (*n.weights.values(), n.bias) if weight}
    if {name for key in used if key in definitions for name in _names(definitions[key])} & reader.parameters - taken:
        return None  # a weight is used in another way
    found.targets = reader.targets(found)
    for key in found.targets:
        if found.neurons[key].activation is None:
            found.neurons[key].activation = "identity"
    return found


def _names(node: Expr) -> set[str]:
    return {use.symbol.name for use in references(node)}


def _above(definitions: Mapping[str, Expr], loss: str) -> set[str]:
    found, waiting = {loss}, [loss]
    while waiting:
        for name in _names(definitions[waiting.pop()]) - found:
            found.add(name)
            if name in definitions:
                waiting.append(name)
    return found


def _deepen(found: Wiring) -> bool:
    """Give each neuron its depth: inputs, then layer after layer."""
    left = dict(found.neurons)
    while left:
        ready = [key for key, neuron in left.items() if not (neuron.weights.keys() & left.keys()) - {key}]
        if not ready:
            return False
        for key in ready:
            below = [found.neurons[s].depth for s in left[key].weights if s in found.neurons]
            found.neurons[key].depth = 1 + max(below, default=0)
        for key in ready:
            del left[key]
    found.neurons = dict(sorted(found.neurons.items(), key=lambda pair: pair[1].depth))
    return True


class _Reader:
    """Reads one definition after the other."""

    def __init__(self, definitions: Mapping[str, Expr], parameters: frozenset[str]) -> None:
        self.definitions, self.parameters = definitions, parameters
        self.read = Sums(definitions, parameters)
        self.sums, self.functions = self.read.sums, self.read.functions
        self.rest: dict[str, Expr] = {}
        """All other definitions, with their sums and functions in place."""

    def define(self, key: str) -> None:
        """Take in the next definition."""
        value = self.definitions[key]
        whole = self.read.affine(value)
        if whole is not None and whole.factor == 1.0:
            self.sums[key] = whole
            return
        value = self.read.within(value, key)
        used = _names(value)
        if len(used) == 1:
            (name,) = used
            if name in self.sums:
                self.functions[key] = (name, value)
                return
            if name in self.functions:
                below, inner = self.functions[name]
                self.functions[key] = (below, substitute(value, {Ref(Symbol(name)): inner}, tidy=False))
                return
        self.rest[key] = value

    # --- neurons -------------------------------------------------------------------------------

    def neurons_used(self, loss: str) -> dict[str, Neuron]:
        """The sums that something other than a sum of sums is made from."""
        outside = {
            name for key, value in self.rest.items() if key == loss or key in self.rest for name in _names(value)
        }
        sources = {source for one in self.sums.values() for source in one.weights}
        applied = {name for name, _ in self.functions.values()}
        kept = [key for key in self.sums if key in applied or key in sources or key in outside]
        found = {key: Neuron(key, dict(self.sums[key].weights), self.sums[key].bias, names=[key]) for key in kept}
        for key, (below, value) in self.functions.items():
            neuron = found[below]
            neuron.names.append(key)
            if key in outside or key in self.read.multiplied or not neuron.output:
                neuron.output = key
                named = recognised_function(value)
                neuron.activation = named.function if isinstance(named, Call) and _is_plain(named) else UNKNOWN
        for neuron in found.values():
            if not neuron.output:
                neuron.output = neuron.key
                neuron.activation = "identity" if neuron.key in sources else None
        return found

    def targets(self, found: Wiring) -> dict[str, str]:
        """For each output neuron the given quantity that it meets first."""
        sources = {source for n in found.neurons.values() for source in n.weights}
        outputs = {n.output: key for key, n in found.neurons.items() if key not in sources}
        beside: dict[str, set[str]] = {}
        for part in (part for value in self.rest.values() for part in walk(value)):
            used = _names(part)
            met = used & outputs.keys()
            given = {name for name in used if name not in self.definitions and "#" not in name} - self.parameters
            if len(met) == len(given) == 1:
                beside.setdefault(outputs[met.pop()], set()).update(given)
        return {key: given.pop() for key, given in beside.items() if len(given) == 1}


def _is_plain(node: Call) -> bool:
    return all(isinstance(argument, Ref) for argument in node.arguments)

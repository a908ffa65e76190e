"""One step of an optimizer as a function of a weight, its gradient and what is remembered, at numbers drawn for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.read.python.tape import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from sheetgrad.check.code_claims import Update
    from sheetgrad.read.python.tape import Known, Tape

    Values: TypeAlias = NDArray[Any]

DRAWS = 8
CLOSE = 1e-7
TIMES = (2.3, 3.7, 5.2)
"""Numbers of steps that are tried, where the rule depends on them."""


@dataclass(slots=True)
class Move:
    """The new value of one weight, made from `gradient`, the weight itself and what is remembered."""

    tape: Tape
    start: Known
    """Values for everything that is drawn nowhere else."""
    update: Update
    gradient: Node
    memories: Mapping[int, Node]
    """For each remembered leaf that matters here: its next value."""
    put: Mapping[int, Node] = field(default_factory=dict)
    """What is tried in the place of a node."""
    turn: float = 1.0
    """-1 where what the code calls a gradient points downhill."""
    positive: bool = False
    """Whether gradients are drawn positive: for roots of what should have been squares."""
    time: float = TIMES[0]

    @property
    def weight(self) -> Node:
        """The weight before the step."""
        return self.update.parameter

    @property
    def after(self) -> Node:
        """The weight after the step."""
        value = self.update.binding.value
        assert value is not None  # noqa: S101 -- an update without one is not listed
        return value

    def values(self, node: Node) -> Values:
        """Its entries at every draw, one after the other, each as large as the weight."""
        import numpy as np

        made = [np.ravel(np.broadcast_to(self._value(node, seed), self.weight.shape)) for seed in range(DRAWS)]
        return np.concatenate(made) * (self.turn if node is self.gradient else 1.0)

    def step(self) -> Values:
        """How far the weight goes."""
        return self.values(self.after) - self.values(self.weight)

    def _value(self, node: Node, seed: int) -> Values:
        known = self._drawn(seed)
        for place, other in self.put.items():
            if place not in known:
                known[place] = self.tape.value(other, dict(known))
        return self.tape.value(node, known)

    def _drawn(self, seed: int) -> Known:
        import numpy as np

        draw = np.random.default_rng([seed, 11])
        known = dict(self.start)
        for node in (self.weight, self.gradient):
            sign = self.turn if self.positive and node is self.gradient else draw.choice([-1.0, 1.0], node.shape)
            known[node.place] = np.asarray(draw.uniform(0.3, 1.3, node.shape) * sign)
        for place in sorted(self.memories):
            known[place] = np.asarray(draw.uniform(0.3, 1.3, self.tape.nodes[place].shape))
        for place, leaf in self.tape.leaves.items():
            if leaf.name.startswith("count "):
                known[place] = np.asarray(self.time)
        return known


def finite(values: Values) -> bool:
    """Whether every entry is a number."""
    import numpy as np

    return bool(np.isfinite(values).all())


def fitted(columns: Sequence[Values], wanted: Values) -> list[float] | None:
    """The numbers with which the columns add up to what is wanted, everywhere; None where there are none."""
    import numpy as np

    table = np.stack(columns, axis=1)
    if not (finite(table) and finite(wanted)):
        return None
    found, _, rank, _ = np.linalg.lstsq(table, wanted, rcond=None)
    largest = float(np.abs(wanted).max())
    if rank < len(columns) or float(np.abs(table @ found - wanted).max()) > CLOSE * largest:
        return None
    return [0.0 if abs(number) < CLOSE * largest else float(number) for number in found]


def reached(tape: Tape, node: Node, *, stop: Iterable[int] = (), put: Mapping[int, Node] | None = None) -> set[int]:
    """The places of everything that a node is made from, not going through `stop`."""
    stops, swaps = set(stop), put or {}
    seen: set[int] = set()
    open_nodes = [node]
    while open_nodes:
        current = open_nodes.pop()
        if current.place in seen:
            continue
        seen.add(current.place)
        if current.place in stops:
            continue
        swapped = swaps.get(current.place)
        if swapped is not None:
            open_nodes.append(swapped)
            continue
        open_nodes.extend(_arguments(current))
    del tape
    return seen


def _arguments(node: Node) -> list[Node]:
    made: list[Node] = []
    parts: list[Any] = [*node.arguments, *node.options.values()]
    while parts:
        part = parts.pop()
        if isinstance(part, Node):
            made.append(part)
        elif isinstance(part, tuple | list):
            parts.extend(part)
    return made

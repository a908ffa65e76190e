"""Where every quantity of a program stands in the one array of numbers that the page computes with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.emit.python import scalars
from sheetgrad.expr import Next, Partial, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.expr import Quantity
    from sheetgrad.program import Program


@dataclass(frozen=True)
class Places:
    """An unrolled program with a number for each of its quantities."""

    program: Program
    groups: Mapping[str, range]
    """The numbers of each kind of quantity."""
    order: tuple[Quantity, ...]
    at: Mapping[Quantity, int]

    @classmethod
    def of(cls, program: Program) -> Places:
        """What is given comes first, then everything in the order in which it is computed."""
        model = program.model
        groups: dict[str, Iterable[Quantity]] = {
            "inputs": scalars(model.inputs),
            "targets": scalars(model.targets),
            "constants": scalars(model.constants),
            "parameters": scalars(model.parameters),
            "states": scalars(program.states),
            "settings": scalars(program.settings),
            "forward": [equation.target for equation in program.forward],
            "backward": [equation.target for equation in program.backward],
            "updates": [equation.target for equation in program.updates],
        }
        order: list[Quantity] = []
        ranges = {}
        for name, quantities in groups.items():
            begin = len(order)
            order += quantities
            ranges[name] = range(begin, len(order))
        return cls(program, ranges, tuple(order), {quantity: place for place, quantity in enumerate(order)})

    def source(self, quantity: Quantity) -> str:
        """Where it stands, in JavaScript."""
        return f"v[{self.at[quantity]}]"

    def within(self, name: str) -> tuple[Quantity, ...]:
        """The quantities of one kind."""
        numbers = self.groups[name]
        return self.order[numbers.start : numbers.stop]

    @property
    def gradients(self) -> list[int]:
        """For every parameter, the place of its gradient."""
        uses = [use for use in self.within("parameters") if isinstance(use, Ref)]
        return [self.at[Partial(self.program.loss, use)] for use in uses]

    @property
    def following(self) -> list[int]:
        """For every parameter and state, the place of its next value (-1: it stays)."""
        uses = [use for use in (*self.within("parameters"), *self.within("states")) if isinstance(use, Ref)]
        return [self.at.get(Next(use), -1) for use in uses]

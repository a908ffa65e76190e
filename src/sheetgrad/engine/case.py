"""What verification looks at: the gradients of one Program at the starting parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sheetgrad.derive import program as differentiated
from sheetgrad.engine.choose import choose
from sheetgrad.engine.kinks import with_kinks
from sheetgrad.engine.task import Chunk, Numbers, Task, count, flat, members_of, numbers_for, spread
from sheetgrad.expr import Partial, Ref
from sheetgrad.notation import Notation
from sheetgrad.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.engine.task import State
    from sheetgrad.expr import Quantity
    from sheetgrad.setup import Setup

MOST_SAMPLES = 512
"""More samples say nothing new about the equations."""
MOST_PRODUCTS = 10_000_000
"""Parameters times samples, about a hundredth of a second for each time the loss is computed."""
MANY = 1_000
"""Parameters from which on a list is slower than an array."""


@dataclass(frozen=True)
class Case:
    """A Program of the whole batch, its numbers, and the flat parameters it starts from."""

    setup: Setup
    program: Program
    samples: int

    @classmethod
    def of(cls, setup: Setup, program: Program | None = None) -> Case:
        """The setup's own Program unless another is to be verified in its place."""
        parameters = sum(count(symbol.whole) for symbol in setup.model.parameters)
        samples = min(setup.sample_count, MOST_SAMPLES, max(1, MOST_PRODUCTS // max(1, parameters)))
        return cls(setup, program or differentiated(setup.model.batched(samples, setup.reduction)), samples)

    @cached_property
    def numbers(self) -> Numbers:
        """Data and constants under the symbols of the Program."""
        return numbers_for(self.setup, self.program)

    @cached_property
    def parameters(self) -> list[float]:
        """Where the parameters start, in flat order."""
        return [number for symbol in self.program.model.parameters for number in flat(self.setup.values[symbol])]

    def movable(self) -> State:
        """A copy of the parameters whose places can be changed one by one; an array where there are many."""
        if len(self.parameters) < MANY:
            return [*self.parameters]
        import numpy as np

        return np.array(self.parameters)

    @cached_property
    def members(self) -> list[Quantity]:
        """The parameter at every place of the flat order."""
        return members_of(self.program.model.parameters)

    @cached_property
    def names(self) -> Callable[[Quantity], str]:
        """Plain names."""
        return Notation(self.program, self.setup.notation).plain

    @cached_property
    def gradient(self) -> list[float]:
        """∂loss/∂(every parameter) by the Program's own equations; 0 where it has none."""
        targets = [equation.target for equation in self.program.backward]
        wanted = tuple(target for target in targets if isinstance(target, Partial) and self._is_parameter(target))
        values = self.observer(self.program, wanted)(self.parameters) if wanted else []
        places = {member: place for place, member in enumerate(self.members)}
        found = [0.0] * len(self.members)
        members = (member for quantity in wanted for member in spread(quantity))
        for member, value in zip(members, values, strict=True):
            assert isinstance(member, Partial)  # noqa: S101 -- the members of a gradient are gradients
            found[places[member.wrt]] = value
        return found

    def _is_parameter(self, target: Partial) -> bool:
        return target.of is self.program.loss and target.wrt.symbol in self.program.model.parameters

    @cached_property
    def loss(self) -> Callable[[State], list[float]]:
        """The loss, and after it the distance of every argument from a kink, as a function of the parameters."""
        model, kinks = with_kinks(self.program.model)
        return self.observer(Program(model, ()), (self.program.loss, *kinks))

    @cached_property
    def on_kink(self) -> bool:
        """Whether some function with a kink stands exactly on it."""
        return 0.0 in self.loss(self.parameters)[1:]

    def observer(self, program: Program, keep: tuple[Quantity, ...]) -> Callable[[State], list[float]]:
        """Quantities as a function of the parameters."""
        still = Program(program.model, program.backward)
        task = Task(still, self.numbers, self.names, keep, update=False)
        runner = choose(still, 1).made(task)
        batch = tuple(range(self.samples))

        def values(parameters: State) -> list[float]:
            kept = bytearray(8 * task.width)
            runner(Chunk([batch], parameters, 0.0), kept, careful=True)
            return [*memoryview(kept).cast("d")]

        return values

    def name(self, place: int) -> str:
        """The plain name of the parameter at a place of the flat order."""
        member = self.members[place]
        assert isinstance(member, Ref)  # noqa: S101 -- parameters are families of quantities
        return self.names(member)

"""The table of lane kernels: what steps many networks of one Program at once, each with its own numbers.

A kernel is an entry of `LANE_KERNELS`: which Programs it accepts, and how it is
made for a task. `LANE_CHOICES` says which does which work.

    runner = kernel.made(task)
    runner(batches, state, rates, wanted, losses)

makes `len(batches)` steps (all batches have as many samples as the task's
program) on the table `state` of shape (S, N), in place: S numbers in the order of
`engine.task`, N lanes, float64, rows contiguous. `rates` has shape (N,). `wanted`
names steps of this call, counted from 0 and rising; `losses[r]` (shape (N,), its
numbers side by side) gets the loss that the step `wanted[r]` computes before its
update. With `task.update` false nothing changes. A runner never raises on numbers
(they are IEEE 754's), and a lane's numbers depend on nothing but the lane: not on
N, not on the order of lanes, not on how many threads there are. It may be called
from several threads at once, on tables of their own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sheetgrad.engine import lane_arrays, one_by_one, tape_lanes
from sheetgrad.errors import BrokenInvariant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.engine.task import Batch, Task
    from sheetgrad.program import Program


class LaneRunner(Protocol):
    """A lane kernel made for one task; the module says what it promises."""

    def __call__(
        self,
        batches: Sequence[Batch],
        state: npt.NDArray[np.float64],
        rates: npt.NDArray[np.float64],
        wanted: Sequence[int] = (),
        losses: npt.NDArray[np.float64] | None = None,
    ) -> None:
        """Make the steps."""
        ...


class LaneKernel(NamedTuple):
    """A way to compute many lanes."""

    name: str
    accepts: Callable[[Program], bool]
    made: Callable[[Task], LaneRunner]


class LaneChoice(NamedTuple):
    """A lane kernel for work up to a size."""

    kernel: str
    equations: float = math.inf
    """At most so many scalar equations in a step."""
    fewest: int = 1
    """At least so many lanes."""


LANE_KERNELS: Mapping[str, LaneKernel] = {
    kernel.name: kernel
    for kernel in (
        LaneKernel("tape lanes", tape_lanes.accepts, tape_lanes.TapeLanes),
        LaneKernel("lane arrays", lane_arrays.accepts, lane_arrays.LaneArrays),
        LaneKernel("one by one", one_by_one.accepts, one_by_one.OneByOne),
    )
}

LANE_CHOICES = (
    # An operation on 64 lanes costs about as much as three on a single one; encoding takes 20 µs an equation.
    LaneChoice("tape lanes", equations=20_000, fewest=2),
    # An operation costs about 0.5 µs whatever the lanes, against 30 ns as straight-line Python.
    LaneChoice("lane arrays", equations=lane_arrays.MOST_EQUATIONS, fewest=16),
    LaneChoice("one by one"),
)
"""The first that fits is taken."""


def choose_lanes(program: Program, lanes: int) -> LaneKernel:
    """The kernel for so many lanes of a Program."""
    size = program.size
    for choice in LANE_CHOICES:
        kernel = LANE_KERNELS[choice.kernel]
        if size <= choice.equations and lanes >= choice.fewest and kernel.accepts(program):
            return kernel
    message = f"no lane kernel accepts the program of {program.model.name}"
    raise BrokenInvariant(message)

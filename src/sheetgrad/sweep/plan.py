"""What is swept: a setup, and the grid of networks that are made from it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.derive import program as differentiated
from sheetgrad.engine.lane_kernels import choose_lanes
from sheetgrad.engine.lanes import Crew
from sheetgrad.engine.schedule import largest_batch
from sheetgrad.engine.task import flat
from sheetgrad.errors import Problem, SpecError, TooLargeError
from sheetgrad.sweep.ranges import checked, checked_seeds, numbers, seeds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

MOST_NETWORKS = 200_000_000
"""What has 16 bytes for each network must fit into memory."""
LARGEST_BLOCK = 16_384
"""Networks that are computed at once."""
BLOCK_WORK = 2**27
"""Steps of single networks in a block at most, unless it has only `SMALLEST_BLOCK` networks."""
SMALLEST_BLOCK = 256
LARGEST_LOSSES = 4 * 2**30
"""Bytes of losses that are kept."""
LOOKS = 10_000
"""Losses of a network that are looked at for a threshold, at most, unless told otherwise."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles over starts and seeds that are kept and shown."""


class Asked(NamedTuple):
    """What a sweep is asked to keep besides the final loss."""

    every: int = 0
    """The loss of every so many steps; 0 for none."""
    quantiles: bool = False
    """Of the losses only the quantiles over starts and seeds, not each network's own."""
    threshold: float | None = None
    """The step at which the loss first is at most this."""


@dataclass(frozen=True)
class Plan:
    """The networks of a sweep, counted from 0.

    A group has one learning rate and one scale, and `width` networks: every start
    of every seed, the starts fastest. Groups go through the scales of the first
    rate, then of the second, and so on.
    """

    setup: Setup
    rates: tuple[float, ...]
    scales: tuple[float, ...]
    seeds: tuple[int, ...]
    starts: int
    steps: int
    asked: Asked

    @property
    def width(self) -> int:
        """Networks in a group."""
        return len(self.seeds) * self.starts

    @property
    def groups(self) -> int:
        """Pairs of a learning rate and a scale."""
        return len(self.rates) * len(self.scales)

    @property
    def networks(self) -> int:
        """How many there are."""
        return self.groups * self.width

    @property
    def every(self) -> int:
        """The loss of every so many steps is looked at; 0 for none."""
        if self.asked.every or self.asked.threshold is None:
            return self.asked.every
        return max(1, -(-self.steps // LOOKS))

    @property
    def kept_steps(self) -> range:
        """The steps whose losses are kept."""
        return range(0, self.steps + 1, self.asked.every) if self.asked.every else range(0)

    @property
    def looked_steps(self) -> range:
        """The steps whose losses are looked at."""
        return range(0, self.steps + 1, self.every) if self.every else range(0)

    @cached_property
    def program(self) -> Program:
        """The program of a whole step."""
        setup = self.setup
        return differentiated(setup.model.batched(largest_batch(setup), setup.reduction), setup.optimizer)

    @cached_property
    def kernel(self) -> str:
        """What computes every network of the sweep, whatever blocks it is cut into."""
        return choose_lanes(self.program, self.networks).name

    @cached_property
    def crew(self) -> Crew:
        """The runners, shared by every block that is computed here."""
        return Crew(self.setup, self.networks, self.kernel)

    def __getstate__(self) -> dict[str, Any]:
        """What it was made from: the rest is made again where it is needed."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Put the fields back."""
        for name, value in state.items():
            object.__setattr__(self, name, value)

    @property
    def block(self) -> int:
        """Networks in a block; whole groups where quantiles are taken."""
        size = max(SMALLEST_BLOCK, min(LARGEST_BLOCK, BLOCK_WORK // max(1, self.steps)))
        return max(1, size // self.width) * self.width if self.asked.quantiles else size

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.networks // self.block)

    def bounds(self, number: int) -> range:
        """The networks of a block."""
        return range(number * self.block, min((number + 1) * self.block, self.networks))

    @cached_property
    def fingerprint(self) -> str:
        """The same for two plans only if they make the same networks and keep the same of them."""
        setup = self.setup
        words = [
            str(self.program),
            *(repr(flat(setup.values[symbol])) for symbol in (*setup.model.parameters, *setup.model.constants)),
            *(repr(flat(rows)) for rows in setup.samples.values()),
            repr((*setup.optimizer.settings.values(),)[1:]),
            repr((setup.update, setup.batch_size, setup.reduction, setup.origin.get("initialisation"))),
            repr((self.rates, self.scales, self.seeds, self.starts, self.steps, self.asked, self.kernel)),
        ]
        return sha256("\n".join(words).encode()).hexdigest()

    def described(self) -> dict[str, Any]:
        """What is swept, for people and programs that find a sweep on disk."""
        return {
            "name": self.setup.name,
            "networks": self.networks,
            "learning_rates": list(self.rates),
            "scales": list(self.scales),
            "seeds": list(self.seeds),
            "starts": self.starts,
            "steps": self.steps,
            "every": self.asked.every,
            "quantiles": self.asked.quantiles,
            "threshold": self.asked.threshold,
        }


def planned(
    setup: Setup,
    *,
    rates: str | Iterable[float] | None = None,
    scales: str | Iterable[float] | None = None,
    seed: str | Iterable[int] | None = None,
    starts: int = 1,
    steps: int | None = None,
    asked: Asked | None = None,
) -> Plan:
    """The plan of a sweep; what is not given is the setup's own.

    Raises:
        SpecError: a number is none, or cannot be meant.
        TooLargeError: what is to be kept would not fit into memory.
    """
    given = {"rates": setup.learning_rates if rates is None else rates, "scales": (1.0,) if scales is None else scales}
    read = {
        place: numbers(value, place) if isinstance(value, str) else checked(value, place)
        for place, value in given.items()
    }
    own = (setup.seed,) if seed is None else seeds(seed) if isinstance(seed, str) else checked_seeds(seed)
    steps = setup.steps if steps is None else steps
    plan = Plan(setup, read["rates"], read["scales"], own, starts, steps, asked or Asked())
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    problems = []
    if plan.starts < 1:
        problems.append(Problem("starts", f"{plan.starts} starts cannot be made", "give 1 or more"))
    if plan.steps < 0:
        problems.append(Problem("steps", f"{plan.steps} steps cannot be made", "give 0 or more"))
    if plan.asked.every < 0:
        problems.append(Problem("every", f"{plan.asked.every} is no number of steps", "give 1 or more"))
    if plan.asked.quantiles and not plan.asked.every:
        problems.append(Problem("quantiles", "are of losses, and none are kept", "say how often with `every`"))
    if problems:
        raise SpecError(tuple(problems))
    if plan.networks > MOST_NETWORKS:
        message = f"sweep: {plan.networks:,} networks are too many; {MOST_NETWORKS:,} is the most"
        raise TooLargeError(message)
    if plan.asked.quantiles:
        size = 8 * len(plan.kept_steps) * max(plan.width, plan.groups * len(LEVELS))
    else:
        size = 8 * len(plan.kept_steps) * plan.networks
    if size > LARGEST_LOSSES:
        message = (
            f"sweep: the losses of {plan.networks:,} networks at {len(plan.kept_steps):,} steps would take "
            f"{size / 2**30:.1f} GB of memory; keep them less often, or only their quantiles"
        )
        raise TooLargeError(message)

"""What came of a sweep: every network's final loss, and the learning rates beside one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.shown import Shown
from sheetgrad.sweep.block import NEVER, Block, quantiles
from sheetgrad.sweep.plan import LEVELS

if TYPE_CHECKING:
    import os

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.sweep.plan import Plan

MIDDLE = LEVELS.index(0.5)


class RateRow(NamedTuple):
    """One learning rate, over all scales, seeds and starts."""

    rate: float
    networks: int
    """How many are done."""
    quantiles: tuple[float, ...]
    """Of the final loss, at `plan.LEVELS`; infinity for what diverged."""
    diverged: float
    """The share that did."""
    reached: float
    """The share that came to the threshold."""
    steps: float
    """The median step at which the threshold was met; infinity where at most half met it."""

    @property
    def median(self) -> float:
        """The median of the final loss."""
        return self.quantiles[MIDDLE]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep(Shown):
    """Every network of a sweep, in the order of its plan."""

    plan: Plan
    final: npt.NDArray[np.float64] = field(repr=False)
    """The loss over all samples at the end: infinity where it diverged, not-a-number where it is not done."""
    diverged: npt.NDArray[np.int32] = field(repr=False)
    """The step at which it diverged, -1 where it did not."""
    reached: npt.NDArray[np.int32] = field(repr=False)
    """The step at which it was first seen at or below the threshold, -1 where it never was; empty without one."""
    losses: npt.NDArray[np.float64] = field(repr=False)
    """The kept losses, of shape (kept steps, networks); or their quantiles, (groups, kept steps, levels)."""
    done: npt.NDArray[np.bool_] = field(repr=False)
    """Which blocks are finished."""

    @classmethod
    def empty(cls, plan: Plan) -> Sweep:
        """Nothing is done yet."""
        import numpy as np

        number, rows = plan.networks, len(plan.kept_steps)
        shape = (plan.groups, rows, len(LEVELS)) if plan.asked.quantiles else (rows, number)
        return cls(
            plan,
            np.full(number, np.nan),
            np.full(number, NEVER, dtype=np.int32),
            np.full(0 if plan.asked.threshold is None else number, NEVER, dtype=np.int32),
            np.full(shape, np.nan),
            np.zeros(plan.blocks, dtype=bool),
        )

    def put(self, number: int, block: Block) -> None:
        """Take in a finished block."""
        networks = self.plan.bounds(number)
        own = slice(networks.start, networks.stop)
        self.final[own] = block.final
        self.diverged[own] = block.diverged
        if len(self.reached):
            self.reached[own] = block.reached
        if self.plan.asked.quantiles:
            width = self.plan.width
            self.losses[networks.start // width : networks.stop // width] = block.losses
        else:
            self.losses[:, own] = block.losses
        self.done[number] = True

    @property
    def finished(self) -> int:
        """How many networks are done."""
        return sum(len(self.plan.bounds(number)) for number in self.done.nonzero()[0].tolist())

    @property
    def complete(self) -> bool:
        """Whether all are."""
        return bool(self.done.all())

    def rows(self) -> list[RateRow]:
        """Each learning rate of which some network is done, in the order of the plan."""
        import numpy as np

        rates = len(self.plan.rates)
        final = self.final.reshape(rates, -1)
        there = ~np.isnan(final)
        counts = there.sum(axis=1)
        found = quantiles(np.where(there, final, np.inf), counts).T
        lost = (self.diverged.reshape(rates, -1) != NEVER).sum(axis=1)
        met, steps = self._thresholds(there, counts)
        return [
            RateRow(rate, count, tuple(levels), gone / count, here / count, step)
            for rate, count, levels, gone, here, step in zip(
                self.plan.rates, *(values.tolist() for values in (counts, found, lost, met, steps)), strict=True
            )
            if count
        ]

    def _thresholds(self, there: npt.NDArray[np.bool_], counts: npt.NDArray[np.int64]) -> tuple[Any, Any]:
        """How many met the threshold, and the median step at which they did."""
        import numpy as np

        if not len(self.reached):
            return np.zeros(len(counts)), np.full(len(counts), inf)
        reached = self.reached.reshape(len(counts), -1)
        met = (reached != NEVER) & there
        return met.sum(axis=1), quantiles(np.where(met, reached, np.inf), counts)[MIDDLE]

    @property
    def best(self) -> RateRow | None:
        """The learning rate with the lowest median of the final loss; None where all diverged, or none is done."""
        row = min(self.rows(), key=lambda row: (row.median, row.quantiles[-1]), default=None)
        return None if row is None or not isfinite(row.median) else row

    def curve(self, rate: int, scale: int) -> npt.NDArray[np.float64]:
        """The quantiles of the kept losses of one group, over its starts and seeds: shape (kept steps, levels)."""
        group = rate * len(self.plan.scales) + scale
        if self.plan.asked.quantiles:
            found: npt.NDArray[np.float64] = self.losses[group]
            return found
        width = self.plan.width
        return quantiles(self.losses[:, group * width : (group + 1) * width]).T

    def medians(self) -> npt.NDArray[np.float64]:
        """The median of the final loss for every scale (down) and learning rate (across)."""
        plan = self.plan
        table: npt.NDArray[np.float64] = quantiles(self.final.reshape(plan.groups, plan.width))[MIDDLE]
        return table.reshape(len(plan.rates), len(plan.scales)).T

    def as_json(self) -> dict[str, Any]:
        """What was swept, the best rate, and every rate; null stands for infinity."""
        best = self.best
        rows = [
            {
                "learning_rate": row.rate,
                "networks": row.networks,
                "quantiles": {f"{level:g}": _finite(value) for level, value in zip(LEVELS, row.quantiles, strict=True)},
                "diverged": row.diverged,
                **({"reached": row.reached, "steps_to_threshold": _finite(row.steps)} if len(self.reached) else {}),
            }
            for row in self.rows()
        ]
        head = {**self.plan.described(), "finished": self.finished, "complete": self.complete}
        return {**head, "best_learning_rate": None if best is None else best.rate, "rates": rows}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write a table of every network (or of the quantiles, if only those are kept): .csv, .parquet or .arrow.

        Raises:
            SheetgradError: the ending is another one.
            CannotWriteError: the file cannot be written; nothing is left half done.
            MissingPackageError: Parquet or Arrow without pyarrow.
        """
        from sheetgrad.sweep.tables import write

        write(self, path)

    def chart(self) -> Any:  # noqa: ANN401 -- drawing is imported when something is drawn
        """The picture as `emit.chart.Chart`: loss curves with bands, or final losses; and a map of rate × scale."""
        from sheetgrad.sweep.chart import sweep_chart

        return sweep_chart(self)


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None

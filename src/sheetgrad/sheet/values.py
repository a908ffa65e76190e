"""The values of every column, step after step, from the engine."""

from __future__ import annotations

from array import array
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING

from sheetgrad.engine.rows import Samples, Stepper
from sheetgrad.engine.task import count, spread
from sheetgrad.engine.training import train
from sheetgrad.errors import DivergedError
from sheetgrad.expr import Partial
from sheetgrad.sheet.plan import HEADERS
from sheetgrad.sheet.stream import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sheetgrad.expr import Quantity
    from sheetgrad.program import Program
    from sheetgrad.sheet.plan import Column, Plan, Tables


MANY_STEPS = 2_000
"""From so many steps on, a kernel that keeps the loss only is worth the making."""


class Values:
    """The lines of every sheet of a plan; the engine's kernels are made once for all of them."""

    def __init__(self, plan: Plan) -> None:
        """Make ready; nothing is computed before lines are asked for."""
        self.plan = plan
        self.single = Samples(plan.setup, _everything) if plan.batch > 1 else None
        self.run = Stepper(plan.setup, plan.steps, _everything if plan.batch == 1 else _of_a_step)

    def losses(self, tables: Tables) -> array[float]:
        """The loss of every step.

        Raises DivergedError where it, a parameter or a state is no longer finite.
        """
        if self.plan.batch == 1 and self.plan.steps >= MANY_STEPS:
            found = train(self.plan.setup, steps=self.plan.steps, rate=tables.rate, losses=True).losses
            return array("d", found or ())
        program = self.plan.program if self.plan.batch == 1 else self.plan.whole
        kept = _all(program) if self.plan.batch == 1 else _all_of_a_step(program)
        place = kept.index(program.loss)
        losses = array("d", (row.values[place] for row in self.run(tables.rate)))
        if not isfinite(losses[-1]):
            raise DivergedError(self.plan.steps, tables.rate, self.plan.whole_names.plain(program.loss))
        return losses

    def of_steps(self, tables: Tables) -> Iterator[Line]:
        """A line for every step."""
        return self._in_one(tables) if tables.batch is None else self._of_means(tables)

    def _in_one(self, tables: Tables) -> Iterator[Line]:
        counts = [column for column in tables.steps.columns if column.quantity is None]
        pick = _picker(_all(self.plan.program), tables.steps.columns)
        found = self.run(tables.rate)
        if len(counts) == 1:
            for step, row in enumerate(found):
                yield Line((step, *pick(row.values)))
        else:
            for step, row in enumerate(found):
                yield Line((step, row.batch[0] + 1, *pick(row.values)))

    def _of_means(self, tables: Tables) -> Iterator[Line]:
        pick = _picker(_all_of_a_step(self.plan.whole), tables.steps.columns)
        below = HEADERS
        for step, row in enumerate(self.run(tables.rate)):
            below += len(row.batch) + 1
            yield Line((step, *pick(row.values)), below)

    def of_batches(self, tables: Tables) -> Iterator[Line]:
        """A line for every sample of every step, which means the row of its step; below them what they come to."""
        assert tables.batch is not None and self.single is not None  # noqa: S101, PT018 -- asked for only where there are batches
        pick = _picker(_all(self.plan.program), tables.batch.columns)
        model, states = self.plan.whole.model, self.plan.whole.states
        parameters = sum(count(symbol.whole) for symbol in model.parameters)
        remembered = sum(count(symbol.whole) for symbol in states)
        together = self._joined(tables.batch.columns)
        first = HEADERS + 1
        for step, row in enumerate(self.run(tables.rate)):
            state = (*row.values[:parameters], *row.values[len(row.values) - remembered :])
            for sample, values in zip(row.batch, self.single(row.batch, state), strict=True):
                yield Line((step, sample + 1, *pick(values)), HEADERS + 1 + step)
            last = first + len(row.batch) - 1
            yield Line((step, *together(row.values)), first, last, joins=True)
            first = last + 2

    def _joined(self, columns: Iterable[Column]) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
        """From what is kept of a step to what stands below its samples."""
        whole = self.plan.whole.loss
        own = [
            column._replace(
                quantity=Partial(whole, column.quantity.wrt) if isinstance(column.quantity, Partial) else whole
            )
            for column in columns
            if column.joins
        ]
        return _picker(_all_of_a_step(self.plan.whole), own)


def _picker(found: Sequence[Quantity], columns: Iterable[Column]) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
    """From the engine's order to the columns'."""
    places = {quantity: place for place, quantity in enumerate(found)}
    wanted = [places[column.quantity] for column in columns if column.quantity is not None]
    if len(wanted) == 1:
        return lambda values: (values[wanted[0]],)
    return itemgetter(*wanted)


def _everything(program: Program) -> tuple[Quantity, ...]:
    leaves = (symbol.whole for symbol in program.model.leaves)
    made = (equation.target for equation in (*program.forward, *program.backward))
    return (*leaves, *made, *(symbol.whole for symbol in program.states))


def _of_a_step(program: Program) -> tuple[Quantity, ...]:
    """Parameters first and states last: the two ends together are the state of the run."""
    parameters = tuple(symbol.whole for symbol in program.model.parameters)
    slopes = [equation.target for equation in program.backward if isinstance(equation.target, Partial)]
    order = {symbol: place for place, symbol in enumerate(program.model.parameters)}
    last = sorted((slope for slope in slopes if slope.wrt.symbol in order), key=lambda slope: order[slope.wrt.symbol])
    return (*parameters, program.loss, *last, *(symbol.whole for symbol in program.states))


def _all(program: Program) -> list[Quantity]:
    return [member for quantity in _everything(program) for member in spread(quantity)]


def _all_of_a_step(program: Program) -> list[Quantity]:
    return [member for quantity in _of_a_step(program) for member in spread(quantity)]

"""Training: steps of a Program one after the other, in chunks, by the kernel that suits it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from sheetgrad.derive import program as differentiated
from sheetgrad.engine.advance import Worker, advance, losses_are_fine, losses_in
from sheetgrad.engine.choose import choose
from sheetgrad.engine.loss import WholeLoss
from sheetgrad.engine.schedule import batches, chunks, is_fixed, largest_batch
from sheetgrad.engine.task import Chunk, Task, count, nested, numbers_for, precision_of, spread, starting_state
from sheetgrad.errors import DivergedError, Problem, SpecError, TooLargeError
from sheetgrad.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.engine.task import Precision, State
    from sheetgrad.engine.trace import Trace
    from sheetgrad.expr import Quantity, Symbol
    from sheetgrad.notation import Notation
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup, Value

LONGEST = 50_000
"""Steps in a chunk at most."""
LARGEST_TRACE = 4 * 2**30
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Run(Shown):
    """What training came to."""

    steps: int
    """How many updates were made."""
    learning_rate: float
    initial_loss: float
    """Over all samples, before the first step."""
    final_loss: float
    """Over all samples, after the last step."""
    parameters: Mapping[Symbol, Value] = field(repr=False)
    """As trained: a number or nested lists in the shape of each symbol."""
    losses: Sequence[float] | None = field(default=None, repr=False)
    """If asked for: the loss that each step 0 … steps computes, over that step's own samples."""
    trace: Trace | None = field(default=None, repr=False)
    """If asked for: every named quantity at every step."""
    precision: Precision = field(default="float64", repr=False)
    """What the steps were computed in."""

    def as_json(self) -> dict[str, Any]:
        """Steps, learning rate and the loss before and after."""
        names = ("steps", "learning_rate", "initial_loss", "final_loss")
        return {name: getattr(self, name) for name in names}


def train(
    setup: Setup,
    *,
    steps: int | None = None,
    rate: float | None = None,
    trace: bool = False,
    losses: bool = False,
    engine: str | None = None,
    precision: Precision = "float64",
    progress: Callable[[int, int], object] | None = None,
) -> Run:
    """Train from the setup's starting values and return what came of it.

    A step is one update: after one sample, one mini-batch or the whole batch,
    as `setup.update` says. `progress(done, steps)` is called several times a second.
    `engine` names a kernel in place of the one that `engine.choose` would take.
    With `precision="float32"` the steps are computed in single precision; the
    loss over all samples, before and after, is always computed in double.

    Raises:
        DivergedError: a parameter or loss stopped being finite; names step and quantity.
        SpecError: `steps` is negative, `rate` is not a finite number, there is no such
            precision, or the engine cannot do it.
        TooLargeError: the trace would not fit into memory.
    """
    steps = setup.steps if steps is None else steps
    rate = setup.learning_rates[0] if rate is None else rate
    _check(steps, rate)
    precision_of(precision)
    crew = _Crew(setup, steps, trace=trace, losses=losses, engine=engine, precision=precision)
    start = starting_state(setup, crew.main.task.program)
    whole_loss = WholeLoss(setup)
    initial = whole_loss(start)
    try:
        state = crew.trained(start, rate, progress)
        final = _final(crew, whole_loss(state), rate)
    except DivergedError:
        if not losses:  # the loss may have been lost before the parameters: look for the first of all
            _Crew(setup, steps, trace=False, losses=True, engine=engine, precision=precision).trained(start, rate, None)
        raise
    recorded = crew.losses if losses else None
    table = crew.trace() if trace else None
    return Run(steps, rate, initial, final, _parameters(setup, state), recorded, table, precision)


def _final(crew: _Crew, loss: float, rate: float) -> float:
    """The loss over all samples at the end."""
    if not isfinite(loss):
        raise DivergedError(crew.steps, rate, crew.main.task.name(crew.main.task.program.loss))
    return loss


def _check(steps: int, rate: float) -> None:
    problems = []
    if steps < 0:
        problems.append(Problem("steps", f"{steps} steps cannot be made", "give 0 or more"))
    if not isfinite(rate):
        problems.append(Problem("learning_rate", f"{rate} is not a finite number", "give a number such as 0.5"))
    if problems:
        raise SpecError(tuple(problems))


def _parameters(setup: Setup, state: State) -> dict[Symbol, Value]:
    values, place = {}, 0
    for symbol in setup.model.parameters:
        size = count(symbol.whole)
        values[symbol] = nested(state[place : place + size], symbol.shape)
        place += size
    return values


def columns_of(program: Program) -> tuple[Quantity, ...]:
    """What a trace holds, in order: leaves, forward, loss, gradients, the optimizer's states."""
    leaves = (symbol.whole for symbol in program.model.leaves)
    made = (equation.target for equation in (*program.forward, *program.backward))
    return (*leaves, *made, *(symbol.whole for symbol in program.states))


def _names(program: Program, setup: Setup) -> Callable[[Quantity], str]:
    """The plain names of a Program; the notation is made when the first one is asked for."""

    @cache
    def notation() -> Notation:
        from sheetgrad.notation import Notation

        return Notation(program, setup.notation)

    return lambda quantity: notation().plain(quantity)


class _Crew:
    """One worker for each size of batch, and what they have written down."""

    def __init__(
        self, setup: Setup, steps: int, *, trace: bool, losses: bool, engine: str | None, precision: Precision
    ) -> None:
        self.setup, self.steps, self._trace, self._losses = setup, steps, trace, losses
        self._engine, self._precision = engine, precision
        self._workers: dict[int, Worker] = {}
        self.losses = array("d")
        self._pieces: list[tuple[int, memoryview]] = []
        self.main = self._worker(largest_batch(setup))
        if trace:
            _check_trace(self.main.task, steps)
        self._table = bytearray(8 * self.main.task.width * (steps + 1) if trace else 0)
        """Rows of steps as large as the main ones stand where they belong at once."""

    def trained(self, state: State, rate: float, progress: Callable[[int, int], object] | None) -> State:
        """The state after all steps."""
        schedule = batches(self.setup)
        longest = max(1, min(LONGEST, self.main.kernel.work // max(1, self.main.task.program.size)))
        done = 0
        for batch_list in chunks(schedule, self.steps, longest, fixed=is_fixed(self.setup)):
            worker = self._worker(len(batch_list[0]))
            place = self._place(worker, done, len(batch_list))
            state, kept = advance(worker, Chunk(batch_list, state, rate), done, place)
            self._note(worker, len(batch_list[0]), kept)
            done += len(batch_list)
            if progress is not None:
                progress(done, self.steps)
        if self._trace or self._losses:
            self._look(state, rate, next(schedule))
        return state

    def _look(self, state: State, rate: float, batch: tuple[int, ...]) -> None:
        """The last row: everything as trained. It is kept before its update; where that leads does not matter."""
        worker = self._worker(len(batch))
        chunk = Chunk([batch], state, rate)
        kept = self._place(worker, self.steps, 1) or memoryview(bytearray(8 * worker.task.width))
        worker.runner(chunk, kept, careful=True)
        if not losses_are_fine(worker.task, kept):
            advance(Worker.made(replace(worker.task, update=False), worker.kernel), chunk, self.steps)
        self._note(worker, len(batch), kept)

    def _place(self, worker: Worker, first: int, count: int) -> memoryview | None:
        """Where the rows of some steps belong, if they are as wide as the table."""
        if not self._trace or worker is not self.main:
            return None
        width = 8 * worker.task.width
        return memoryview(self._table)[first * width : (first + count) * width]

    def _note(self, worker: Worker, size: int, kept: memoryview) -> None:
        if self._losses:
            self.losses.frombytes(losses_in(worker.task, kept).tobytes())
        if self._trace:
            self._pieces.append((size, kept))

    def _worker(self, size: int) -> Worker:
        found = self._workers.get(size)
        if found is None:
            found = self._workers[size] = self._made(size)
        return found

    def _made(self, size: int) -> Worker:
        setup = self.setup
        program = differentiated(setup.model.batched(size, setup.reduction), setup.optimizer)
        keep = columns_of(program) if self._trace else (program.loss,) if self._losses else ()
        numbers, precision = numbers_for(setup, program), self._precision
        task = Task(program, numbers, _names(program, setup), keep, fixed=is_fixed(setup), precision=precision)
        return Worker.made(task, choose(program, self.steps, self._engine, precision))

    def trace(self) -> Trace:
        """Everything that was written down; a batch that is smaller leaves its missing samples not-a-number."""
        from sheetgrad.engine.trace import Trace

        if len(self._workers) == 1:
            return Trace(self._names(self.main), self._table)
        names = {size: self._names(worker) for size, worker in self._workers.items()}
        columns = tuple(dict.fromkeys(name for size in sorted(names, reverse=True) for name in names[size]))
        table = bytearray()
        places = {name: place for place, name in enumerate(columns)}
        for size, kept in self._pieces:
            own = names[size]
            table += kept if own == columns else _widened(kept, [places[name] for name in own], len(columns))
        return Trace(columns, table)

    @staticmethod
    def _names(worker: Worker) -> tuple[str, ...]:
        return tuple(worker.task.name(member) for quantity in worker.task.keep for member in spread(quantity))


def _widened(kept: memoryview, places: list[int], width: int) -> bytes:
    """Rows put into the columns of a wider table."""
    values = kept.cast("d").tolist()
    wide = array("d")
    for start in range(0, len(values), len(places)):
        row = [float("nan")] * width
        for place, value in zip(places, values[start : start + len(places)], strict=True):
            row[place] = value
        wide.extend(row)
    return wide.tobytes()


def _check_trace(task: Task, steps: int) -> None:
    size = 8 * task.width * (steps + 1)
    if size > LARGEST_TRACE:
        message = (
            f"trace: {task.width} quantities at {steps + 1} steps would take {size / 2**30:.1f} GB of memory; "
            "ask for fewer steps, or for the losses only"
        )
        raise TooLargeError(message)

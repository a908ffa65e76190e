"""The loop kernel: whole layers in C, one sample at a time.

A step goes through the weights three times and writes nothing else of their
size, where arrays take turns with temporary ones. The loops that matter (a matrix
times a vector, its transpose, and the update of a matrix) are written out in C; the
body of every other loop is a tape over 64 places at a time.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.emit.locals import live, sources, whole
from sheetgrad.engine import arrays, tape
from sheetgrad.engine.task import as_doubles, count, flat, settings_for
from sheetgrad.expr import Next
from sheetgrad.model import axes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.engine import _native
    from sheetgrad.engine.encoding import Body
    from sheetgrad.engine.nests import Nest
    from sheetgrad.engine.task import Chunk, Memory, State, Task
    from sheetgrad.expr import Index, Quantity
    from sheetgrad.program import Program

EACH, SUM_COLUMNS, SUM_ROWS, LARGEST_COLUMN, DOT_ROWS, ADD_ROWS, UPDATE_ROWS = range(7)
"""The kinds of loops, in the order of `native/loops.h`."""


def accepts(program: Program) -> bool:
    """One sample a step, whole families of at most two axes, and the extension."""
    from sheetgrad.engine.nests import takes  # what is seldom chosen is not loaded by every start

    return tape.is_built() and program.model.sampled is None and arrays.accepts(program) and takes(program.equations)


class Place(NamedTuple):
    """Which number of the memory belongs to a row and a column, and its slot in the body."""

    offset: int
    per_row: int
    per_column: int
    slot: int


class Loops:
    """The kernel for one task."""

    def __init__(self, task: Task) -> None:
        """Keep the task; the loops are made when first needed."""
        self.task = task
        model = task.program.model
        tables = [[flat(row) for row in task.numbers.samples[symbol]] for symbol in model.data]
        self._samples = [array("d", chain.from_iterable(rows)).tobytes() for rows in zip(*tables, strict=True)]
        self._inputs = sum(count(symbol.whole) for symbol in model.data)
        self._made: dict[int | None, _native.Loops] = {}

    def __call__(self, chunk: Chunk, buffer: Memory, offset: int = 0, *, careful: bool = False) -> State:
        """Run the chunk (always by IEEE 754); Ctrl-C is heard meanwhile."""
        del careful
        state = as_doubles(chunk.state)
        program = self.task.program
        settings = array("d", settings_for(program, chunk.rate) if program.settings else ())
        steps = len(chunk.batches)
        if self.task.fixed and steps:
            state = self._alike(chunk, state, settings, buffer, offset)
        elif steps:
            data = b"".join([self._samples[sample] for (sample,) in chunk.batches]) if self._samples else b""
            self._native(None).run(state, settings, data, self._inputs, steps, buffer, offset)
        return state

    def _alike(self, chunk: Chunk, state: array[float], settings: array[float], buffer: Memory, offset: int) -> State:
        """Every step has the same sample."""
        sample = chunk.batches[0][0]
        self._native(sample).run(state, settings, array("d"), 0, len(chunk.batches), buffer, offset)
        return state

    def _native(self, sample: int | None) -> _native.Loops:
        """The loops with the data of one sample in their memory, or with room for it."""
        found = self._made.get(sample)
        if found is None:
            data = array("d", bytes(8 * self._inputs) if sample is None or not self._samples else self._samples[sample])
            found = self._made[sample] = self._plan.loaded(data.tolist())
        return found

    @cached_property
    def _plan(self) -> _Plan:
        return _Plan(self.task)


class _Plan:
    """Where every family stands in the memory, and the loops over it."""

    def __init__(self, task: Task) -> None:
        from sheetgrad.engine.nests import nests

        program, model = task.program, task.program.model
        states = [symbol.whole for symbol in (*model.parameters, *program.states)]
        updates = live(program.updates, map(Next, states)) if task.update else []
        before = live((*program.forward, *program.backward), {*task.keep, *sources(updates)})
        self._task = task
        self._offsets: dict[Quantity, int] = {}
        self._size = 0
        self._states = self._room(states)
        self._settings = self._room([symbol.whole for symbol in program.settings])
        self._room([symbol.whole for symbol in (*model.data, *model.constants)])
        here, later = nests(before, task.keep), nests([*before, *updates], task.keep)
        self._before = len(here)
        self._nests = [*here, *later[len(here) :]]
        self._room([e.target for nest in self._nests for e in nest.equations if not isinstance(e.target, Next)])

    def _room(self, families: Sequence[Quantity]) -> int:
        """Room for families one after the other; says how many numbers they are."""
        before = self._size
        for family in families:
            self._offsets[whole(family)] = self._size
            self._size += count(family)
        return self._size - before

    def loaded(self, data: list[float]) -> _native.Loops:
        """The loops, checked and loaded, with data in the memory."""
        from sheetgrad.engine import _native

        model, numbers = self._task.program.model, self._task.numbers
        constants = [number for symbol in model.constants for number in flat(numbers.values[symbol])]
        memory = array("d", bytes(8 * (self._size - self._states)))
        memory[self._settings : self._settings + len(data) + len(constants)] = array("d", [*data, *constants])
        kept = array("q", [n for family in self._task.keep for n in (self._offsets[whole(family)], count(family))])
        loops = [self._loop(nest, _native.OPERATIONS) for nest in self._nests]
        return _native.Loops(
            memory=memory,
            states=self._states,
            settings=self._settings,
            loops=loops,
            keeps_after=self._before,
            kept=kept,
        )

    def _loop(self, nest: Nest, numbers: Mapping[str, int]) -> tuple[object, ...]:
        """One loop as the extension takes it."""
        from sheetgrad.engine.encoding import body_of

        body = body_of(nest.equations)
        operands = [self._place(nest, used, slot) for used, slot in body.operands.items()]
        results = [self._place(nest, e.target, slot) for e, slot in zip(nest.equations, body.results, strict=True)]
        kind, ordered = _special(nest, body, operands, results)
        sizes = [1 if axis is None else axis.size for axis in (nest.row, nest.column)]
        return (kind, *sizes, body.words(numbers), array("d", body.initial), _packed(ordered), _packed(results))

    def _place(self, nest: Nest, used: Quantity, slot: int) -> Place:
        steps: dict[Index, int] = {}
        stride = 1
        for axis in reversed(axes_of(used)):
            steps[axis] = stride
            stride *= axis.size
        per_row, per_column = (0 if axis is None else steps.get(axis, 0) for axis in (nest.row, nest.column))
        family = whole(used.state if isinstance(used, Next) else used)
        return Place(self._offsets[family], per_row, per_column, slot)


def _packed(places: Sequence[Place]) -> bytes:
    return array("q", [number for place in places for number in place]).tobytes()


def _special(nest: Nest, body: Body, operands: list[Place], results: list[Place]) -> tuple[int, list[Place]]:
    """The kind of a loop, and its operands in the order of the kind."""
    lines = body.lines
    slots = {place.slot: place for place in operands}
    operation, _, read = lines[0] if len(lines) == 1 else ("", 0, ())
    found = [slots.get(slot) for slot in read]
    if nest.reduces == "largest":
        return LARGEST_COLUMN, operands
    sums_columns = nest.over is nest.column
    if nest.reduces and operation == "MULTIPLY" and len(operands) == len(found) == 2:  # noqa: PLR2004 -- a product of two
        for left, right in (operands, operands[::-1]):
            if sums_columns and left.per_column == right.per_column == 1 and not right.per_row:
                return DOT_ROWS, [left, right]
            if not sums_columns and not left.per_column and right.per_column == results[0].per_column == 1:
                return ADD_ROWS, [left, right]
    if nest.reduces:
        return (SUM_COLUMNS if sums_columns else SUM_ROWS), operands
    if operation == "UPDATE" and None not in found and nest.row is not None:
        return _update(found, results[0], operands)  # type: ignore[arg-type]  # none is None
    return EACH, operands


def _update(found: list[Place], result: Place, operands: list[Place]) -> tuple[int, list[Place]]:
    """`w - eta·(d·x)` over a matrix, d and x in either order."""
    w, eta, *factors = found
    for d, x in (factors, factors[::-1]):
        shaped = w[:3] == result[:3] and w.per_column == 1 and not eta.per_row and not eta.per_column
        if shaped and not d.per_column and x.per_column == 1 and not x.per_row:
            return UPDATE_ROWS, [w, eta, d, x]
    return EACH, operands

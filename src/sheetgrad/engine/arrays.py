"""The array kernel: NumPy source from family equations, for networks and batches that are not small.

A Program of any size is a few dozen lines, and every matrix product is left to
BLAS. It takes Programs in which no family is used by number; the fixed cost is
about a microsecond a line.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetgrad.emit.locals import Names, head, in_place, live, moved, sources, taken, whole
from sheetgrad.emit.python import compiled
from sheetgrad.engine.lowering import Lowering
from sheetgrad.engine.namespaces import NAMESPACES
from sheetgrad.engine.task import count, family_name, settings_for
from sheetgrad.expr import Index, Next, Partial, Quantity, Ref
from sheetgrad.program import quantities

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.engine.task import Batch, Chunk, Memory, Task
    from sheetgrad.expr import Symbol
    from sheetgrad.program import Program


def accepts(program: Program) -> bool:
    """Programs in which every family is used as a whole."""
    return not any(
        any(not isinstance(place, Index) for place in _places(quantity))
        for equation in program.equations
        for quantity in (equation.target, *quantities(equation.value))
    )


def _places(quantity: Quantity) -> tuple[object, ...]:
    match quantity:
        case Ref(places=places):
            return places
        case Partial(wrt=wrt):
            return wrt.places
        case Next(state=state):
            return state.places


class Families(Names):
    """Local names of families: the same whatever index variables a family is used under."""

    def __call__(self, quantity: Quantity) -> str:
        """The local variable of a family."""
        return super().__call__(whole(quantity))


def _writer(task: Task, buffer: Memory, offset: int, rows: int) -> Callable[..., None]:
    """A function that puts the arrays it is given into the next row of the buffer."""
    import numpy as np

    width = task.width
    table = np.frombuffer(buffer, dtype=np.float64, count=rows * width, offset=offset).reshape(rows, width)
    ends = np.cumsum([count(quantity) for quantity in task.keep])
    places = [slice(end - count(quantity), end) for quantity, end in zip(task.keep, ends, strict=True)]
    lines = iter(table)

    def write(*arrays: Any) -> None:  # noqa: ANN401 -- arrays, or numbers
        line = next(lines)
        for place, array in zip(places, arrays, strict=True):
            line[place] = np.ravel(array)

    return write


def _typed(type_: np.dtype[Any]) -> dict[str, Callable[..., Any]]:
    """The functions that make numbers of a type by themselves."""
    import numpy as np

    return {
        "zeros": lambda shape: np.zeros(shape, dtype=type_),
        "positive": lambda x: np.greater(x, 0).astype(type_),
    }


class Arrays:
    """The kernel for one task."""

    def __init__(self, task: Task) -> None:
        """Turn the data into arrays; the source is made when first needed."""
        import numpy as np

        self.task = task
        model = task.program.model
        self._type = np.dtype(task.precision)
        self._data = [np.asarray(task.numbers.samples[symbol], dtype=self._type) for symbol in model.data]
        self._constants = [np.asarray(task.numbers.values[symbol], dtype=self._type) for symbol in model.constants]
        self._states: list[Symbol] = [*model.parameters, *task.program.states]

    def __call__(
        self, chunk: Chunk, buffer: Memory, offset: int = 0, *, careful: bool = False
    ) -> npt.NDArray[np.float64]:
        """Run the chunk (always by IEEE 754)."""
        import numpy as np

        del careful
        start = np.asarray(chunk.state, dtype=np.float64)
        if not chunk.batches:
            return start
        settings = settings_for(self.task.program, chunk.rate)
        write = _writer(self.task, buffer, offset, len(chunk.batches))
        if self.task.fixed:
            fixed, rows = self._row(chunk.batches[0]), [()] * len(chunk.batches)
        else:
            fixed, rows = [], map(self._row, chunk.batches)  # type: ignore[assignment]  # any iterable will do
        with np.errstate(all="ignore"):
            parts = self._run(rows, [*fixed, *self._constants], self._parts(start.astype(self._type)), settings, write)
        return np.concatenate([np.ravel(part) for part in parts]).astype(np.float64) if parts else start

    def source(self) -> str:
        """The NumPy source."""
        program, task = self.task.program, self.task
        updates = live(program.updates, map(Next, self._wholes(self._states))) if task.update else []
        wanted = {*task.keep, *sources(updates)}
        before = live((*program.forward, *program.backward), wanted)
        names = Families(family_name, in_place(updates))
        lowering = Lowering(names)
        data, constants = (self._wholes(symbols) for symbols in (program.model.data, program.model.constants))
        fixed, varying = (data, []) if task.fixed else ([], data)
        body = [
            *map(lowering.assignment, before),
            *([f"write({', '.join(map(names, task.keep))})"] if task.keep else []),
            *map(lowering.assignment, updates),
            *moved(updates, names),
        ]
        states = ", ".join(map(names, self._wholes(self._states)))
        lines = [
            *taken([*fixed, *constants], "leaves", names),
            *taken(self._wholes(self._states), "state", names),
            *taken(self._wholes(program.settings) if task.update else [], "settings", names),
            head(varying, names),
            *(f"    {line}" for line in body or ["pass"]),
            f"return [{states}]",
        ]
        return "\n    ".join(["def run(rows, leaves, state, settings, write):", *lines]) + "\n"

    @cached_property
    def _run(self) -> Callable[..., list[Any]]:
        return compiled(self.source(), bound={**NAMESPACES["numpy"](), **_typed(self._type)})

    @staticmethod
    def _wholes(symbols: Any) -> list[Ref]:  # noqa: ANN401 -- any iterable of symbols
        return [symbol.whole for symbol in symbols]

    def _row(self, batch: Batch) -> list[Any]:
        """The data of one step, an array a family."""
        sampled = self.task.program.model.sampled is not None
        return [rows[list(batch)] if sampled else rows[batch[0]] for rows in self._data]

    def _parts(self, state: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """The flat state as one array a family."""
        parts, place = [], 0
        for symbol in self._states:
            size = count(symbol.whole)
            parts.append(state[place : place + size].reshape(symbol.shape))
            place += size
        return parts

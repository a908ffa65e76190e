"""The lane kernel that is always there: many networks at once in NumPy, one array operation for each scalar operation.

Every scalar of the unrolled Program becomes a row with one place for each
network (a lane). The operations write into rows that are used again as soon as
nothing needs them, and the lanes go through in blocks whose rows fit into the
cache. The order of operations is that of the equations, so a lane's numbers do
not depend on how many others run beside it.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetgrad.emit.python import compiled
from sheetgrad.engine.lane_code import MAKING, Code, lane_code
from sheetgrad.engine.task import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.engine.task import Batch, Task
    from sheetgrad.program import Program

MOST_EQUATIONS = 3_000
"""Programs of more are quicker one network after the other, with matrix products."""
CACHE = 768 * 1024
"""Bytes of rows that a block of lanes may have: most of what a core keeps near it."""
NARROWEST, WIDEST = 64, 8_192
"""Lanes in a block."""


def accepts(program: Program) -> bool:
    """Programs that are not too long to be written out."""
    return program.size <= MOST_EQUATIONS


Made: TypeAlias = "tuple[Code, Callable[..., object]]"


class LaneArrays:
    """The kernel for one task: steps of all lanes of a table of states, in place."""

    def __init__(self, task: Task) -> None:
        """Write the Program out; the source is made when first needed."""
        self.task = task
        self.program = task.program if task.program.model.is_unrolled else task.program.unrolled()
        model = task.program.model
        self._constants = [number for symbol in model.constants for number in flat(task.numbers.values[symbol])]
        self._samples = [[flat(row) for row in task.numbers.samples[symbol]] for symbol in model.data]
        self._settings = list(self.program.settings.values())[1:]

    def __call__(
        self,
        batches: Sequence[Batch],
        state: npt.NDArray[np.float64],
        rates: npt.NDArray[np.float64],
        wanted: Sequence[int] = (),
        losses: npt.NDArray[np.float64] | None = None,
    ) -> None:
        """Make the steps; see `lanes.LaneRunner`."""
        import numpy as np

        if not batches or not state.shape[1]:
            return
        rows = self._rows(batches)
        with np.errstate(all="ignore"):
            for start in range(0, state.shape[1], self.width):
                lanes = slice(start, start + self.width)
                own = np.ascontiguousarray(state[:, lanes])
                self._block(rows, own, rates[lanes], wanted, None if losses is None else losses[:, lanes])
                state[:, lanes] = own

    def watched(
        self, batch: Batch, state: npt.NDArray[np.float64], rates: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """One step of some lanes: for each, whether the loss is finite, and whether everything computed is."""
        import numpy as np

        good = np.ones((2, state.shape[1]), dtype=bool)

        def look(loss: Any, *others: Any) -> None:  # noqa: ANN401 -- arrays, or numbers
            good[0] &= np.isfinite(loss)
            for values in (loss, *others):
                good[1] &= np.isfinite(values)

        with np.errstate(all="ignore"):
            self._run(self._watching, self._rows([batch]), state, rates, look)
        return good[0], good[1]

    @property
    def width(self) -> int:
        """Lanes in a block."""
        rows = self._quick[0].slots + len(self._quick[0].states) + 1
        return max(NARROWEST, min(WIDEST, CACHE // (8 * rows) // 8 * 8))

    def source(self) -> str:
        """The NumPy source."""
        return self._quick[0].source

    def _block(
        self,
        rows: list[list[float]],
        own: npt.NDArray[np.float64],
        rates: npt.NDArray[np.float64],
        wanted: Sequence[int],
        losses: npt.NDArray[np.float64] | None,
    ) -> None:
        """All steps of one block: those whose loss is wanted by the function that computes it, the others without."""
        done = 0
        lines = iter(()) if losses is None else iter(losses)

        def write(loss: Any) -> None:  # noqa: ANN401 -- an array, or a number
            next(lines)[:] = loss

        for first, last in _stretches(wanted):
            self._run(self._quick, rows[done:first], own, rates)
            self._run(self._looking, rows[first : last + 1], own, rates, write)
            done = last + 1
        self._run(self._quick, rows[done:], own, rates)

    def _run(
        self,
        made: Made,
        rows: list[list[float]],
        own: npt.NDArray[np.float64],
        rates: npt.NDArray[np.float64],
        write: Callable[..., None] | None = None,
    ) -> None:
        """Call the generated function on one block."""
        import numpy as np

        code, run = made

        if not rows:
            return
        slots = np.empty((code.slots, own.shape[1]))
        fixed = rows[0] if self.task.fixed else []
        leaves = [np.float64(number) for number in chain(fixed, self._constants)]
        run(rows, leaves, list(own), [rates, *self._settings], list(slots), write)

    def _rows(self, batches: Sequence[Batch]) -> list[list[float]]:
        """The data of every step: family after family, each sample's members together."""
        if self.task.fixed:
            return [self._row(batches[0])] * len(batches)
        return [self._row(batch) for batch in batches]

    def _row(self, batch: Batch) -> list[float]:
        import numpy as np

        return [np.float64(number) for rows in self._samples for sample in batch for number in rows[sample]]

    @cached_property
    def _quick(self) -> Made:
        return self._made(())

    @cached_property
    def _looking(self) -> Made:
        return self._made((self.program.loss,))

    @cached_property
    def _watching(self) -> Made:
        made = (equation.target for equation in (*self.program.forward, *self.program.backward))
        return self._made((self.program.loss, *made))

    def _made(self, keep: tuple[Any, ...]) -> Made:
        with MAKING:
            code = lane_code(self.program, keep=keep, update=self.task.update, fixed=self.task.fixed)
        return code, compiled(code.source, bound=_operations())


def _stretches(wanted: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers in a row as first and last.

    >>> _stretches([0, 1, 2, 10, 20])
    [(0, 2), (10, 10), (20, 20)]
    """
    found: list[tuple[int, int]] = []
    for number in wanted:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _operations() -> dict[str, object]:
    """What the generated source calls; each takes its operands and, for lanes, the row that it writes."""
    import numpy as np

    return {
        "add": np.add,
        "subtract": np.subtract,
        "multiply": np.multiply,
        "divided": np.divide,
        "raised": np.power,
        "negated": np.negative,
        "copied": np.positive,
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "tanh": np.tanh,
        "abs": np.absolute,
        "max": np.maximum,
        "min": np.minimum,
        "positive": lambda x, out=None: np.greater(x, 0.0, out=out) if out is not None else np.float64(x > 0),
    }

"""A Trace: every named quantity at every step, as one table of float64."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import MissingPackageError
from sheetgrad.shown import Shown

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt

STEP = "step"
"""The name of the first column in files: the number of updates made before."""

BLOCK = 4096
"""Rows that are written to a file at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Shown):
    """One row for every step from 0 on, one column for every quantity.

    A row holds what a step computes *before* its update: data, constants and
    parameters, then the forward part, the loss and the gradients, then the
    optimizer's states. The next value of a parameter or state has no column of
    its own: it stands in the row below. The last row is the network as trained.

    >>> trace = Trace.made(("w", "E"), [1.0, 0.5, 0.75, 0.25])
    >>> trace.shape, trace["E"]
    ((2, 2), [0.5, 0.25])
    """

    columns: tuple[str, ...]
    """The plain names of the quantities."""
    _data: bytes | bytearray = field(repr=False)

    @classmethod
    def made(cls, columns: tuple[str, ...], values: list[float]) -> Trace:
        """A trace from all its values, row after row."""
        from array import array

        return cls(columns, array("d", values).tobytes())

    @property
    def shape(self) -> tuple[int, int]:
        """Rows (steps + 1) and columns."""
        width = len(self.columns)
        return (len(self._data) // (8 * width) if width else 0, width)

    def __len__(self) -> int:
        """The number of rows."""
        return self.shape[0]

    def __getitem__(self, column: str) -> list[float]:
        """One quantity at every step.

        Raises KeyError for a name that is no column.
        """
        if column not in self.columns:
            raise KeyError(column)
        found: list[float] = self._view()[self.columns.index(column) :: len(self.columns)].tolist()
        return found

    def row(self, step: int) -> Mapping[str, float]:
        """Every quantity at one step (a negative number counts from the end)."""
        rows, width = self.shape
        if not -rows <= step < rows:
            message = f"step {step}: the trace has the steps 0 to {rows - 1}"
            raise IndexError(message)
        start = (step % rows) * width
        return dict(zip(self.columns, self._view()[start : start + width].tolist(), strict=True))

    def rows(self) -> Iterator[list[float]]:
        """The rows from step 0 on, as lists of floats."""
        view, (rows, width) = self._view(), self.shape
        for start in range(0, rows * width, BLOCK * width):
            block = view[start : start + BLOCK * width].tolist()
            for place in range(0, len(block), width):
                yield block[place : place + width]

    def _view(self) -> Any:  # noqa: ANN401 -- the types of memoryview do not follow a cast
        return memoryview(self._data).cast("d")

    def to_numpy(self) -> npt.NDArray[np.float64]:
        """An array of shape (steps + 1, columns) that shares the trace's memory and cannot be written to."""
        import numpy as np

        made = np.frombuffer(self._data, dtype=np.float64).reshape(self.shape)
        made.flags.writeable = False
        return made

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a CSV file: names in the first row, the step in the first column, full float64 digits.

        Raises CannotWriteError where the file cannot be written; nothing is left half done.
        """
        from sheetgrad.files import replacing

        with replacing(path) as file:
            file.write(",".join((STEP, *self.columns)) + "\n")
            for step, row in enumerate(self.rows()):
                file.write(f"{step},{','.join(map(repr, row))}\n")

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write a Parquet file with the same columns as the CSV.

        Raises MissingPackageError without pyarrow.
        """
        from sheetgrad.files import replacing

        parquet = _arrow("pyarrow.parquet", "writing Parquet")
        table = self._table("writing Parquet")
        with replacing(path, "wb") as file:
            parquet.write_table(table, file)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow C stream (a PyCapsule), so that pandas, polars, DuckDB and others can read it.

        Raises MissingPackageError without pyarrow.
        """
        return self._table("the Arrow stream").__arrow_c_stream__(requested_schema)

    def _table(self, purpose: str) -> Any:  # noqa: ANN401 -- pyarrow brings no types
        arrow = _arrow("pyarrow", purpose)
        numbers = self.to_numpy()
        columns = {STEP: arrow.array(range(len(self)), arrow.int64())}
        columns |= {name: arrow.array(numbers[:, place]) for place, name in enumerate(self.columns)}
        return arrow.table(columns)


def _arrow(module: str, purpose: str) -> Any:  # noqa: ANN401 -- pyarrow brings no types
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackageError(package="pyarrow", purpose=purpose, extra="arrow") from error

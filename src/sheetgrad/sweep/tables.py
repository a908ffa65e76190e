"""A sweep as a table in a file: one row a network, or one a step of a group where only quantiles are kept."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.errors import MissingPackageError, SheetgradError
from sheetgrad.files import replacing
from sheetgrad.sweep.block import NEVER
from sheetgrad.sweep.plan import LEVELS

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np

    from sheetgrad.sweep.result import Sweep

ROWS = 65_536
"""Rows that are put together at a time."""


class Column(NamedTuple):
    """A name, and numbers for some rows; what is missing is masked."""

    name: str
    values: np.ma.MaskedArray[Any, Any]


def _networks(sweep: Sweep, rows: range) -> list[Column]:
    """Columns of some networks."""
    import numpy as np

    plan = sweep.plan
    number = np.arange(rows.start, rows.stop)
    group, within = np.divmod(number, plan.width)
    own = slice(rows.start, rows.stop)
    columns = {
        "network": number,
        "learning_rate": np.array(plan.rates)[group // len(plan.scales)],
        "scale": np.array(plan.scales)[group % len(plan.scales)],
        "seed": np.array(plan.seeds, dtype=np.uint64)[within // plan.starts],
        "start": within % plan.starts,
        "final_loss": sweep.final[own],
        "diverged_at": np.ma.masked_equal(sweep.diverged[own], NEVER),
    }
    if len(sweep.reached):
        columns["reached_at"] = np.ma.masked_equal(sweep.reached[own], NEVER)
    kept = zip(plan.kept_steps, sweep.losses, strict=True)
    columns |= {f"loss_{step}": losses[own] for step, losses in kept}
    made = ~np.isnan(sweep.final[own])
    return [Column(name, np.ma.asarray(values)[made]) for name, values in columns.items()]


def _groups(sweep: Sweep, rows: range) -> list[Column]:
    """Columns of quantiles: a row for every kept step of a group."""
    import numpy as np

    plan = sweep.plan
    steps = np.array(plan.kept_steps)
    group, row = np.divmod(np.arange(rows.start, rows.stop), len(steps))
    values = sweep.losses.reshape(-1, len(LEVELS))[rows.start : rows.stop]
    columns = {
        "learning_rate": np.array(plan.rates)[group // len(plan.scales)],
        "scale": np.array(plan.scales)[group % len(plan.scales)],
        "step": steps[row],
        **{f"quantile_{level:g}": values[:, place] for place, level in enumerate(LEVELS)},
    }
    made = ~np.isnan(values[:, 0])
    return [Column(name, np.ma.asarray(found)[made]) for name, found in columns.items()]


def blocks(sweep: Sweep) -> Iterator[list[Column]]:
    """The table, so many rows at a time."""
    plan = sweep.plan
    quantiles = plan.asked.quantiles
    count = plan.groups * len(plan.kept_steps) if quantiles else plan.networks
    for start in range(0, count, ROWS):
        rows = range(start, min(start + ROWS, count))
        yield _groups(sweep, rows) if quantiles else _networks(sweep, rows)


def _csv(sweep: Sweep, path: Path) -> None:
    """Full float64 digits; an empty cell where there is no number, `inf` for what diverged."""
    with replacing(path) as file:
        for place, columns in enumerate(blocks(sweep)):
            if not place:
                file.write(",".join(column.name for column in columns) + "\n")
            cells = (_words(column) for column in columns)
            file.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))


def _words(column: Column) -> list[str]:
    return ["" if value is None else repr(value) for value in column.values.tolist()]


def _arrow(sweep: Sweep, path: Path) -> None:
    """Arrow's IPC file format."""
    arrow = _library("pyarrow", "writing Arrow")
    made = map(_batch, blocks(sweep))
    first = next(made)
    with replacing(path, "wb") as file, arrow.ipc.new_file(file, first.schema) as writer:
        for batch in (first, *made):
            writer.write_batch(batch)


def _parquet(sweep: Sweep, path: Path) -> None:
    parquet = _library("pyarrow.parquet", "writing Parquet")
    made = map(_batch, blocks(sweep))
    first = next(made)
    with replacing(path, "wb") as file, parquet.ParquetWriter(file, first.schema) as writer:
        for batch in (first, *made):
            writer.write_batch(batch)


def _batch(columns: list[Column]) -> Any:  # noqa: ANN401 -- pyarrow brings no types
    import numpy as np

    arrow = _library("pyarrow", "writing Arrow")
    arrays = [arrow.array(column.values.data, mask=np.ma.getmaskarray(column.values)) for column in columns]
    return arrow.record_batch(arrays, names=[column.name for column in columns])


def _library(module: str, purpose: str) -> Any:  # noqa: ANN401 -- pyarrow brings no types
    from importlib import import_module

    try:
        import_module("pyarrow.ipc")
        return import_module(module)
    except ImportError as error:
        raise MissingPackageError(package="pyarrow", purpose=purpose, extra="arrow") from error


WRITERS: Mapping[str, Callable[[Sweep, Path], None]] = {".csv": _csv, ".parquet": _parquet, ".arrow": _arrow}
"""By the ending of the file."""


def check_ending(path: str | os.PathLike[str]) -> None:
    """Raise SheetgradError for a file that no table can be written to."""
    if Path(path).suffix not in WRITERS:
        message = f"{path}: a sweep is written as .csv, .parquet or .arrow; give the file one of these endings"
        raise SheetgradError(message)


def write(sweep: Sweep, path: str | os.PathLike[str]) -> None:
    """Write the table as the file's ending says."""
    check_ending(path)
    WRITERS[Path(path).suffix](sweep, Path(path))


def number(value: float) -> str:
    """A number for people, `diverged` for infinity."""
    return f"{value:.6g}" if math.isfinite(value) else "diverged"

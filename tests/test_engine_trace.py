"""The trace: its columns, its rows, and the files made from it."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import pytest

from sheetgrad.engine import Trace, train
from sheetgrad.errors import MissingPackageError
from sheetgrad.files import CannotWriteError
from sheetgrad.network import load

if TYPE_CHECKING:
    from pathlib import Path


def traced(steps: int = 5) -> Trace:
    trace = train(load("class"), steps=steps, trace=True).trace
    assert trace is not None
    return trace


def test_the_columns_carry_the_plain_names_and_the_optimizers_states() -> None:
    assert {"i1", "t2", "w1", "w8", "a_h1", "E_total", "dE_total_dw5"} <= set(traced().columns)
    momentum = train(load("class", optimizer="momentum"), steps=1, trace=True).trace
    assert momentum is not None
    assert "v_w5" in momentum.columns
    assert not any(name.endswith("_new") for name in momentum.columns)


def test_every_row_is_the_one_before_it_after_an_update() -> None:
    trace = traced()
    for step in range(5):
        before, after = trace.row(step), trace.row(step + 1)
        for number in range(1, 9):
            assert after[f"w{number}"] == before[f"w{number}"] - 0.5 * before[f"dE_total_dw{number}"]


def test_the_losses_of_a_run_are_a_column_of_its_trace() -> None:
    run = train(load("class"), steps=20, trace=True, losses=True)
    assert run.losses is not None
    assert run.trace is not None
    assert list(run.losses) == run.trace["E_total"]


def test_an_array_shares_the_shape_and_the_numbers_and_cannot_be_written_to() -> None:
    trace = traced()
    array = trace.to_numpy()
    assert array.shape == trace.shape == (6, len(trace.columns))
    assert array[:, trace.columns.index("w5")].tolist() == trace["w5"]
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1.0


def test_csv_comes_back_with_the_same_bits(tmp_path: Path) -> None:
    trace = traced()
    trace.to_csv(tmp_path / "trace.csv")
    with (tmp_path / "trace.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["step", *trace.columns]
    assert [int(row[0]) for row in rows] == list(range(6))
    assert [[float(word) for word in row[1:]] for row in rows] == list(trace.rows())


def test_parquet_and_the_arrow_stream_hold_the_same_numbers(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    trace = traced()
    trace.to_parquet(tmp_path / "trace.parquet")
    for table in (parquet.read_table(tmp_path / "trace.parquet"), arrow.table(trace)):
        assert table.column_names == ["step", *trace.columns]
        assert table["E_total"].to_pylist() == trace["E_total"]


def test_without_pyarrow_the_message_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingPackageError, match=r"sheetgrad\[arrow\]"):
        traced().to_parquet(tmp_path / "trace.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="nowhere"):
        traced().to_csv(tmp_path / "nowhere" / "trace.csv")


def test_asking_for_what_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        traced()["w99"]
    with pytest.raises(IndexError, match="0 to 5"):
        traced().row(6)

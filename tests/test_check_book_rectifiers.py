"""Behind a rectifier most gradients are zero at most points: right workbooks stay right, wrong ones are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import sheetgrad
from sheetgrad.check.book.workbook import check_book

if TYPE_CHECKING:
    from pathlib import Path


def spec(seed: int) -> dict[str, Any]:
    """Networks of two to four layers with rectifiers."""
    hidden = [
        {"size": 2 + (seed + place) % 3, "activation": "relu", "bias": "each" if seed % 4 < 2 else "none"}
        for place in range(1 + seed % 3)
    ]
    last = {"size": 1 + seed % 2, "activation": ("identity", "relu", "sigmoid")[seed % 3]}
    targets = [0.3, -0.2][: 1 + seed % 2]
    return {
        "name": "rectifiers", "inputs": [0.6, -0.4], "targets": targets, "loss": "half_squared_error",
        "learning_rate": 0.1, "seed": seed, "layers": [*hidden, last],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_right_workbook_with_rectifiers_has_nothing_false(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "book.xlsx"
    sheetgrad.workbook(spec(seed), path, steps=20)
    assert check_book(str(path)).counts["false"] == 0


def test_another_weights_gradient_behind_a_rectifier_is_found(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    sheetgrad.workbook(spec(0), path, steps=20)
    book = openpyxl.load_workbook(path)
    sheet = book["Steps"]
    at = {cell.value: cell.column_letter for cell in sheet[1]}
    for row in range(3, 24):
        sheet[f"{at['dE_total_dw1']}{row}"] = f"={at['dE_total_dh2']}{row}*{at['i1']}{row}"
    book.save(path)
    wrong = [finding for finding in check_book(str(path)).findings if finding.verdict == "false"]
    assert [finding.place for finding in wrong] == [f"Steps!{at['dE_total_dw1']}3:{at['dE_total_dw1']}23"]

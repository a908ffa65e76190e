"""How long it takes until sheetgrad answers: wall time of whole processes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = {"--help": 0.2, "train --json": 0.3, "derive": 0.4, "why dE/dw5": 0.4, "run": 2.0}
"""Seconds within which the fastest of the runs must be, on one core of an ordinary machine."""


@pytest.mark.parametrize("words", LIMITS)
def bench_start(words: str, benchmark: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sheetgrad", *words.split()]

    def answer() -> None:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    benchmark.pedantic(answer, rounds=5, warmup_rounds=1)
    assert benchmark.stats["min"] < LIMITS[words]

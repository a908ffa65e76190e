"""What reading a workbook costs: ours against openpyxl, formulas and stored values alike.

Run with `make bench`. Figures drift with the machine; the ratios in one run hold.
openpyxl needs two passes, one for the formulas and one for the values.
"""

from __future__ import annotations

import subprocess
import sys
from time import process_time
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import sheetgrad
from sheetgrad.check.patching import Change, patched
from sheetgrad.read.book import open_book
from sheetgrad.read.book.recalculated import recalculated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG, SHORT = 10_000, 70


def seconds(work: Callable[[], Any]) -> float:
    """CPU seconds."""
    began = process_time()
    work()
    return process_time() - began


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long and a short workbook, with shared formulas and (as openpyxl writes them) with plain ones."""
    found = tmp_path_factory.mktemp("books")
    for steps in (SHORT, LONG):
        sheetgrad.workbook("class", found / f"shared-{steps}.xlsx", steps=steps, rates=[0.5])
        openpyxl.load_workbook(found / f"shared-{steps}.xlsx").save(found / f"plain-{steps}.xlsx")
    return found


def by_openpyxl(path: Path) -> None:
    for only_values in (False, True):
        book = openpyxl.load_workbook(path, data_only=only_values, read_only=True)
        for page in book.worksheets:
            for _ in page.iter_rows(values_only=True):
                pass


def peak(path: Path) -> float:
    """Megabytes that a process of its own takes to read a file."""
    code = (
        "import sys; from sheetgrad.read.book import open_book; book = open_book(sys.argv[1]); "
        "print(open('/proc/self/status').read())"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout.partition("VmHWM:")[2].split()[0]) / 1e3


@pytest.mark.parametrize("kind", ["shared", "plain"])
def bench_a_long_workbook(folder: Path, kind: str) -> None:
    path = folder / f"{kind}-{LONG}.xlsx"
    ours, theirs = seconds(lambda: open_book(path)), seconds(lambda: by_openpyxl(path))
    print(f"\n{LONG:,} steps, {kind}: {ours:.2f} s and {peak(path):.0f} MB; openpyxl {theirs:.2f} s")
    assert ours < theirs


def bench_a_short_workbook(folder: Path) -> None:
    path = folder / f"plain-{SHORT}.xlsx"
    open_book(path)
    cost = min(seconds(lambda: open_book(path)) for _ in range(5))
    print(f"\n{SHORT} steps: {cost * 1e3:.0f} ms to read")
    assert cost < 0.2


def bench_computing_and_correcting(folder: Path) -> None:
    path = folder / f"shared-{LONG}.xlsx"
    book = open_book(path)
    steps = next(page for page in book.sheets if page.name == "Steps")
    column = max(column for _, column in steps.cells)
    changes = [Change("Steps", (row, column), "=0", "bench") for row in range(10, 60)]
    print(f"\nall formulas of {LONG:,} steps computed: {seconds(lambda: recalculated(book)):.2f} s")
    print(f"50 of them changed: {seconds(lambda: patched(path, changes, folder / 'out.xlsx')):.2f} s")

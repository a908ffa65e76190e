"""What a workbook costs: ours against stock XlsxWriter and openpyxl, formulas and values alike.

Run with `make bench`. Figures drift with the machine; the ratios in one run hold.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

import sheetgrad
from sheetgrad.sheet.layout import plan
from sheetgrad.sheet.plan import BEFORE, HEADERS, ROW
from sheetgrad.sheet.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STEPS = 10_000
MANY = 100_000


def seconds(work: Callable[[], Any]) -> float:
    """CPU seconds."""
    began = process_time()
    work()
    return process_time() - began


def ours(path: Path, steps: int = STEPS) -> None:
    sheetgrad.workbook("class", path, steps=steps, rates=[0.5])


def rows(steps: int) -> Iterator[list[tuple[str, float]]]:
    """Every cell as its formula (or nothing) and its value."""
    made = plan(sheetgrad.load("class"), steps=steps, rates=(0.5,))
    tables = made.runs[0]
    for number, line in enumerate(Values(made).of_steps(tables), HEADERS + 1):
        first = number == HEADERS + 1
        texts = (
            column.start if first and column.start is not None else column.formula for column in tables.steps.columns
        )
        filled = (text.replace(ROW, str(number)).replace(BEFORE, str(number - 1)) for text in texts)
        yield list(zip(filled, line.values, strict=True))


def by_xlsxwriter(path: Path, steps: int) -> None:
    from xlsxwriter import Workbook

    with Workbook(path) as book:
        sheet = book.add_worksheet("Steps")
        for row, cells in enumerate(rows(steps), HEADERS):
            for column, (text, value) in enumerate(cells):
                if text:
                    sheet.write_formula(row, column, f"={text}", None, value)
                else:
                    sheet.write_number(row, column, value)


def by_openpyxl(path: Path, steps: int) -> None:
    """It cannot write the values of formulas."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Steps")
    for cells in rows(steps):
        sheet.append([f"={text}" if text else value for text, value in cells])
    book.save(path)


def by_rustypyxl(path: Path, steps: int) -> None:
    """Written in Rust, a row at a time; it cannot write the values of formulas."""
    rustypyxl = pytest.importorskip("rustypyxl")
    with rustypyxl.WriteOnlyWorkbook(str(path)) as book:
        book.create_sheet("Steps")
        for cells in rows(steps):
            book.append_row([f"={text}" if text else value for text, value in cells])


def by_wolfxl(path: Path, steps: int) -> None:
    """Written in Rust, with the interface of openpyxl; it cannot write the values of formulas."""
    wolfxl = pytest.importorskip("wolfxl")
    book = wolfxl.Workbook(write_only=True)
    sheet = book.create_sheet("Steps")
    for cells in rows(steps):
        sheet.append([f"={text}" if text else value for text, value in cells])
    book.save(str(path))


def nothing(_path: Path, steps: int) -> None:
    """What it costs to make the formulas and numbers that the other writers are given."""
    for _ in rows(steps):
        pass


@pytest.mark.parametrize("writer", [by_xlsxwriter, by_openpyxl, by_rustypyxl, by_wolfxl, nothing])
def bench_ours_beside_other_writers(tmp_path: Path, writer: Callable[[Path, int], None]) -> None:
    ours(tmp_path / "warm.xlsx", 10)
    mine = min(seconds(lambda: ours(tmp_path / "ours.xlsx")) for _ in range(3))
    steps = STEPS // 5
    other = seconds(lambda: writer(tmp_path / "other.xlsx", steps)) * 5
    print(f"\n{STEPS:,} steps: ours {mine:.2f} s, {writer.__name__} {other:.2f} s, {other / mine:.1f} times as long")
    if writer is by_xlsxwriter:
        assert other > 15 * mine


def bench_a_hundred_thousand_steps_need_little_memory(tmp_path: Path) -> None:
    """In a process of its own, so that its peak is its own."""
    code = f"import sheetgrad; sheetgrad.workbook('class', {str(tmp_path / 'long.xlsx')!r}, steps={MANY}, rates=[0.5])"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    report = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code + report], check=True, capture_output=True, text=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    megabytes = int(done.stdout) / 1024
    print(f"\n{MANY:,} steps: {spent:.1f} s of CPU with start-up, {megabytes:.0f} MB at most")
    assert megabytes < 150

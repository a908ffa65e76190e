"""How well `check` reads and judges a folder of hand-made workbooks that somebody has judged by hand.

    python bench/bench_books.py FOLDER

The folder holds the workbooks and `truth.tsv`, a table with tabs whose columns
include `file`, `notation or class` (`right`, or what sort of mistake it has) and
`notes` (where the mistakes are). Files of other kinds are passed over. A finding
about a text in a cell says nothing about the formulas and is counted apart.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.files import FORMS
from sheetgrad.check.run import check_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.check.findings import Finding, Report

HEAD = f"{'file':<16} {'class':<16} {'true':>5} {'false':>5} {'unread':>6} {'text':>5}  false formulas"


class Row(NamedTuple):
    """One workbook: what was found, and what the truth says."""

    report: Report
    kind: str
    notes: str

    @property
    def formulas(self) -> list[Finding]:
        """False findings about formulas."""
        return [found for found in self.report.findings if found.verdict == "false" and not _is_text(found)]

    @property
    def texts(self) -> int:
        """Findings about texts in cells."""
        return sum(_is_text(found) for found in self.report.findings)


def _is_text(finding: Finding) -> bool:
    return finding.message.startswith("In the text of this cell")


def rows(folder: Path) -> Iterator[Row]:
    with (folder / "truth.tsv").open(encoding="utf-8", newline="") as file:
        truth = {row["file"]: row for row in csv.DictReader(file, delimiter="\t")}
    names = [name for name in truth if FORMS.get(Path(name).suffix.lower()) == "workbook" and (folder / name).exists()]
    for name, report in zip(names, check_files([folder / name for name in names]), strict=True):
        words = " ".join(truth[name].get(column) or "" for column in ("verdict", "notes"))
        yield Row(report, truth[name]["notation or class"] or "", words.strip())


def table(folder: Path) -> Iterator[str]:
    began = time.perf_counter()
    found = list(rows(folder))
    seconds = time.perf_counter() - began
    yield HEAD
    for row in found:
        counts = row.report.counts
        places = " ".join(f"{one.place}:{one.code}" for one in row.formulas)
        words = row.report.error or places or ("none" if row.report.network else "no table")
        numbers = f"{counts['true']:>5} {counts['false']:>5} {counts['unread']:>6} {row.texts:>5}"
        yield f"{Path(row.report.path).name:<16} {row.kind:<16} {numbers}  {words}"
        if row.kind not in {"right", "inherited"}:
            yield f"{'':<16} truth: {row.notes}"
    yield from totals(found, seconds)


def totals(found: list[Row], seconds: float) -> Iterator[str]:
    opened = sum(not row.report.error for row in found)
    yield f"opened {opened} of {len(found)}; {seconds:.1f} s"
    seen: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    accused: Counter[str] = Counter()
    for row in found:
        seen[row.kind] += 1
        judged[row.kind] += bool(row.report.network)
        accused[row.kind] += bool(row.formulas)
    for kind, count in sorted(seen.items()):
        yield f"  {kind:<18} {count:>3} files, {judged[kind]:>3} with a table, {accused[kind]:>3} with false formulas"


def main() -> int:
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "truth.tsv").is_file():
        print("usage: python bench/bench_books.py FOLDER (with a truth.tsv in it)", file=sys.stderr)
        return 2
    for text in table(Path(sys.argv[1])):
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How well `check` reads and judges a folder of hand-made documents that somebody has judged by hand.

    python bench/bench_corpus.py FOLDER

The folder holds the documents and `truth.tsv`, a table with tabs whose columns
include `file` and `verdict`; a verdict names the weights whose final gradient is
wrong (`right w1-w8`, `WRONG w3,w4: …`). That is said of texts and programs only; workbooks
are for `bench_books.py`, and files of other kinds are passed over.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.files import FORMS
from sheetgrad.check.run import check_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.findings import Report

WEIGHTS = re.compile(r"w(\d+)(?:\s*[-–]\s*w(\d+))?")
KINDS = frozenset({"document", "notebook", "code"})
COLUMNS = f"{'file':<24} {'read':>6} {'true':>5} {'slip':>5} {'false':>5} {'unread':>6} {'lines':>5}"
HEAD = f"{COLUMNS}  found wrong / said wrong"


class Row(NamedTuple):
    """One document: what was found, and what the truth says."""

    report: Report
    said: frozenset[str]
    verdict: str

    @property
    def found(self) -> frozenset[str]:
        return frozenset(name for name, verdict in self.report.gradients.items() if verdict == "false")

    @property
    def agrees(self) -> bool:
        return self.found == self.said


def weights(text: str) -> frozenset[str]:
    """`w1-w3, w5` as the names it stands for."""
    found: set[str] = set()
    for first, last in WEIGHTS.findall(text):
        found |= {f"w{number}" for number in range(int(first), int(last or first) + 1)}
    return frozenset(found)


def said_wrong(verdict: str) -> frozenset[str]:
    """The weights that a verdict calls wrong: those named straight after the word."""
    stretches = re.findall(r"wrong\s+((?:w\d+[\s,;&–-]*(?:and\s+)?)+)", verdict, re.IGNORECASE)
    return frozenset().union(*map(weights, stretches))


def rows(folder: Path) -> Iterator[Row]:
    with (folder / "truth.tsv").open(encoding="utf-8", newline="") as file:
        truth = {row["file"]: row["verdict"] or "" for row in csv.DictReader(file, delimiter="\t")}
    names = [name for name in truth if FORMS.get(Path(name).suffix.lower()) in KINDS and (folder / name).exists()]
    for name, report in zip(names, check_files([folder / name for name in names]), strict=True):
        yield Row(report, said_wrong(truth[name]), truth[name])


def share(reports: Sequence[Report]) -> float:
    """Equalities read, of those seen; a line in which none could be read counts as one."""
    seen = sum(sum(report.counts.values()) + report.not_read for report in reports)
    unread = sum(report.counts["unread"] + report.not_read for report in reports)
    return 1 - unread / seen if seen else 1.0


def line(name: str, reports: Sequence[Report], words: str) -> str:
    counts = [sum(report.counts[verdict] for report in reports) for verdict in ("true", "slip", "false", "unread")]
    numbers = " ".join(f"{count:>{width}}" for count, width in zip(counts, (5, 5, 5, 6), strict=True))
    return f"{name:<24} {share(reports):>6.1%} {numbers} {sum(r.not_read for r in reports):>5}  {words}"


def table(folder: Path) -> Iterator[str]:
    began = time.perf_counter()
    found = list(rows(folder))
    seconds = time.perf_counter() - began
    yield HEAD
    for row in found:
        names = [" ".join(sorted(side)) or "none" for side in (row.found, row.said)]
        words = row.report.error or f"{'agrees' if row.agrees else 'DIFFERS'}  {' / '.join(names)}"
        yield line(Path(row.report.path).name, [row.report], words)
        if not row.agrees:
            yield f"{'':<24} truth: {row.verdict}"
    agreed = sum(row.agrees for row in found)
    yield line("all", [row.report for row in found], f"{agreed} of {len(found)} agree; {seconds:.1f} s")


def main() -> int:
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "truth.tsv").is_file():
        print("usage: python bench/bench_corpus.py FOLDER (with a truth.tsv in it)", file=sys.stderr)
        return 2
    for text in table(Path(sys.argv[1])):
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What `check` finds in workbooks with one planted mistake each, and whether it names it with its cells.

    python bench/bench_book_mutants.py [--books handmade|written|all] [--part 1/4] [--every 10]
                                       [--add-to FILE] [--misses FILE]

Every mistake of the table is planted in a whole column, in a part of one, and in one cell. The whole
takes about half an hour on one core; `--part` takes a share of it, `--every` a sample, and `--add-to`
keeps the counts in a file, so that the last of several parts prints the table of all.
A mistake counts as found if anything is said against the formulas, and as named if a finding
has one of the codes that fit and exactly the cells of the mistake. The right workbooks come first:
whatever is said against them is an alarm.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import planted_books
from handmade_books import STYLES, Mutant, Style, mistakes, write

from sheetgrad.check.book.workbook import check_book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sheetgrad.check.findings import Finding

EXTENTS = {"column": (0, 11), "part": (4, 7), "cell": (6, 6)}
EACH = 2
"""Formulas of one network in one layout in which each mistake is planted."""


class Trial(NamedTuple):
    """A workbook with a mistake: what is planted, the codes that fit, its cells, and how it is written."""

    code: str
    extent: str
    codes: frozenset[str]
    place: str
    words: str
    write: Callable[[Path], None]


def handmade() -> Iterator[Trial]:
    """The styles of people."""
    for style in STYLES:
        row, column = style.corner
        for mutant in mistakes(style):
            at = style.order.index(mutant.quantity)
            for extent, (first, last) in EXTENTS.items():
                start = max(first, mutant.quantity.startswith("w"))
                planted = replace(mutant, first=start, last=last)
                ends = [
                    xl_rowcol_to_cell(
                        *((row + at, column + 1 + step) if style.sideways else (row + 1 + step, column + at))
                    )
                    for step in (start, last)
                ]
                place = "Table!" + ":".join(dict.fromkeys(ends))
                words = f"{style.name}: {mutant.quantity} = {mutant.formula}"
                yield Trial(
                    min(mutant.codes), extent, mutant.codes, place, words,
                    partial(_write_mutant, style, planted),
                )  # fmt: skip


def written() -> Iterator[Trial]:
    """Networks of many kinds in many layouts: of each, a sample with every mistake in every extent."""
    for spec in planted_books.SPECS.values():
        for layout in planted_books.LAYOUTS:
            network = planted_books.Network(spec, layout)
            by_code: dict[str, list[planted_books.Planted]] = {}
            for planted in planted_books.mistakes(network, layout):
                by_code.setdefault(planted.code, []).append(planted)
            draw = random.Random(len(network.order))  # noqa: S311 -- a sample, no secret
            for code, every in by_code.items():
                for planted in draw.sample(every, min(EACH, len(every))):
                    for extent, (first, last) in EXTENTS.items():
                        yield _written(code, extent, planted, max(first, planted.target in network.updates), last)


def _written(code: str, extent: str, planted: planted_books.Planted, first: int, last: int) -> Trial:
    network, layout = planted.network, planted.layout
    words = f"{network.title}, {layout.name}: {planted_books.equation(planted)}"
    return Trial(
        code, extent, frozenset(planted_books.ALIKE.get(code, {code})), planted_books.cells(planted, first, last),
        words,
        lambda path: planted_books.write(path, network, layout, planted, (first, last)),
    )  # fmt: skip


def alarms() -> Iterator[str]:
    """What is said against right workbooks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "right.xlsx"
        books = [(style.name, partial(write, path, style)) for style in STYLES]
        for spec in planted_books.SPECS.values():
            for layout in planted_books.LAYOUTS:
                network = planted_books.Network(spec, layout)
                books.append((f"{network.title}, {layout.name}", partial(planted_books.write, path, network, layout)))
        for name, make in books:
            make()
            yield from (f"ALARM {name}: {one.place} {one.code}" for one in said(path))
        yield f"{len(books)} right workbooks looked at"


def _write_mutant(style: Style, planted: Mutant, path: Path) -> None:
    write(path, style, mutants=(planted,))


def said(path: Path) -> list[Finding]:
    """What is said against the formulas of a workbook."""
    return [found for found in check_book(str(path)).findings if found.verdict in {"false", "slip", "unread"}]


def tried(trials: list[Trial], counts: Counter[str], misses: list[str]) -> None:
    """Check every workbook, and count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        for trial in trials:
            trial.write(path)
            findings = said(path)
            named = any(one.place == trial.place and one.code in trial.codes for one in findings)
            for code in (trial.code, "all"):
                for what, counted in (("planted", True), ("found", bool(findings)), ("named", named)):
                    counts[f"{code} {trial.extent} {what}"] += counted
            if not named:
                shown = [(one.verdict, one.code, one.place, one.expected) for one in findings]
                misses.append(f"{trial.code} {trial.extent} {trial.place} {trial.words}\n    {shown}")


def table(counts: Counter[str]) -> Iterator[str]:
    """A row for each mistake, its three extents, and the whole."""
    yield f"{'':<18}" + "".join(f"{extent:>24}" for extent in EXTENTS)
    yield f"{'mistake':<18}" + f"{'planted':>10}{'found':>7}{'named':>7}" * len(EXTENTS)
    codes = sorted({key.partition(" ")[0] for key in counts} - {"all"})
    for code in (*codes, "all"):
        three = [[counts[f"{code} {extent} {what}"] for what in ("planted", "found", "named")] for extent in EXTENTS]
        yield f"{code:<18}" + "".join(f"{planted:>10}{found:>7}{named:>7}" for planted, found, named in three)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--books", choices=["handmade", "written", "all"], default="all")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--add-to", type=Path)
    parser.add_argument("--misses", type=Path)
    chosen = parser.parse_args()
    part, parts = map(int, chosen.part.split("/"))
    pools = {"handmade": (handmade,), "written": (written,), "all": (handmade, written)}[chosen.books]
    trials = [trial for pool in pools for trial in pool()][part - 1 :: parts][:: chosen.every]
    for line in alarms() if part == 1 else ():
        print(line)
    misses: list[str] = []
    kept: Path | None = chosen.add_to
    counts: Counter[str] = Counter(json.loads(kept.read_text()) if kept is not None and kept.exists() else {})
    tried(trials, counts, misses)
    if kept is not None:
        kept.write_text(json.dumps(counts))
    for line in table(counts):
        print(line)
    if chosen.misses is not None:
        chosen.misses.write_text("\n".join(misses))


if __name__ == "__main__":
    main()

"""Networks of many kinds in many layouts: right ones raise no alarm, and planted mistakes are found and named."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from planted_books import ALIKE, LAYOUTS, SPECS, Network, Planted, cells, equation, mistakes, write

from sheetgrad.check.book.workbook import check_book

if TYPE_CHECKING:
    from pathlib import Path

MANY = os.environ.get("SHEETGRAD_EXAMPLES") == "many"
PAIRS = [(spec, layout) for spec in SPECS for layout in LAYOUTS]
SPANS = ((0, 11), (4, 7), (6, 6))


@pytest.mark.parametrize(
    ("spec", "layout"),
    PAIRS if MANY else [(spec, LAYOUTS[place % len(LAYOUTS)]) for place, spec in enumerate(SPECS)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_right_network_in_any_layout_raises_no_alarm(spec: str, layout: object, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    network = Network(SPECS[spec], layout)  # type: ignore[arg-type]  # a layout
    write(path, network, layout)  # type: ignore[arg-type]  # the same
    report = check_book(str(path))
    assert not report.findings
    assert report.counts["true"] == sum(report.counts.values()) >= len(network.values)


def drawn() -> list[Planted]:
    """A few mistakes of many networks and layouts."""
    draw = random.Random(3)  # noqa: S311 -- a sample for a test
    found = []
    for spec, layout in PAIRS if MANY else draw.sample(PAIRS, 5):
        every = list(mistakes(Network(SPECS[spec], layout), layout))
        found += draw.sample(every, min(60 if MANY else 4, len(every)))
    return found


def test_mistakes_planted_in_any_layout_are_found_and_named_with_their_cells(tmp_path: Path) -> None:
    found = named = 0
    missed = []
    chosen = drawn()
    for number, planted in enumerate(chosen):
        first, last = SPANS[number % len(SPANS)]
        first = max(first, planted.target in planted.network.updates)
        path = tmp_path / "book.xlsx"
        write(path, planted.network, planted.layout, planted, (first, last))
        said = [one for one in check_book(str(path)).findings if one.verdict in {"false", "slip", "unread"}]
        codes = ALIKE.get(planted.code, {planted.code})
        good = any(one.place == cells(planted, first, last) and one.code in codes for one in said)
        found, named = found + bool(said), named + good
        missed += [] if good else [(planted.code, equation(planted), [(one.code, one.place) for one in said])]
    assert found >= 0.95 * len(chosen), missed
    assert named >= 0.8 * len(chosen), missed

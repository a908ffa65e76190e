"""Deeper networks: what sheetgrad derives is right, and every mistake planted in it is found and called by name."""

from __future__ import annotations

import os
import random
from functools import cache

import pytest
from planted_documents import Planted, derivations, in_our_own

from sheetgrad.check.document import check_text
from sheetgrad.emit.markdown import markdown

RIGHT = list(derivations())
SAMPLE = 100_000 if os.environ.get("SHEETGRAD_EXAMPLES") == "many" else 12
ALIKE = {
    "wrong-index": {"wrong-index", "missing-path", "wrong-left"},
    "missing-factor": {"missing-factor", "missing-path"},
    "extra-factor": {"extra-factor", "lost-power"},
    "half": {"half", "extra-factor"},
    "lost-power": {"lost-power", "missing-factor"},
}
"""Mistakes that can be mended in two ways: either name is right."""


@pytest.mark.parametrize(
    ("title", "derivation"), [(title, made) for title, made, _ in RIGHT], ids=[r[0] for r in RIGHT]
)
def test_a_derivation_of_a_deeper_network_raises_no_alarm(title: str, derivation: object) -> None:
    report = check_text(title, markdown(derivation))  # type: ignore[arg-type]  # a derivation
    assert not [finding for finding in report.findings if finding.verdict in {"false", "slip"}]
    assert report.counts["true"] > 30


@cache
def mutants() -> list[Planted]:
    return list(in_our_own())


def sample(role: str) -> list[Planted]:
    every = [planted for planted in mutants() if planted.wrong.startswith(role)]
    return random.Random(11).sample(every, min(SAMPLE, len(every)))  # noqa: S311 -- a sample, no secret


@pytest.mark.parametrize(
    ("role", "found", "named"), [("backward", 0.99, 0.9), ("forward", 0.9, 0.75 if SAMPLE > 100 else 0.5)]
)
def test_mistakes_planted_in_deeper_networks_are_found_in_their_line_and_called_by_name(
    role: str, found: float, named: float
) -> None:
    chosen = sample(role)
    detected = right = 0
    missed = []
    for planted in chosen:
        false = [f for f in check_text("planted.md", planted.text).findings if f.verdict == "false"]
        detected += bool(false)
        good = any(f.line == planted.line and f.code in ALIKE.get(planted.code, {planted.code}) for f in false)
        right += good
        missed += [] if good else [(planted.document, planted.line, planted.code, planted.wrong[:90])]
    assert detected >= found * len(chosen), missed[:5]
    assert right >= named * len(chosen), missed[:20]

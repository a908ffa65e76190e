"""Deeper networks: what sheetgrad derives is right, and every mistake planted in it is found and called by name."""

from __future__ import annotations

import os
import random
from functools import cache

import pytest
from planted_documents import ALIKE, Planted, contradicted, derived, in_our_own

from sheetgrad.check.document import check_text
from sheetgrad.emit.markdown import markdown

RIGHT = derived()
SAMPLE = 600 if os.environ.get("SHEETGRAD_EXAMPLES") == "many" else 20


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


def sample(*roles: str) -> list[Planted]:
    every = [planted for planted in mutants() if planted.role in roles]
    return random.Random(11).sample(every, min(SAMPLE, len(every)))  # noqa: S311 -- a sample, no secret


@pytest.mark.parametrize("roles", [("backward",), ("forward", "loss")], ids=["backward", "forward"])
def test_mistakes_planted_in_deeper_networks_are_found_in_their_line_and_called_by_name(roles: tuple[str, ...]) -> None:
    chosen = [planted for planted in sample(*roles) if contradicted(planted)]
    detected = right = 0
    missed = []
    for planted in chosen:
        false = [f for f in check_text("planted.md", planted.text).findings if f.verdict == "false"]
        detected += bool(false)
        good = any(f.line == planted.line and f.code in ALIKE.get(planted.code, {planted.code}) for f in false)
        right += good
        missed += [] if good else [(planted.document, planted.line, planted.code, planted.wrong[:90])]
    assert len(chosen) >= 0.9 * min(SAMPLE, len(mutants()))
    assert detected >= 0.995 * len(chosen), missed[:5]
    assert right >= 0.95 * len(chosen), missed[:20]


def test_a_mistake_that_nothing_speaks_against_is_told_from_one_that_is_contradicted() -> None:
    powers = [one for one in mutants() if "textbook" in one.document and one.wrong.startswith("forward: 2*exp(")]
    weights = [one for one in mutants() if one.role == "forward" and one.code == "plus-for-times"]
    assert powers
    assert not any(map(contradicted, powers))
    assert all(map(contradicted, weights[:20]))

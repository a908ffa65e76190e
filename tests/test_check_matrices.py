"""Equations between whole vectors and matrices: right ones hold in every notation, mistakes are found and named."""

from __future__ import annotations

import pytest
from matrix_texts import LOOKALIKES, TEXTS
from planted_matrices import planted

import sheetgrad
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.check.document import check_text
from sheetgrad.check.matrix.part import part_of
from sheetgrad.emit.markdown import markdown
from sheetgrad.read.traced import Source

EQUIVALENT = frozenset({("layered", 6)})
"""What is planted in the definition of a loss that is said nowhere else may be right for another loss."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_right_text_is_read_to_the_end_and_holds(name: str) -> None:
    report = check_text(f"{name}.md", TEXTS[name])
    assert {judged.verdict for judged in report.equalities} == {"true"}
    assert report.findings == []
    assert report.not_read == 0


@pytest.mark.parametrize("name", LOOKALIKES)
def test_a_right_text_in_an_unusual_way_raises_no_alarm(name: str) -> None:
    report = check_text(f"{name}.md", LOOKALIKES[name])
    assert {judged.verdict for judged in report.equalities} <= {"true", "given"}
    assert report.findings == []


@pytest.mark.parametrize("name", TEXTS)
def test_planted_mistakes_are_found_and_named(name: str) -> None:
    wrong = [one for one in planted(TEXTS[name]) if (name, one.line) not in EQUIVALENT]
    assert wrong
    missed, misnamed = [], []
    for one in wrong:
        found = [finding for finding in check_text("text.md", one.text).findings if finding.verdict == "false"]
        if not any(finding.line == one.line for finding in found):
            missed.append(one[:1] + one[2:])
        elif len(found) > 1 or found[0].code != one.code:
            misnamed.append((one[:1] + one[2:], [(finding.line, finding.code) for finding in found]))
    assert len(missed) <= 0.01 * len(wrong), missed
    assert len(misnamed) <= 0.05 * len(wrong), misnamed


@pytest.mark.parametrize("preset", PRESETS)
def test_our_own_matrix_form_holds_line_by_line(preset: str) -> None:
    text = markdown(sheetgrad.derive(preset, form="matrix"))
    part = part_of(Source.of("own.md", text))
    if preset == "rnn":
        assert part is None  # every quantity of it is a single number
        return
    assert part is not None
    assert {judged.verdict for judged in part.equalities} <= {"true", "given"}
    assert sum(judged.verdict == "true" for judged in part.equalities) > 20
    assert part.findings == []
    assert all(verdict == "true" for verdict in part.gradients.values())

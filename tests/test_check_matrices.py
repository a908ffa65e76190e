"""Equations between whole vectors and matrices: right ones hold in every notation, mistakes are found and named."""

from __future__ import annotations

import random

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
def test_planted_mistakes_are_found_and_named(name: str, mutant_share: int) -> None:
    every = [one for one in planted(TEXTS[name]) if (name, one.line) not in EQUIVALENT]
    wrong = random.Random(5).sample(every, min(len(every), mutant_share // 20))  # noqa: S311 -- a sample, no secret
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


@pytest.mark.parametrize(
    ("name", "right", "wrong", "line", "code"),
    [
        ("rows", "Z2 = A1 @ W2", "Z2 = X @ W2", 8, "wrong-layer"),
        ("rows", "A2 = sigmoid(Z2)", "A2 = sigmoid(Z1)", 9, "wrong-layer"),
        ("rows", "Z1 = X @ W1", "Z1 = X @ W2", 6, "wrong-layer"),
        ("columns", "W^{[2]} A^{[1]} + b", "W^{[2]} Z^{[1]} + b", 6, "pre-activation"),
        ("unicode", "W₂ a₁ + b₂", "W₁ a₁ + b₂", 2, "wrong-layer"),
        ("chains", "W_2^T h + b_2", "W_2^T u + b_2", 2, "pre-activation"),
        ("deep", "h1 W2 + b2", "x W2 + b2", 3, "wrong-layer"),
    ],
)
def test_a_wrong_forward_equation_is_the_only_finding(name: str, right: str, wrong: str, line: int, code: str) -> None:
    report = check_text("text.md", TEXTS[name].replace(right, wrong, 1))
    assert [(finding.line, finding.verdict, finding.code) for finding in report.findings] == [(line, "false", code)]


@pytest.mark.parametrize(
    "text",
    [
        "h = W x + b\n\na = σ(h)\n\no = V a + c\n\ny = σ(o)\n\nδ_o = (y − t) ⊙ y\n\n∂E/∂V = δ_o a\n",
        "Z = W X + b\n\nA = σ(Z)\n\ndZ = A − Y\n\ndW = 1/m dZ Xᵀ + λ/m W\n\ndb = 1/m Σ dZ\n",
        "$$h_t = \\tanh(W h_{t-1} + U x_t)$$\n\n$$\\frac{\\partial L}{\\partial W} = \\sum_t \\delta_t h_{t-1}^T$$\n",
        "∇ ⊙ = ᵀ\n\n(((( = ⊙⊙ @ @\n\nW^T = \n",
    ],
)
def test_what_is_said_too_loosely_is_never_false(text: str) -> None:
    assert all(judged.verdict != "false" for judged in check_text("loose.md", text).equalities)


def test_the_reading_is_shown_and_the_convention_named() -> None:
    report = check_text("rows.md", TEXTS["rows"])
    assert "samples as rows" in report.network
    assert "A1ᵀ @ ∂L/∂Z2" in report.equalities[6].right
    assert report.gradients == {"W1": "true", "W2": "true", "b1": "true", "b2": "true"}


def test_scalar_texts_are_judged_as_without_arrays() -> None:
    text = "h1 = w1*i1 + w2*i2\n\na_h1 = σ(h1)\n\n∂a_h1/∂h1 = a_h1*(1 - a_h1)\n"
    assert part_of(Source.of("a.md", text)) is None


def test_a_long_text_of_arrays_ends_in_time() -> None:
    lines = [f"Z{n} = W{n} A{n - 1} + b{n}\n\nA{n} = σ(Z{n})\n" for n in range(1, 30)]
    back = [f"dZ{n} = W{n + 1}ᵀ dZ{n + 1} ⊙ σ'(Z{n})\n\ndW{n} = dZ{n} A{n - 1}ᵀ\n" for n in range(28, 0, -1)]
    text = "\n".join([*lines, "E = ½ Σ (A29 − Y)²\n", "dZ29 = (A29 − Y) ⊙ σ'(Z29)\n", *back])
    report = check_text("long.md", text)
    assert not [judged for judged in report.equalities if judged.verdict == "false"]


@pytest.mark.parametrize("preset", PRESETS)
def test_our_own_matrix_document_raises_no_alarm(preset: str) -> None:
    report = check_text("own.md", markdown(sheetgrad.derive(preset, form="matrix")))
    assert [(f.line, f.yours) for f in report.findings if f.verdict in {"false", "slip"}] == []

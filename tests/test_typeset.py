"""Every formula, in LaTeX and in MathML, read by independent readers, has the value of what it stands for."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from drawn_models import SEEDS, drawn
from typeset_readers import LatexReader, MathmlReader, Unreadable

import sheetgrad
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.derivation.numbers import numbers, worked_numbers
from sheetgrad.emit.latex import latex
from sheetgrad.emit.mathml import mathml, name_in_mathml
from sheetgrad.emit.screen import screen
from sheetgrad.expr import Number, Power, Product, Ref, Sum, Symbol, call

if TYPE_CHECKING:
    from sheetgrad.derivation import Derivation

FORMS = ("chain", "delta", "expanded")
A, B, C = (Ref(Symbol(letter)) for letter in "abc")


def read_back(derivation: Derivation) -> int:
    """Hold every member of every line, read from LaTeX and from MathML, against the line's value."""
    names, found = derivation.notation, numbers(derivation)
    as_latex = LatexReader({names.latex(quantity): value for quantity, value in found.items()})  # type: ignore[arg-type]
    as_mathml = MathmlReader({mathml(quantity, names): value for quantity, value in found.items()})
    count = 0
    for line in derivation.lines:
        expected = found[line.quantity]
        for member in line.members[1:]:
            if not math.isfinite(expected):
                continue
            try:
                values = as_latex.value(latex(member, names)), as_mathml.value(mathml(member, names))
            except Unreadable:
                continue
            count += 1
            assert values == pytest.approx((expected, expected), rel=1e-9, abs=1e-12), latex(member, names)
    return count


@pytest.mark.parametrize("seed", SEEDS)
def test_formulas_of_a_random_model_read_back_have_the_right_values(seed: int) -> None:
    spec = drawn(seed)
    style = "own" if "equations" in spec else ("class", "mazur", "textbook")[seed % 3]
    derivation = sheetgrad.derive(spec, form=FORMS[seed % 3], notation=style)
    assert read_back(derivation) >= len(spec.get("layers", ())) + 4


@pytest.mark.parametrize("preset", PRESETS)
def test_formulas_of_a_preset_read_back_have_the_right_values(preset: str) -> None:
    assert read_back(sheetgrad.derive(preset)) > 20


def test_the_readers_notice_a_bracket_that_is_missing() -> None:
    reader = LatexReader({"a": 2.0, "b": 3.0})
    assert reader.value("a - (b - a)") != reader.value("a - b - a")
    tree = MathmlReader({"<mi>a</mi>": 2.0, "<mi>b</mi>": 3.0})
    inner = "<mi>b</mi><mo>−</mo><mi>a</mi>"
    bracketed = f"<mi>a</mi><mo>−</mo><mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"
    assert tree.value(bracketed) == 1.0 != tree.value(f"<mi>a</mi><mo>−</mo>{inner}")


@pytest.mark.parametrize(
    "node",
    [
        Sum((A, Product((Number(-1), Number(-0.5))))),
        Product((A, Number(-0.5))),
        Power(Number(-0.5), Number(2)),
        Power(Number(1e-8), Number(2)),
        Power(Sum((A, B)), Product((Number(-1), C))),
        Product((Number(-1), Sum((A, Product((Number(-1), B)))))),
        Product((A, Power(Product((B, C)), Number(-1)))),
        Power(Power(A, Number(2)), Number(3)),
        Power(call("exp", A), Number(2)),
        Sum((A, Product((Number(-1), Sum((B, C)))))),
        Product((Number(-1), Product((Number(-1), A)))),
    ],
)
def test_brackets_stand_where_reading_needs_them(node: Sum) -> None:
    names = sheetgrad.derive("rnn").notation
    values = {A: 1.5, B: 0.7, C: -0.3}
    from sheetgrad.functions import evaluate

    expected = evaluate(node, values)  # type: ignore[arg-type]
    by_latex = LatexReader({names.latex(use): value for use, value in values.items()}).value(latex(node, names))
    by_mathml = MathmlReader({mathml(use, names): value for use, value in values.items()}).value(mathml(node, names))
    assert (by_latex, by_mathml) == pytest.approx((expected, expected), rel=1e-12)


def test_numbers_put_into_a_line_give_its_result() -> None:
    derivation = sheetgrad.derive("class")
    found = numbers(derivation)
    reader, shown = LatexReader({}), 0
    for line in derivation.lines:
        chain = worked_numbers(line, found)
        if len(chain) == 4:
            shown += 1
            value = reader.value(latex(chain[2], derivation.notation))
            assert value == pytest.approx(found[line.quantity], rel=1e-7)
    assert shown > 25


def test_a_name_is_one_element_with_its_index_below() -> None:
    assert name_in_mathml("w^{(2)}_{11}") == "<msubsup><mi>w</mi><mn>11</mn><mi>(2)</mi></msubsup>"
    assert name_in_mathml(r"\mathrm{net}_{h1}") == "<msub><mi>net</mi><mi>h1</mi></msub>"


def test_every_mathml_of_every_preset_is_well_formed() -> None:
    for preset in PRESETS:
        derivation = sheetgrad.derive(preset, form="delta")
        for line in derivation.lines:
            for member in line.members:
                ET.fromstring(f"<math>{mathml(member, derivation.notation)}</math>")  # noqa: S314 -- our own text


def test_a_line_on_the_screen_reads_as_people_write() -> None:
    lines = {line.number: line for line in sheetgrad.derive("class").lines}
    derivation = sheetgrad.derive("class")
    assert screen(lines[18].members[-1], derivation.notation) == "(a_o1 − t1)·a_o1·(1 − a_o1)·a_h1"

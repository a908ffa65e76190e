"""Sheets that compute a network and train nothing: what is unlike its siblings is told, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference

import sheetgrad
from sheetgrad.check.book.workbook import check_book

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.check.findings import Report

SAMPLES = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.25))
HEADS = ("x1", "x2", *(f"w{n}" for n in range(1, 10)), "z1", "a1", "z2", "a2", "z3", "a3", "y", "out")
FIRST = 4
WEIGHTS = (0.3, -0.2, 0.5, 0.7, -0.4, 0.1, 0.6, -0.8, 0.9)
FORMULAS = {
    "L": "=A{r}*C{r}+B{r}*D{r}", "N": "=A{r}*E{r}+B{r}*F{r}", "P": "=A{r}*G{r}+B{r}*H{r}",
    "M": "=1/(1+EXP(-L{r}))", "O": "=1/(1+EXP(-N{r}))", "Q": "=1/(1+EXP(-P{r}))",
    "R": "=M{r}*I{r}+O{r}*J{r}+Q{r}*K{r}", "S": "=1/(1+EXP(-R{r}))",
}  # fmt: skip
"""A row a sample; the weights stand beside the inputs and never change."""


def checked(
    path: Path, *, heads: tuple[str, ...] = HEADS, chart: tuple[int, int] | None = None, **changed: str
) -> Report:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for column, head in enumerate(heads, 1):
        sheet.cell(FIRST - 1, column, head)
    for row, sample in enumerate(SAMPLES, FIRST):
        for column, number in enumerate((*sample, *WEIGHTS), 1):
            sheet.cell(row, column, number)
        for letter, formula in {**FORMULAS, **changed}.items():
            sheet[f"{letter}{row}"] = formula.format(r=row)
    if chart is not None:
        drawn = LineChart()
        drawn.add_data(Reference(sheet, min_col=19, min_row=chart[0], max_row=chart[1]))
        sheet.add_chart(drawn, "V2")
    book.save(path)
    return check_book(str(path))


def test_a_right_forward_pass_is_understood_and_nothing_is_said(tmp_path: Path) -> None:
    report = checked(tmp_path / "book.xlsx")
    assert not report.findings
    assert report.network == "Sheet: a forward pass with 9 weights, which nothing trains"
    assert report.counts["true"] == 8


def test_the_weight_of_another_sum_is_told_by_the_numbers_of_the_others(tmp_path: Path) -> None:
    """w3 stands in two sums, w5 in none, and only in the third sum is w5 in line."""
    (finding,) = checked(tmp_path / "book.xlsx", P="=A{r}*E{r}+B{r}*H{r}").findings
    assert (finding.verdict, finding.code, finding.place) == ("false", "wrong-index", "Sheet!P4:P8")
    assert finding.expected == "=A4*G4+B4*H4"
    assert "w3 stands in two sums and w5 in none" in finding.message


def test_numbers_that_do_not_say_which_sum_is_meant_make_a_note(tmp_path: Path) -> None:
    mixed = ("x1", "x2", "w7", "w2", "w9", "w4", "w1", "w6", "w3", "w8", "w5", *HEADS[11:])
    (finding,) = checked(tmp_path / "book.xlsx", heads=mixed, P="=A{r}*E{r}+B{r}*H{r}").findings
    assert (finding.verdict, finding.code, finding.expected) == ("note", "wrong-index", "")


def test_sums_that_go_on_past_their_activations_are_told(tmp_path: Path) -> None:
    (finding,) = checked(tmp_path / "book.xlsx", R="=L{r}*I{r}+N{r}*J{r}+P{r}*K{r}").findings
    assert (finding.verdict, finding.code, finding.expected) == ("false", "pre-activation", "=M4*I4+O4*J4+Q4*K4")


def test_activations_that_another_formula_uses_make_it_a_note(tmp_path: Path) -> None:
    report = checked(tmp_path / "book.xlsx", R="=L{r}*I{r}+N{r}*J{r}+P{r}*K{r}", U="=M{r}+O{r}+Q{r}")
    assert [(one.verdict, one.code) for one in report.findings] == [("note", "pre-activation")]


@pytest.mark.parametrize(
    "changed",
    [
        {"R": "=L{r}*I{r}+N{r}*J{r}+P{r}*K{r}", "T": "=M{r}*I{r}+O{r}*J{r}+Q{r}*K{r}"},  # with and without
        {"P": "=A{r}*C{r}+B{r}*D{r}"},  # tied weights: two of them idle
        {"P": "=A{r}*G{r}+B{r}*H{r}+0.5*E{r}*E{r}"},  # another kind of sum
        {"R": "=M{r}*I{r}+O{r}*J{r}+Q{r}*J{r}", "K": "=J{r}"},  # shared on purpose
        {"S": "=IF(R{r}>0.5,1,0)"},
        {"R": "=SUMPRODUCT(C{r}:D{r},A{r}:B{r})"},
    ],
)
def test_what_may_be_meant_so_is_no_finding(tmp_path: Path, changed: dict[str, str]) -> None:
    report = checked(tmp_path / "book.xlsx", heads=HEADS, chart=None, **changed)
    assert not [one for one in report.findings if one.verdict != "note"]


def test_weights_that_are_trained_in_another_place_make_no_forward_pass(tmp_path: Path) -> None:
    sheetgrad.workbook("xor", tmp_path / "book.xlsx", steps=3)
    assert "nothing trains" not in check_book(str(tmp_path / "book.xlsx")).network


def test_a_chart_that_leaves_out_samples_is_a_note(tmp_path: Path) -> None:
    (finding,) = checked(tmp_path / "book.xlsx", chart=(FIRST + 1, FIRST + 4)).findings
    assert (finding.verdict, finding.code) == ("note", "chart-range")

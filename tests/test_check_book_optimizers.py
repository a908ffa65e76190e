"""Optimizers in workbooks, by hand or by sheetgrad: they are recognised, and a column that does not follow is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from handmade_books import STYLES, Mutant, write
from handmade_optimizers import RULES, style

import sheetgrad
from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.check.book.workbook import check_book

if TYPE_CHECKING:
    from pathlib import Path

    from handmade_books import Style

    from sheetgrad.check.findings import Report


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where a workbook is written."""
    return tmp_path / "hand-in.xlsx"


def checked(book: Path, made: Style, *mutants: Mutant) -> Report:
    write(book, made, mutants=mutants)
    return check_book(str(book))


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("base", [STYLES[2], STYLES[4]], ids=lambda base: base.name)
def test_an_optimizer_written_by_hand_is_all_true(name: str, base: Style, book: Path) -> None:
    made = style(name, base)
    report = checked(book, made)
    assert not report.findings
    assert report.counts["true"] == sum(report.counts.values())
    assert report.counts["true"] >= len(made.updates) - ("k" in made.updates) - ("lr" in made.updates)
    assert set(report.gradients.values()) == {"true"}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("preset", ["class", "rnn"])
def test_every_update_that_sheetgrad_writes_is_judged_and_true(preset: str, optimizer: str, book: Path) -> None:
    setup = sheetgrad.load(preset, optimizer=optimizer)
    sheetgrad.workbook(setup, book, steps=5, rates=(0.5,))
    report = check_book(str(book))
    assert not report.findings
    assert report.counts["true"] == sum(report.counts.values())
    assert ("moved by" in report.network) == (optimizer != "gradient_descent")


@pytest.mark.parametrize(
    ("name", "quantity", "formula", "code", "expected"),
    [
        ("momentum", "v3", "0.9*[v3@]+[g4@]", "wrong-gradient", "=0.9*AI9+AA9"),
        ("momentum", "w3", "[w3@]+[rate]*[v3]", "sign", "=H9-$E$6*AI10"),
        ("momentum", "w3", "[w3@]-[rate]*[v4]", "wrong-index", "=H9-$E$6*AI10"),
        ("momentum", "w3", "[w3@]-[v3]", "missing-rate", "=H9-AI10*$E$6"),
        ("momentum, on its own row", "v3", "0.5*[v3@]+[g3]", "factor", "=0.9*AI9+AA10"),
        ("Nesterov", "w3", "[w3@]-[rate]*([g4@]+0.9*[v3])", "wrong-gradient", "=H9-$E$6*(AA9+0.9*AI10)"),
        ("RMSprop", "s3", "0.99*[s3@]+0.01*[g1@]^2", "wrong-gradient", "=0.99*AI9+0.01*AA9^2"),
        ("RMSprop", "s3", "0.99*[s3@]+0.01*[g3$]^2", "frozen-row", "=0.99*AI9+0.01*AA9^2"),
        ("Adam, without hats", "m3", "0.9*[m3@]+0.1*[g5@]", "wrong-gradient", ""),
        ("weight decay", "w3", "[w3@]-[rate]*([g3@]+0.01*[w4@])", "wrong-index", "=H9-$E$6*(AA9+0.01*H9)"),
    ],
)
@pytest.mark.parametrize("span", [(1, 11), (4, 7), (6, 6)])
def test_one_column_that_does_not_follow_the_rule_is_named(  # noqa: PLR0917 -- what is written, and what is to be said
    name: str, quantity: str, formula: str, code: str, expected: str, span: tuple[int, int], book: Path
) -> None:
    report = checked(book, style(name), Mutant(frozenset(), quantity, formula, *span))
    wrong = [one for one in report.findings if one.verdict == "false"]
    assert [one.code for one in wrong] == [code]
    assert wrong[0].quantity == quantity
    if span[0] == 1:
        assert wrong[0].expected == expected or not expected


@pytest.mark.parametrize("base", [STYLES[0], STYLES[3], STYLES[4]], ids=lambda base: base.name)
def test_a_wrong_gradient_under_an_optimizer_is_the_columns_mistake_alone(base: Style, book: Path) -> None:
    slope = Mutant(frozenset(), "g5", "([a_o1]-[t1])*[a_o1]*(1-[a_o1])*[a_h2]")
    wrong = [one for one in checked(book, style("Adam", base), slope).findings if one.verdict == "false"]
    assert [(one.code, one.quantity) for one in wrong] == [("wrong-index", "dE_total_dw5")]


def test_a_lost_square_in_a_memory_is_named(book: Path) -> None:
    report = checked(book, style("RMSprop"), Mutant(frozenset(), "s3", "0.99*[s3@]+0.01*[g3@]", 1))
    wrong = [one for one in report.findings if one.verdict == "false"]
    assert [(one.code, one.expected) for one in wrong] == [("lost-power", "=0.99*AI9+0.01*AA9^2")]


@pytest.mark.parametrize(
    "rules",
    [
        {"v": "0.9*[v@]+[g@]^3", "w": "[w@]-[rate]*[v]"},
        {"v": "MAX(0.9*[v@],[g@]*[g@])", "w": "[w@]-[rate]*[g@]/([v]+0.001)"},
        {"v": "0.9*[v@]+[g@]", "w": "[w@]-[rate]*[v]*[v]"},
        {"w": "[w@]-[rate]*[g@]/SQRT(1+[g@]^2)"},
    ],
)
def test_a_rule_that_nobody_knows_is_left_unread(rules: dict[str, str], book: Path) -> None:
    report = checked(book, style("own", STYLES[0], rules))
    assert report.counts["false"] == report.counts["slip"] == 0
    assert report.counts["unread"] >= 8
    assert set(report.gradients.values()) == {"true"}

"""Heads of columns: a wrong one is a note, an unusual one is none, and a wrong formula stays the formula's mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from handmade_books import HELPERS, STYLES, Mutant, Style, write

from sheetgrad.check.book.workbook import check_book

if TYPE_CHECKING:
    from pathlib import Path

PLAIN, MIXED, HELPED, SIDEWAYS, _ = STYLES


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where a workbook is written."""
    return tmp_path / "hand-in.xlsx"


def headed(style: Style, **heads: str) -> Style:
    """A style with some heads changed."""
    return style._replace(heads={**(style.heads or {}), **heads})


def said(book: Path, style: Style, *mutants: Mutant) -> list[tuple[str, str, str]]:
    write(book, style, mutants=mutants)
    return [(one.verdict, one.code, one.quantity) for one in check_book(str(book)).findings]


def note(quantity: str) -> tuple[str, str, str]:
    return "note", "wrong-header", quantity


def test_a_gradient_headed_for_another_weight_is_a_note_at_the_head(book: Path) -> None:
    write(book, headed(PLAIN, g3="dE/dw4"))
    report = check_book(str(book))
    (finding,) = report.findings
    assert (finding.verdict, finding.code, finding.quantity) == ("note", "wrong-header", "dE_total_dw3")
    assert (finding.place, finding.yours) == ("Table!AA8", "dE/dw4")
    assert "w3 is moved by it" in finding.message
    assert set(report.gradients.values()) == {"true"}
    assert report.counts["false"] == 0


@pytest.mark.parametrize("style", [PLAIN, MIXED, HELPED, SIDEWAYS], ids=lambda style: style.name)
def test_two_heads_swapped_are_two_notes(book: Path, style: Style) -> None:
    assert style.heads is not None
    swapped = headed(style, g5=style.heads["g6"], g6=style.heads["g5"])
    assert sorted(said(book, swapped)) == [note("dE_total_dw5"), note("dE_total_dw6")]


def test_a_formula_that_does_not_fit_its_head_and_its_weight_is_false(book: Path) -> None:
    """The update of w4 uses what is headed dE/dw4, and that computes dE/dw3: the head is right."""
    wrong = Mutant(frozenset(), "g4", HELPERS["g3"])
    assert said(book, HELPED, wrong) == [("false", "wrong-index", "dE_total_dw4")]


def test_the_wrong_column_in_an_update_is_no_matter_of_heads(book: Path) -> None:
    wrong = Mutant(frozenset(), "w4", "[w4@]-[rate]*[g3@]", 1)
    assert said(book, PLAIN, wrong) == [("false", "wrong-gradient", "w4")]


def test_heads_of_two_outputs_swapped_are_notes(book: Path) -> None:
    assert sorted(said(book, headed(PLAIN, a_o1="a_o2", a_o2="a_o1"))) == [note("a_o1"), note("a_o2")]


def test_one_activation_headed_like_another_is_a_note(book: Path) -> None:
    assert said(book, headed(PLAIN, a_o1="ao2", a_o2="out")) == [note("a_o1")]


def test_a_sum_and_its_activation_swapped_are_notes(book: Path) -> None:
    assert sorted(said(book, headed(PLAIN, h1="a_h1", a_h1="h1"))) == [note("a_h1"), note("h1")]


def test_terms_of_the_loss_and_targets_swapped_are_notes(book: Path) -> None:
    assert sorted(said(book, headed(PLAIN, E1="E2", E2="E1"))) == [note("E1"), note("E2")]
    assert sorted(said(book, headed(PLAIN, t1="t2", t2="t1"))) == [note("t1"), note("t2")]


def test_a_wrong_forward_formula_under_a_right_head_is_false(book: Path) -> None:
    assert said(book, PLAIN, Mutant(frozenset(), "a_h2", "1/(1+EXP(-[h1]))")) == [("false", "wrong-index", "a_h2")]


_LETTERS = {f"w{n}": letter for n, letter in enumerate("klmnpqrs", 1)}
_FROM_BELOW = {1: 3, 2: 4, 3: 1, 4: 2, 5: 7, 6: 8, 7: 5, 8: 6}
USUAL = {
    "bare weights above gradients": {f"g{n}": f"w{n}" for n in range(1, 9)},
    "deltas": {f"g{n}": f"Δw{n}" for n in range(1, 9)},
    "another language": {"h1": "Summe 1", "a_h1": "Ausgabe 1", "E_total": "Fehler", "w1": "Gewicht 1"},
    "letters": _LETTERS | {f"g{n}": f"dE/d{_LETTERS[f'w{n}']}" for n in range(1, 9)},
    "numbered from the other side": {
        "h1": "h2", "h2": "h1", "a_h1": "a_h2", "a_h2": "a_h1", "o1": "o2", "o2": "o1", "a_o1": "a_o2", "a_o2": "a_o1",
        "E1": "E2", "E2": "E1", "t1": "t2", "t2": "t1",
        **{f"w{n}": f"w{m}" for n, m in _FROM_BELOW.items()}, **{f"g{n}": f"∂E/∂w{m}" for n, m in _FROM_BELOW.items()},
    },
    "weights numbered anew in each layer": {
        **{f"w{n}": f"w{(n - 1) % 4 + 1}" for n in range(1, 9)},
        **{f"g{n}": f"dE/dw{(n - 1) % 4 + 1}" for n in range(1, 9)},
    },
    "the last layer first": {f"g{n}": f"dE/dw{n}" for n in range(1, 9)} | {f"w{n}": f"weight {n}" for n in range(1, 9)},
    "hidden outputs called h": {"h1": "net1", "a_h1": "h1", "h2": "net2", "a_h2": "h2", "a_o1": "y1", "a_o2": "y2"},
}  # fmt: skip


@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("style", [PLAIN, HELPED], ids=lambda style: style.name)
def test_unusual_heads_are_no_alarm(book: Path, style: Style, name: str) -> None:
    assert not said(book, headed(style, **USUAL[name]))

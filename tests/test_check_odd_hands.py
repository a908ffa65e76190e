"""Odd hands: right lines are read and raise nothing, wrong ones are called false where they stand, and only they."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from odd_hands import HANDS, NOTHING_TO_DO_WITH_IT, PLAIN, Hand

from sheetgrad.check.document import check_text

if TYPE_CHECKING:
    from sheetgrad.check.findings import Report


def checked(hand: Hand, lines: tuple[str, ...]) -> tuple[Report, list[range]]:
    """The report on the forward pass with these lines after it, and where each of them stands."""
    text, places = hand.forward + "\n\n", []
    for line in lines:
        first = text.count("\n") + 1
        text += line + "\n\n"
        places.append(range(first, text.count("\n")))
    return check_text("hand.md", text), places


def test_there_are_enough_of_both() -> None:
    assert sum(len(hand.right) for hand in HANDS) >= 60
    assert sum(len(hand.wrong) for hand in HANDS) >= 60


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.name)
def test_right_lines_are_read_and_raise_nothing(hand: Hand) -> None:
    report, places = checked(hand, hand.right)
    assert [(f.line, f.verdict, f.yours) for f in report.findings if f.verdict in {"false", "slip", "unread"}] == []
    silent = [where for where in places if not any(one.line in where for one in report.equalities)]
    assert silent == []


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.name)
def test_wrong_lines_are_called_false_and_nothing_else_is(hand: Hand) -> None:
    report, places = checked(hand, hand.wrong)
    false = {finding.line for finding in report.findings if finding.verdict == "false"}
    missed = [line for line, where in zip(hand.wrong, places, strict=True) if not false & set(where)]
    assert missed == []
    assert false <= set().union(*map(set, places))


@pytest.mark.parametrize("line", NOTHING_TO_DO_WITH_IT, ids=range(len(NOTHING_TO_DO_WITH_IT)))
def test_equations_about_other_things_are_not_called_wrong(line: str) -> None:
    for text in (f"{PLAIN}\n\n{line}\n", f"{line}\n", f"{line}\n\n{PLAIN}\n"):
        assert [(f.line, f.yours) for f in check_text("x.md", text).findings if f.verdict in {"false", "slip"}] == []

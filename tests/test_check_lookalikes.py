"""Right work in unusual hands raises no alarm; what the words round an equality say hides no plain mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgrad.check.document import check_text

HERE = Path(__file__).parent / "lookalikes"
FORWARD, *LINES = (HERE / "lines.txt").read_text(encoding="utf-8").rstrip("\n").split("\n%%\n")
DOCUMENTS = sorted(HERE.glob("*.md"))


def alarms(text: str) -> list[str]:
    report = check_text("lookalike.md", text)
    return [f"{f.line}: {f.code}: {f.yours}" for f in report.findings if f.verdict in {"false", "slip"}]


def after_the_forward_pass(line: str) -> str:
    return f"{FORWARD}\n\n{line}\n"


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_right_line_raises_no_alarm(line: str) -> None:
    assert alarms(after_the_forward_pass(line)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.stem for path in DOCUMENTS])
def test_a_right_document_raises_no_alarm(path: Path) -> None:
    assert alarms(path.read_text(encoding="utf-8")) == []


def test_nine_in_ten_equalities_of_these_documents_are_read() -> None:
    reports = [check_text(path.name, path.read_text(encoding="utf-8")) for path in DOCUMENTS]
    unread = sum(report.counts["unread"] + report.not_read for report in reports)
    every = sum(len(report.equalities) + report.not_read for report in reports)
    assert every > 150
    assert unread <= 0.1 * every


WRONG = {
    "a sum that goes on in the next line": (
        "∂E_total/∂a_h1 = (a_o1 - t1)*a_o1*(1 - a_o1)*w5\n    + (a_o2 - t2)*a_o2*(1 - a_o2)*w6"
    ),
    "a minus that begins the next line": "∂E1/∂a_o1 = a_o1\n    - t2",
    "factors under each other": "∂E_total/∂w5 = (a_o1 - t1)\n  * a_o1 * (1 - a_o1)\n  * a_h2",
    "rows of a display": (
        "$$\\begin{aligned} \\frac{\\partial E_1}{\\partial a_{o1}} &= a_{o1} \\\\ &+ t_1 \\end{aligned}$$"
    ),
    "a title and a dash": "Output layer - ∂E1/∂a_o1 = t1 - a_o1",
    "a number for the rate": "w5_new = w5 + 0.5 * ∂E_total/∂w5",
    "the rate in words": "w5_new = w5 + learning rate * ∂E_total/∂w5",
    "an index letter in place": "w_i = w_i + η * ∂E_total/∂w_i",
    "words in front": "Therefore, when we differentiate, ∂E1/∂a_o1 = t1 - a_o1",
    "a condition in the sentence before": "If i1 = 0 then ∂h1/∂w1 = 0. Otherwise ∂E1/∂a_o1 = t1 - a_o1.",
    "a comment in brackets": "∂E1/∂a_o1 = t1 - a_o1 (the error)",
    "a dot for a product": "∂E_total/∂w5 = ∂E_total/∂a_o1 . ∂a_o1/∂o1 . ∂o1/∂w6",
    "two quantities that are computed": "∂E1/∂a_o1 = E2",
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG.keys())
def test_the_same_hands_with_a_mistake_are_still_found(line: str) -> None:
    assert alarms(after_the_forward_pass(line)) != []


@pytest.mark.parametrize(
    "line",
    ["If t1 = a_o1 then ∂E1/∂a_o1 = 0.", "A common mistake is ∂E1/∂a_o1 = t1 - a_o1.", "Set w1 = w2 = 0.5."],
)
def test_what_is_said_under_a_condition_or_as_a_warning_is_unread_and_says_why(line: str) -> None:
    report = check_text("case.md", after_the_forward_pass(line))
    reasons = [finding.message for finding in report.findings if finding.verdict == "unread"]
    assert reasons
    assert all(reasons)

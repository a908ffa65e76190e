"""Hand-written backward passes: right ones pass in silence, every planted mistake is found, nothing is ever run."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import pytest
from backward_passes import MISTAKES, PROGRAMS

from sheetgrad.check.code import check_code

if TYPE_CHECKING:
    from sheetgrad.check.findings import Report


def wrong(report: Report) -> list[str]:
    return [finding.code for finding in report.findings if finding.verdict == "false"]


@pytest.mark.parametrize("style", PROGRAMS)
def test_a_right_program_is_found_right_without_a_word(style: str) -> None:
    report = check_code(style, PROGRAMS[style])
    assert not report.error
    assert report.findings == []
    assert report.counts["true"] >= 4
    assert report.network.startswith("right with")


PLANTED = [(style, place) for style, mistakes in MISTAKES.items() for place in range(len(mistakes))]


def planted(style: str, place: int) -> tuple[Report, int]:
    right, mistaken = MISTAKES[style][place]
    text = PROGRAMS[style]
    assert right in text
    line = text[: text.index(right)].count("\n") + 1
    return check_code(style, text.replace(right, mistaken, 1)), line


@pytest.mark.parametrize("style", MISTAKES)
def test_at_least_95_percent_of_planted_mistakes_are_found(style: str) -> None:
    step = 1 if os.environ.get("SHEETGRAD_EXAMPLES") == "many" else 5  # `make prove` plants them all
    missed = [
        MISTAKES[style][place][1]
        for other, place in PLANTED
        if other == style and place % step == 0 and not wrong(planted(style, place)[0])
    ]
    assert len(missed) <= 0.05 * len(MISTAKES[style]), missed


LOOK_ALIKES = {
    "renamed": ("rows", [(r"\bz1\b", "net"), (r"\bdz1\b", "dnet"), (r"\ba1\b", "hid")]),
    "reordered": ("rows", [(r"\(a2 - y\) \* a2 \* \(1 - a2\)", "(1 - a2) * a2 * (a2 - y)")]),
    "factored": ("scalar", [(r"\(a_o1 - t1\)\*a_o1\*\(1 - a_o1\)\*a_h2", "a_h2*(a_o1 - a_o1**2)*(a_o1 - t1)")]),
    "mean as a sum": ("mean", [(r"d_out\.sum\(axis=0\)", "n * d_out.mean(axis=0)")]),
    "a half or not": ("rows", [(r"\.sum\(\) / 2", ".sum()")]),
    "error turned, update adds": (
        "rows",
        [(r"dz2 = \(a2 - y\)", "dz2 = (y - a2)"), (r"-= lr", "+= lr")],
    ),
    "another rate": ("rows", [(r"\blr\b", "0.01")]),
    "matmul for @": ("rows", [(r"a1\.T @ dz2", "np.matmul(np.transpose(a1), dz2)")]),
}


@pytest.mark.parametrize("kind", LOOK_ALIKES)
def test_another_way_to_write_the_same_is_no_mistake(kind: str) -> None:
    style, changes = LOOK_ALIKES[kind]
    text = PROGRAMS[style]
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text)
        assert count
    assert wrong(check_code(kind, text)) == []


def test_a_finding_has_place_code_and_the_line_as_it_should_be() -> None:
    report, line = planted("scalar", 0)
    (finding,) = report.findings
    assert (finding.line, finding.column, finding.code) == (line, 1, "wrong-index")
    assert finding.place == f"scalar:{line}:1"
    assert finding.quantity == "dE_dw6"
    assert finding.expected == "(a_o1 - t1) * a_o1 * (1 - a_o1) * a_h2"
    assert "yours" in finding.witness
    assert report.gradients["w6"] == "false"
    assert report.gradients["w5"] == "true"


NAMED = [
    ("rows", "dW2 = z1.T @ dz2", "pre-activation"),
    ("rows", "dz2 = (a2 - y)", "missing-factor"),
    ("rows", "dW1 = -X.T @ dz1", "sign"),
    ("mean", "W2 -= lr * d_W2\n    d_h = d_out.dot(W2.T)", "updated-too-early"),
    ("mean", "d_W1 = X.T.dot(d_h)", "wrong-quantity"),
    ("mean", "d_b2 = d_out.mean(axis=0)", "missing-mean"),
    ("columns", "dW1 = 1/m * np.dot(X, dZ1.T)", "transpose"),
    ("scalar", "dE_dw2 = dE_da_h1*a_h1*(1 + a_h1)*i2", "sign"),
]


@pytest.mark.parametrize(("style", "mistake", "code"), NAMED)
def test_the_mistake_is_called_by_its_name_where_it_stands(style: str, mistake: str, code: str) -> None:
    place = next(place for place, (_, new) in enumerate(MISTAKES[style]) if new == mistake)
    report, line = planted(style, place)
    assert [(finding.line, finding.code) for finding in report.findings] == [(line + mistake.count("\n"), code)]


def test_a_convention_is_named_and_not_punished() -> None:
    text = PROGRAMS["rows"].replace(".sum() / 2", ".mean()")
    report = check_code("rows", text)
    assert [finding.verdict for finding in report.findings] == ["note"]
    assert "times loss" in report.network


HOSTILE = {
    "brackets": "(" * 200_000,
    "ten megabytes": "x = 1\n" * 2_000_000,
    "deep": "dw = " + "-" * 5_000 + "w",
    "nested lists": "w = " + "[" * 90 + "]" * 90 + "\ndw = w",
    "an import": "dw = __import__('os').system('touch /tmp/sheetgrad_was_run')",
    "an open": "dw = open('/tmp/sheetgrad_was_run', 'w')",
    "for ever": "while True:\n    dw = 1\n    while True:\n        w = 2",
    "a huge range": "w = 0.5\nfor i in range(10**12):\n    for j in range(10**12):\n        w = w + x[i]\ndw = w",
    "a huge power": "w = 10**10**10\ndw = w",
    "a huge array": "import numpy as np\nw = np.zeros((10**6, 10**6, 10**6))\ndw = np.outer(w, w)",
    "recursion": "def f(w):\n    return f(w) + f(w)\ndw = f(1)",
    "doubling": "def f(w):\n    return w\n"
    + "".join(f"def f{k}(w):\n    return f{k - 1 if k else ''}(f{k - 1 if k else ''}(w))\n" for k in range(1, 22))
    + "dw = f21(x)",
    "a long sum": "dw = " + " + ".join(["w"] * 50_000),
    "a long text": "w = 'a' * 10**12\ndw = w * 10**12",
    "null": "dw = \0",
    "no Python": "E = (t - a)^ = 3",
    "growing": "w = [1.0]\nfor i in range(60):\n    w = w + w\ndw = sum(w)",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_source_ends_soon_and_says_so_and_is_not_run(kind: str) -> None:
    from pathlib import Path

    start = time.perf_counter()
    report = check_code("a.py", HOSTILE[kind])
    assert time.perf_counter() - start < 20
    assert not Path("/tmp/sheetgrad_was_run").exists()  # noqa: S108 -- what the source would make
    assert report.error or not wrong(report)


def test_gradients_without_a_loss_are_not_guessed_at() -> None:
    report = check_code("a.py", "dW1 = X.T @ dz1\ndb1 = dz1.sum(axis=0)\nW1 -= lr * dW1")
    assert wrong(report) == []


def test_code_without_gradients_has_nothing_to_say() -> None:
    report = check_code("a.py", "data = [1, 2, 3]\nprint(sum(data))\ndistance = 3.0\n")
    assert (report.findings, report.error) == ([], "")


def test_words_that_begin_with_d_are_no_gradients() -> None:
    text = PROGRAMS["rows"] + "\ndistance = z1 * 2\ndiff = a2 - y\ndata = X\ndim = 3\n"
    assert wrong(check_code("a.py", text)) == []

"""Workbooks and code held to a network that the caller gives."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from backward_passes import PROGRAMS
from handmade_books import STYLES, Mutant, columns, write

import sheetgrad as sg
from sheetgrad.check.book.workbook import check_book
from sheetgrad.check.code import check_code
from sheetgrad.check.given import network_of
from sheetgrad.check.run import check_files

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.check.findings import Report
    from sheetgrad.check.network import Network


def given(
    *,
    hidden: str = "sigmoid",
    output: str = "sigmoid",
    loss: str = "half_squared_error",
    bias: str = "none",
    sizes: tuple[int, ...] = (2, 2),
    targets: tuple[float, ...] = (0.01, 0.99),
) -> Network:
    """A network of two inputs."""
    return network_of(sg.load(spec(hidden, output, loss, bias, sizes, targets)))


def spec(  # noqa: PLR0917 -- the keys of a spec
    hidden: str, output: str, loss: str, bias: str, sizes: tuple[int, ...], targets: tuple[float, ...]
) -> dict[str, Any]:
    functions = [*[hidden] * (len(sizes) - 1), output]
    layers = [
        {"size": size, "activation": function, "bias": bias} for size, function in zip(sizes, functions, strict=True)
    ]
    return {"name": "given", "inputs": [0.05, 0.1], "targets": list(targets), "loss": loss, "layers": layers}


def said(report: Report, verdict: str = "false") -> list[tuple[str, str]]:
    return [(finding.code, finding.quantity) for finding in report.findings if finding.verdict == verdict]


# --- workbooks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES, ids=[style.name for style in STYLES])
def test_a_workbook_of_the_network_given_is_right(tmp_path: Path, style: Any) -> None:
    write(tmp_path / "book.xlsx", style)
    report = check_book(str(tmp_path / "book.xlsx"), network=given())
    assert report.findings == []
    assert report.network.startswith("given; ")
    assert set(report.gradients.values()) == {"true"}


@pytest.mark.parametrize("style", STYLES, ids=[style.name for style in STYLES])
def test_a_forward_formula_that_the_network_given_has_otherwise_is_false(tmp_path: Path, style: Any) -> None:
    write(tmp_path / "book.xlsx", style)
    report = check_book(str(tmp_path / "book.xlsx"), network=given(output="tanh"))
    found = [finding for finding in report.findings if finding.code == "other-network"]
    assert len(found) == 2
    assert all(finding.expected.startswith("=TANH(") and "EXP" in finding.yours for finding in found)
    assert report.counts["false"] > 2  # and what follows from the wrong functions


def test_gradients_are_judged_against_the_network_given(tmp_path: Path) -> None:
    """The forward part is wrong, the gradients are right: that is said once for each formula that is wrong."""
    wrong = Mutant(frozenset(), "a_h2", "1/(1+EXP(-[h2]*2))")
    write(tmp_path / "book.xlsx", STYLES[0], mutants=(wrong,))
    report = check_book(str(tmp_path / "book.xlsx"), network=given())
    assert [quantity for _, quantity in said(report)] == ["a_h2"]
    assert set(report.gradients.values()) == {"true"}


def test_a_mistake_in_a_gradient_is_found_as_without_the_network(tmp_path: Path) -> None:
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    write(tmp_path / "book.xlsx", STYLES[0], mutants=(wrong,))
    path = str(tmp_path / "book.xlsx")
    assert check_book(path, network=given()).findings == check_book(path).findings


def test_a_bias_that_is_missing_in_the_cells_is_false(tmp_path: Path) -> None:
    write(tmp_path / "book.xlsx", STYLES[0])
    report = check_book(str(tmp_path / "book.xlsx"), network=given(bias="each"))
    assert said(report) == [("other-network", name) for name in ("h1", "h2", "o1", "o2")]


def test_a_loss_without_its_half_is_false_and_the_gradients_are_not(tmp_path: Path) -> None:
    write(tmp_path / "book.xlsx", STYLES[0])
    report = check_book(str(tmp_path / "book.xlsx"), network=given(loss="squared_error"))
    assert [quantity for _, quantity in said(report)] == ["E1", "E2"]
    assert said(report, "note") == [("convention", "")]


@pytest.mark.parametrize("sizes", [(3, 2), (2, 2, 2)])
def test_a_table_of_another_size_is_not_judged_and_that_is_said(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    write(tmp_path / "book.xlsx", STYLES[0])
    report = check_book(str(tmp_path / "book.xlsx"), network=given(sizes=sizes))
    assert said(report, "unread") == [("no-network", "")]
    assert not report.equalities
    assert not report.gradients


CASES = [
    ("tanh", "sigmoid", "half_squared_error", "each", (3, 2), (0.01, 0.99)),
    ("relu", "identity", "half_squared_error", "shared", (2, 1), (0.5,)),
    ("tanh", "softmax", "cross_entropy", "each", (3, 2), (1.0, 0.0)),
    ("sigmoid", "sigmoid", "binary_cross_entropy", "none", (2, 2), (0.0, 1.0)),
    ("tanh", "tanh", "squared_error", "each", (3, 3, 2), (0.1, -0.2)),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_what_sheetgrad_writes_of_a_network_is_right_for_it(tmp_path: Path, case: tuple[Any, ...]) -> None:
    setup = sg.load(spec(*case))
    sg.workbook(setup, tmp_path / "book.xlsx", steps=6)
    report = check_book(str(tmp_path / "book.xlsx"), network=network_of(setup))
    assert report.findings == []
    assert report.counts["true"] > 20


@pytest.mark.parametrize("preset", ["class", "mazur", "rnn", "attention"])
def test_presets_are_right_for_themselves(tmp_path: Path, preset: str) -> None:
    sg.workbook(preset, tmp_path / "book.xlsx", steps=6)
    report = check_book(str(tmp_path / "book.xlsx"), network=network_of(sg.load(preset)))
    assert report.findings == []
    assert report.counts["true"] > 20


# --- code -------------------------------------------------------------------------------------------


def test_code_with_the_names_of_the_network_is_held_to_all_of_it() -> None:
    report = check_code("a.py", PROGRAMS["scalar"], network=given())
    assert report.findings == []
    assert report.network == "given; right with the loss of the network given"
    assert report.counts["true"] >= 8


def test_a_forward_line_that_contradicts_the_network_is_false_and_the_gradients_stay_right() -> None:
    wrong = PROGRAMS["scalar"].replace("a_o1 = 1/(1 + math.exp(-o1))", "a_o1 = math.tanh(o1)")
    report = check_code("a.py", wrong, network=given())
    (finding,) = report.findings
    assert (finding.code, finding.verdict, finding.quantity) == ("other-network", "false", "a_o1")
    assert finding.line == wrong.splitlines().index("a_o1 = math.tanh(o1)") + 1
    assert set(report.gradients.values()) == {"true"}
    assert check_code("a.py", wrong).counts["false"] > 0  # against its own forward part the gradients are wrong


def test_gradients_of_another_network_are_not_judged_one_by_one() -> None:
    report = check_code("a.py", PROGRAMS["scalar"], network=given(output="tanh"))
    assert said(report) == [("other-network", "a_o1"), ("other-network", "a_o2")]
    assert said(report, "unread") == [("no-network", "")]


def test_code_with_arrays_is_held_to_the_loss_and_the_functions_of_the_layers() -> None:
    assert check_code("a.py", PROGRAMS["rows"], network=given()).findings == []
    other = check_code("a.py", PROGRAMS["rows"], network=given(hidden="tanh"))
    assert said(other) == [("other-network", "a1")]
    assert "not compared" in other.network
    loss = check_code("a.py", PROGRAMS["rows"], network=given(loss="binary_cross_entropy", targets=(0.0, 1.0)))
    assert ("other-network", "loss") in said(loss)


def test_the_loss_given_is_taken_where_the_code_has_none() -> None:
    without = PROGRAMS["rows"].partition("    if epoch")[0].replace("    loss = ((a2 - y) ** 2).sum() / 2\n", "")
    assert "loss" not in without
    report = check_code("a.py", without, network=given())
    assert report.findings == []
    assert "the loss of the network given" in report.network


def test_a_logarithm_kept_away_from_zero_is_no_other_loss() -> None:
    code = """
import numpy as np
z = X @ W + b
a = 1 / (1 + np.exp(-z))
loss = -(y * np.log(a + 1e-8) + (1 - y) * np.log(1 - a + 1e-8)).sum()
dz = a - y
dW = X.T @ dz
"""
    network = given(sizes=(1,), loss="binary_cross_entropy", targets=(1.0,))
    assert "other-network" not in {code for code, _ in said(check_code("a.py", code, network=network))}


# --- the command ------------------------------------------------------------------------------------


def test_the_command_hands_the_network_to_every_kind_of_file(tmp_path: Path) -> None:
    write(tmp_path / "book.xlsx", STYLES[0])
    (tmp_path / "code.py").write_text(PROGRAMS["scalar"], encoding="utf-8")
    (tmp_path / "text.md").write_text("∂E_total/∂w6 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h2\n", encoding="utf-8")
    command = [sys.executable, "-m", "sheetgrad", "check", str(tmp_path), "--network", "class"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.count("judged against: The network of the class") == 3
    in_processes = check_files([tmp_path], network=network_of(sg.load("class")), jobs=2)
    assert [report.network.partition(":")[0] for report in in_processes] == ["The network of the class"] * 3

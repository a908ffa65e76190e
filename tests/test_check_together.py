"""Files that were handed in together: what one has right and another wrong, and where they differ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from handmade_books import START, STYLES, Mutant, columns, write
from openpyxl.utils import get_column_letter

import sheetgrad as sg
from sheetgrad.check.run import check_files
from sheetgrad.check.together.groups import hand_ins
from sheetgrad.emit.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.check.findings import Finding, Report

CODES = frozenset({"right-elsewhere", "same-mistake", "other-network", "other-number"})

FORWARD = """
The hidden layer: h1 = w1*i1 + w2*i2 and h2 = w3*i1 + w4*i2

a_h1 = 1/(1 + exp(-h1))

a_h2 = 1/(1 + exp(-h2))

o1 = w5*a_h1 + w6*a_h2

o2 = w7*a_h1 + w8*a_h2

a_o1 = 1/(1 + exp(-o1))

a_o2 = 1/(1 + exp(-o2))

E1 = 1/2*(t1 - a_o1)^2

E2 = 1/2*(t2 - a_o2)^2

E_total = E1 + E2
"""
SUM = "((a_o1 - t1)*a_o1*(1 - a_o1)*{0} + (a_o2 - t2)*a_o2*(1 - a_o2)*{1})*{2}*(1 - {2})*{3}"
GRADIENTS = {
    "w1": SUM.format("w5", "w7", "a_h1", "i1"),
    "w2": SUM.format("w5", "w7", "a_h1", "i2"),
    "w3": SUM.format("w6", "w8", "a_h2", "i1"),
    "w4": SUM.format("w6", "w8", "a_h2", "i2"),
    "w5": "(a_o1 - t1)*a_o1*(1 - a_o1)*a_h1",
    "w6": "(a_o1 - t1)*a_o1*(1 - a_o1)*a_h2",
    "w7": "(a_o2 - t2)*a_o2*(1 - a_o2)*a_h1",
    "w8": "(a_o2 - t2)*a_o2*(1 - a_o2)*a_h2",
}
WRONG = {"w3": SUM.format("w6", "w8", "a_h1", "i1"), "w4": SUM.format("w6", "w8", "a_h1", "i2")}
NUMBERS = "\n\n".join(f"{name} = {value}" for name, value in START.items())


def text(changes: Mapping[str, str] | None = None, forward: str = FORWARD, more: str = "") -> str:
    """A derivation, with other gradients where they are given."""
    lines = [f"∂E_total/∂{name} = {value}" for name, value in (GRADIENTS | dict(changes or {})).items()]
    return forward + "\n" + "\n\n".join(lines) + "\n\n" + more + "\n"


def notes(reports: Iterable[Report]) -> dict[str, list[Finding]]:
    """The notes on what the files say of each other, by the file's name."""
    found = {Path(r.path).name: [f for f in r.findings if f.code in CODES] for r in reports}
    assert all(finding.verdict == "note" for said in found.values() for finding in said)
    return {name: said for name, said in found.items() if said}


def cells(quantity: str) -> str:
    """The cells of a quantity in the workbook of the first style, twelve steps long."""
    column = get_column_letter(STYLES[0].corner[1] + 1 + STYLES[0].order.index(quantity))
    return f"Table!{column}9:{column}20"


def handed(
    folder: Path, files: Mapping[str, str], *mutants: Mutant, style: int = 0, rate: float = 0.5, steps: int = 12
) -> list[Report]:
    """Texts and a workbook of the class's network in one folder, checked."""
    for name, words in files.items():
        (folder / name).write_text(words, encoding="utf-8")
    write(folder / "steps.xlsx", STYLES[style], steps=steps, mutants=mutants, rate=rate)
    return check_files([folder])


@pytest.mark.parametrize("style", range(len(STYLES)), ids=[style.name for style in STYLES])
def test_a_right_text_and_a_right_workbook_say_nothing_of_each_other(tmp_path: Path, style: int) -> None:
    assert notes(handed(tmp_path, {"README.md": text()}, style=style)) == {}


@pytest.mark.parametrize("style", range(len(STYLES)), ids=[style.name for style in STYLES])
def test_a_wrong_column_that_the_text_has_right_says_where(tmp_path: Path, style: int) -> None:
    planted = next(
        Mutant(frozenset(), name, changed)
        for name in ("g3", "e2")
        if (right := columns(STYLES[style]).get(name)) is not None
        and (changed := right.replace("[a_h2]", "[a_h1]")) != right
    )
    found = notes(handed(tmp_path, {"README.md": text()}, planted, style=style))
    if planted.quantity == "e2":  # the helper is blamed, and no text has helpers
        assert found == {}
        return
    (note,) = found["steps.xlsx"]
    assert (note.code, note.quantity.rpartition("_d")[2]) == ("right-elsewhere", "w3")
    line = text().splitlines().index(f"∂E_total/∂w3 = {GRADIENTS['w3']}") + 1
    assert note.message == f"README.md (line {line}) has it right: {GRADIENTS['w3']}"
    assert note.place.startswith("Table!")


def test_a_wrong_text_that_the_workbook_has_right_says_where(tmp_path: Path) -> None:
    found = notes(handed(tmp_path, {"notes.txt": text(WRONG)}))
    assert set(found) == {"notes.txt"}
    assert [(note.code, note.quantity) for note in found["notes.txt"]] == [
        ("right-elsewhere", "dE_total_dw3"),
        ("right-elsewhere", "dE_total_dw4"),
    ]
    first = found["notes.txt"][0]
    assert first.place.endswith(f"notes.txt:{first.line}:{first.column}")
    assert first.message == "steps.xlsx (Table!AA9:AA20) has it right."


def test_the_same_mistake_on_both_sides_is_said_once(tmp_path: Path) -> None:
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    found = notes(handed(tmp_path, {"README.md": text({"w3": WRONG["w3"]})}, wrong))
    assert {name: [note.code for note in said] for name, said in found.items()} == {"README.md": ["same-mistake"]}


def test_two_different_mistakes_are_not_called_the_same(tmp_path: Path) -> None:
    other = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[i1]", "[i2]"))
    assert notes(handed(tmp_path, {"README.md": text({"w3": WRONG["w3"]})}, other)) == {}


def test_a_gradient_given_rightly_and_wrongly_is_held_against_nothing(tmp_path: Path) -> None:
    again = f"∂E_total/∂w3 = {WRONG['w3']}"
    assert notes(handed(tmp_path, {"README.md": text(more=again)})) == {}


def renumbered(words: str, order: Mapping[str, str]) -> str:
    """The same derivation with other numbers on its weights."""
    import re

    return re.sub(r"w\d", lambda match: order.get(match[0], match[0]), words)


def test_weights_numbered_another_way_are_found_by_their_wiring(tmp_path: Path) -> None:
    order = {"w2": "w3", "w3": "w2", "w6": "w7", "w7": "w6"}
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    found = notes(handed(tmp_path, {"README.md": renumbered(text(), order)}, wrong))
    (note,) = found["steps.xlsx"]
    line = next(
        n for n, words in enumerate(renumbered(text(), order).splitlines(), 1) if words.startswith("∂E_total/∂w2")
    )
    assert (
        note.message
        == f"README.md (line {line}) has it right, where w3 is called w2: {renumbered(GRADIENTS['w3'], order)}"
    )


def test_networks_that_differ_are_said_to_differ(tmp_path: Path) -> None:
    shallow = FORWARD.replace("a_o1 = 1/(1 + exp(-o1))", "a_o1 = tanh(o1)").replace(
        "a_o2 = 1/(1 + exp(-o2))", "a_o2 = tanh(o2)"
    )
    right = {
        f"w{n}": GRADIENTS[f"w{n}"]
        .replace("a_o1*(1 - a_o1)", "(1 - a_o1^2)")
        .replace("a_o2*(1 - a_o2)", "(1 - a_o2^2)")
        for n in range(1, 9)
    }
    reports = handed(tmp_path, {"README.md": text(right, shallow)})
    assert not any(report.counts["false"] for report in reports)
    (note,) = notes(reports)["README.md"]
    assert note.code == "other-network"
    assert note.message == f"Layer 2 has tanh here, and sigmoid in steps.xlsx ({cells('a_o1')})."
    assert note.line == shallow.splitlines().index("a_o1 = tanh(o1)") + 1


def test_a_bias_on_one_side_only_is_said(tmp_path: Path) -> None:
    forward = FORWARD.replace("w1*i1 + w2*i2", "w1*i1 + w2*i2 + b1").replace("w3*i1 + w4*i2", "w3*i1 + w4*i2 + b1")
    forward = forward.replace("w6*a_h2", "w6*a_h2 + b2").replace("w8*a_h2", "w8*a_h2 + b2")
    found = notes(handed(tmp_path, {"README.md": text(forward=forward)}))
    assert [note.message for note in found["README.md"]] == [
        f"Layer 1 has a bias here, and none in steps.xlsx ({cells('a_h1')}).",
        f"Layer 2 has a bias here, and none in steps.xlsx ({cells('a_o1')}).",
    ]


def test_a_loss_without_its_half_is_said(tmp_path: Path) -> None:
    forward = FORWARD.replace("1/2*(", "(")
    twice = {name: f"2*{value}" for name, value in GRADIENTS.items()}
    reports = handed(tmp_path, {"README.md": text(twice, forward)})
    assert not any(report.counts["false"] for report in reports)
    (note,) = notes(reports)["README.md"]
    assert note.message == (
        f"steps.xlsx ({cells('E_total')}) has 0.5 times this E_total: every gradient is 0.5 times as large there."
    )


def test_another_size_is_said(tmp_path: Path) -> None:
    forward = FORWARD.replace("w1*i1 + w2*i2", "w1*i1 + w2*i2 + w9*i3").replace(
        "w3*i1 + w4*i2", "w3*i1 + w4*i2 + w10*i3"
    )
    found = notes(handed(tmp_path, {"README.md": text(forward=forward)}))
    (note,) = found["README.md"]
    assert note.message == "The network here is 3-2-2, and that of steps.xlsx (Table) is 2-2-2."


def test_numbers_that_differ_are_said_with_both_places(tmp_path: Path) -> None:
    other = NUMBERS.replace("w4 = 0.3", "w4 = 0.35")
    found = notes(handed(tmp_path, {"README.md": text(more=other)}))
    (note,) = found["README.md"]
    assert (note.code, note.message) == (
        "other-number",
        "Other numbers than in steps.xlsx: w4 is 0.35 here and 0.3 in Table!I9.",
    )
    assert notes(handed(tmp_path, {"README.md": text(more=NUMBERS)})) == {}


def test_a_learning_rate_that_differs_is_said_and_one_in_a_call_is_not(tmp_path: Path) -> None:
    found = notes(handed(tmp_path, {"README.md": text(more=f"{NUMBERS}\n\nη = 0.1")}))
    assert [note.message for note in found["README.md"]] == [
        "The learning rate is 0.1 here, and 0.5 (Table!E6) in steps.xlsx."
    ]
    for more in ("optimizer = SGD(net, lr = 0.1)", "η = 0.5", "η = 0.1\n\nThen with learning rates 0.1, 0.5 and 2."):
        assert notes(handed(tmp_path, {"README.md": text(more=f"{NUMBERS}\n\n{more}")})) == {}


def losses(steps: int, rate: float) -> list[float]:
    """The loss after 0, 1, 2, … updates, as the engine has it."""
    run = sg.train("class", steps=steps, rate=rate)
    return [run.initial_loss, run.final_loss]


@pytest.mark.parametrize(("said", "is_right"), [("{:.4f}", True), ("{:.8f}", True), ("0.1234", False)])
def test_a_loss_that_a_sentence_quotes_is_held_against_its_cell(tmp_path: Path, said: str, is_right: bool) -> None:  # noqa: FBT001 -- a table
    number = said.format(losses(10, 0.5)[1])
    more = f"{NUMBERS}\n\nAfter 10 steps with a learning rate of 0.5 the error is {number}."
    found = notes(handed(tmp_path, {"README.md": text(more=more)}))
    if is_right:
        assert found == {}
        return
    (note,) = found["README.md"]
    assert note.message.startswith("The loss after 10 steps is 0.1234 here, and 0.179")
    assert note.message.endswith("in steps.xlsx (Table!X19).")


@pytest.mark.parametrize(
    "sentence",
    [
        "After 10 steps with a learning rate of 2 the error is 0.1234.",  # no table has that rate
        "After 50 steps with a learning rate of 0.5 the error is 0.1234.",  # nor that step
        "After 10 steps with a learning rate of 0.5 the error is less than 0.3.",
        "After 10 steps and after 12 steps with a learning rate of 0.5 the error is 0.1234.",
        "After 10 steps with a learning rate of 0.5 the accuracy is 0.1234.",
    ],
)
def test_a_sentence_that_is_not_sure_is_held_against_nothing(tmp_path: Path, sentence: str) -> None:
    assert notes(handed(tmp_path, {"README.md": text(more=f"{NUMBERS}\n\n{sentence}")})) == {}


def test_the_numbers_of_another_example_are_not_compared(tmp_path: Path) -> None:
    """A text that gives two numbers of its own does not work through an example."""
    assert notes(handed(tmp_path, {"README.md": text(more="w1 = 0.7\n\ni1 = 3.5")})) == {}


def test_files_of_other_folders_are_left_alone(tmp_path: Path) -> None:
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
    (tmp_path / "ann" / "README.md").write_text(text(), encoding="utf-8")
    write(tmp_path / "bob" / "steps.xlsx", STYLES[0], mutants=(wrong,))
    assert notes(check_files([tmp_path])) == {}
    (tmp_path / "bob" / "README.md").write_text(text(), encoding="utf-8")
    assert set(notes(check_files([tmp_path]))) == {"steps.xlsx"}


@pytest.mark.parametrize(
    ("paths", "groups"),
    [
        (["a/README.md", "a/one.xlsx", "b/README.md", "b/two.xlsx"], [(0, 1), (2, 3)]),
        (["a/README.md", "a/sheets/one.xlsx"], [(0, 1)]),
        (["README.md", "ann/one.xlsx", "bob/two.xlsx"], []),
        (["README.md", "ann/one.xlsx", "ann/README.md"], [(1, 2)]),
        ([*(f"{n}.md" for n in range(9)), *(f"{n}.xlsx" for n in range(9))], [(n, n + 9) for n in range(9)]),
        (["one.md"], []),
    ],
)
def test_which_files_belong_together(paths: list[str], groups: list[tuple[int, ...]]) -> None:
    assert hand_ins({n: (path, path.endswith(".xlsx")) for n, path in enumerate(paths)}) == groups


def test_two_texts_of_one_hand_in_are_compared(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(text(), encoding="utf-8")
    (tmp_path / "essay.tex").write_text(text(WRONG), encoding="utf-8")
    found = notes(check_files([tmp_path]))
    assert [note.message.partition(" (")[0] for note in found["essay.tex"]] == ["README.md", "README.md"]


def test_a_notebook_is_named_by_its_cell(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": part} for part in ("# Mine", text())]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    (note,) = notes(handed(tmp_path, {"mine.ipynb": json.dumps(book)}, wrong))["steps.xlsx"]
    line = text().splitlines().index(f"∂E_total/∂w3 = {GRADIENTS['w3']}") + 1
    assert note.message == f"mine.ipynb (cell 2, line {line}) has it right: {GRADIENTS['w3']}"


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "html"])
def test_notes_stand_in_every_format_and_change_no_exit_code(tmp_path: Path, form: str) -> None:
    handed(tmp_path, {"README.md": text(WRONG)})
    command = [sys.executable, "-m", "sheetgrad", "check", str(tmp_path), "--format", form]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1  # the text's own mistakes
    assert "has it right" in done.stdout
    (tmp_path / "README.md").write_text(text(more=NUMBERS.replace("w4 = 0.3", "w4 = 0.35")), encoding="utf-8")
    done = subprocess.run([*command, "--strict"], capture_output=True, text=True, check=False)
    assert "w4 is 0.35 here" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("preset", ["class", "mazur", "rnn", "attention"])
@pytest.mark.parametrize("form", ["delta", "expanded"])
def test_what_sheetgrad_writes_of_one_network_agrees(tmp_path: Path, preset: str, form: str) -> None:
    sg.workbook(preset, tmp_path / "book.xlsx", steps=5)
    (tmp_path / "derivation.md").write_text(FORMATS["md"](sg.derive(preset, form=form)), encoding="utf-8")
    reports = check_files([tmp_path])
    assert all(report.facts for report in reports)
    assert notes(reports) == {}


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    alone = notes(handed(tmp_path, {"README.md": text(WRONG)}))
    assert notes(check_files([tmp_path], jobs=2)) == alone


def test_a_workbook_mended_by_openpyxl_agrees_again(tmp_path: Path) -> None:
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    assert notes(handed(tmp_path, {"README.md": text()}, wrong))
    book = openpyxl.load_workbook(tmp_path / "steps.xlsx")
    table = book["Table"]
    for row in range(9, 21):
        table[f"AA{row}"] = (
            str(table[f"AA{row}"].value)
            .replace(f"J{row}", f"L{row}")
            .replace(f"K{row}*(1-K{row})", f"M{row}*(1-M{row})")
        )
    book.save(tmp_path / "steps.xlsx")
    assert "right-elsewhere" not in {note.code for said in notes(check_files([tmp_path])).values() for note in said}


OTHER_NAMES = """
p_1 = u_{11} x_1 + u_{12} x_2

p_2 = u_{21} x_1 + u_{22} x_2

z_1 = σ(p_1)

z_2 = σ(p_2)

q_1 = v_{11} z_1 + v_{12} z_2

q_2 = v_{21} z_1 + v_{22} z_2

r_1 = σ(q_1)

r_2 = σ(q_2)

L = 1/2 (y_1 - r_1)^2 + 1/2 (y_2 - r_2)^2

∂L/∂v_{11} = (r_1 - y_1) r_1 (1 - r_1) z_1

∂L/∂v_{12} = (r_1 - y_1) r_1 (1 - r_1) z_2

∂L/∂v_{22} = (r_2 - y_2) r_2 (1 - r_2) z_1
"""


@pytest.mark.parametrize("style", [0, 1, 2, 4])
def test_names_that_nobody_shares_are_matched_by_the_wiring(tmp_path: Path, style: int) -> None:
    wrong = Mutant(frozenset(), "g6", columns(STYLES[style])["g6"].replace("[a_h2]", "[a_h1]"))
    found = notes(handed(tmp_path, {"README.md": OTHER_NAMES}, wrong, style=style))
    if style == 1:  # its columns stand in no order that can be relied on
        assert found == {}
        return
    assert [note.message for note in found["steps.xlsx"]] == [
        "README.md (line 22) has it right, where w6 is called v_12: (r_1 - y_1) r_1 (1 - r_1) z_2"
    ]
    assert [note.message.rpartition(", ")[2] for note in found["README.md"]] == ["where v_22 is called w8."]


def test_a_slip_in_the_right_text_is_named(tmp_path: Path) -> None:
    wrong = Mutant(frozenset(), "g3", columns(STYLES[0])["g3"].replace("[a_h2]", "[a_h1]"))
    slip = GRADIENTS["w3"].replace("a_o1*(1", "a_01*(1")
    (note,) = notes(handed(tmp_path, {"README.md": text({"w3": slip})}, wrong))["steps.xlsx"]
    assert "has it right but for a slip" in note.message


def test_a_report_that_is_too_deep_to_be_sent_goes_without_what_is_compared() -> None:
    from sheetgrad.check.findings import Report
    from sheetgrad.check.together.facts import Facts
    from sheetgrad.check.worker import sendable
    from sheetgrad.expr import Call, Expr, Ref, Symbol

    deep: Expr = Ref(Symbol("x"))
    for _ in range(100_000):
        deep = Call("tanh", (deep,))
    report = Report("a.md", facts=[Facts({"E": deep}, "E", (), {}, {})])
    assert sendable(report).facts == []

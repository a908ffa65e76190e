"""Checking workbooks in which a step is a block of cells: lists, matrices, samples, and sheetgrad's own batches."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest
from block_books import LAYOUTS, WEIGHTS, Blocks, mistakes, place, write
from matrix_books import Change, matrix_cells, sample_cells, write_matrices, write_samples
from xlsxwriter.utility import xl_rowcol_to_cell

import sheetgrad
from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.check.book.correcting import write_corrected
from sheetgrad.check.book.reading import read_book
from sheetgrad.check.book.workbook import check_book
from sheetgrad.check.report import rendered

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.check.findings import Finding, Report

MANY = os.environ.get("SHEETGRAD_EXAMPLES") == "many"
EVERY = (0, 10**6)
ONE = (2, 2)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where a workbook is written."""
    return tmp_path / "hand-in.xlsx"


def wrong(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.verdict in {"false", "slip", "unread"}]


def is_right(report: Report, weights: int) -> bool:
    return not report.findings and list(report.gradients.values()) == ["true"] * weights


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("steps", [3, 7])
def test_a_right_list_of_blocks_has_no_findings(layout: Blocks, steps: int, book: Path) -> None:
    write(book, layout, steps=steps)
    report = check_book(str(book))
    assert is_right(report, 8)
    assert report.counts["true"] >= 16


@pytest.mark.parametrize("layout", LAYOUTS[:3], ids=lambda layout: layout.name)
def test_two_blocks_are_enough(layout: Blocks, book: Path) -> None:
    write(book, layout, steps=2)
    assert is_right(check_book(str(book)), 8)


def test_right_matrices_and_samples_have_no_findings(book: Path) -> None:
    write_matrices(book)
    assert is_right(check_book(str(book)), 8)
    for joined in ("AVERAGE", "SUM"):
        write_samples(book, joined=joined)
        assert is_right(check_book(str(book)), 7)


def test_mistakes_planted_in_blocks_are_found_and_named_with_their_cells(book: Path) -> None:
    pool = [(layout, one) for layout in LAYOUTS for one in mistakes(layout)]
    pool = [(layout, one) for layout, one in pool if one.formula != layout.formulas[one.quantity]]
    drawn = pool if MANY else random.Random(11).sample(pool, 16)  # noqa: S311 -- a sample for a test
    found = named = count = 0
    missed: list[object] = []
    for layout, one in drawn:
        for first, last in ((0, 5), (3, 3)) if MANY else (((0, 5), (3, 3))[count % 2],):
            start = max(first, one.quantity in WEIGHTS)
            write(book, layout, mutants=(replace(one, first=start, last=last),))
            said = wrong(check_book(str(book)))
            starts = [xl_rowcol_to_cell(*place(layout, one.quantity, step)) for step in (start, start + 1)]
            cells = [f"Work!{cell}" for cell in starts]
            here = [f for f in said if f.code in one.codes and f.place.replace(":", ",").split(",")[0] in cells]
            count, found, named = count + 1, found + bool(said), named + bool(here)
            if not here:
                missed.append((layout.name, one, start, last, [(f.code, f.place) for f in said]))
    assert found >= 0.99 * count, missed
    assert named >= 0.9 * count, missed


SAMPLE_MISTAKES = (
    ("gw1", "[d1]*[x2]", "wrong-index"),
    ("d1", "[d]*[v2]*(1-[a1]^2)", "wrong-index"),
    ("d1", "[d]*[v1]*(1-[a1])", "lost-power"),
    ("gv2", "[d]*[z2]", "pre-activation"),
    ("d", "([y]-[t])*[y]", "missing-factor"),
    ("d", "([t]-[y])*[y]*(1-[y])", "sign"),
    ("y", "1/(1+EXP([o]))", "sign"),
    ("z1", "[w1]*[x1]+[w2]*[x1]", "wrong-index"),
    ("E", "([y]-[t])/2", "lost-power"),
)


@pytest.mark.parametrize(("quantity", "formula", "code"), SAMPLE_MISTAKES)
@pytest.mark.parametrize("steps", [EVERY, ONE])
def test_a_mistake_in_every_sample_is_one_finding_about_the_samples(
    quantity: str, formula: str, code: str, steps: tuple[int, int], book: Path
) -> None:
    """The formula of the samples is blamed, not their mean."""
    write_samples(book, changes=(Change(quantity, formula, *steps),))
    (finding,) = wrong(check_book(str(book)))
    blocks = [sample_cells(quantity, step) for step in (range(5) if steps == EVERY else ONE[:1])]
    assert finding.code == code
    assert finding.place == "Training!" + ",".join(blocks if len(blocks) < 5 else [*blocks[:2], "…", blocks[-1]])


MATRIX_MISTAKES = (
    ("dV", "MMULT([dy],TRANSPOSE([z]))", {"pre-activation"}),
    ("dh", "MMULT(TRANSPOSE([V]),[dy])*[h]", {"missing-factor"}),
    ("dh", "MMULT([V],[dy])*[h]*(1-[h])", {"wrong-index"}),
    ("dy", "([t]-[y])*[y]*(1-[y])", {"sign"}),
    ("Wn", "[W]+$B$1*[dW]", {"sign"}),
    ("Wn", "[W]-$B$1*[dV]", {"wrong-gradient"}),
    ("Vn", "[V]-[dV]", {"missing-rate", "other-rate"}),
)


@pytest.mark.parametrize(("quantity", "formula", "codes"), MATRIX_MISTAKES)
@pytest.mark.parametrize("steps", [EVERY, ONE])
def test_a_mistake_in_a_matrix_is_one_finding_about_the_whole_matrix(
    quantity: str, formula: str, codes: set[str], steps: tuple[int, int], book: Path
) -> None:
    write_matrices(book, changes=(Change(quantity, formula, *steps),))
    (finding,) = wrong(check_book(str(book)))
    assert finding.code in codes
    assert finding.place.split(",")[0] == f"Matrices!{matrix_cells(quantity, steps[0])}"


def test_the_verdict_on_a_gradient_counts_what_is_wrong_before_it(book: Path) -> None:
    write_samples(book, changes=(Change("d1", "[d]*[v2]*(1-[a1]^2)"),))
    gradients = check_book(str(book)).gradients
    assert [weight for weight, verdict in gradients.items() if verdict == "false"] == ["w1", "w2"]


def test_matrices_are_read_back_as_the_same_network(book: Path) -> None:
    write(book, LAYOUTS[0], steps=4)
    (table,) = read_book(str(book))
    assert sheetgrad.train(table.spec(), steps=100).final_loss == pytest.approx(
        sheetgrad.train("class", steps=100).final_loss, rel=1e-12
    )
    write_matrices(book)
    (table,) = read_book(str(book))
    texts = [line.text for line in table.lines]
    assert "u_2 = V_2_1*h_1 + V_2_2*h_2" in texts
    assert "W_1_2_new = W_1_2 - eta*dW_1_2" in texts


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_sheetgrad_writes_for_batches_is_clean_under_every_optimizer(optimizer: str, book: Path) -> None:
    sheetgrad.workbook(sheetgrad.load("xor", optimizer=optimizer), book, steps=5, rates=(0.5, 0.1))
    report = check_book(str(book))
    assert not [finding for finding in report.findings if finding.verdict in {"false", "slip"}]
    assert list(report.gradients.values()) == ["true"] * 13
    if optimizer == "gradient_descent":
        assert not report.findings


@pytest.mark.parametrize(
    ("preset", "changes", "weights"),
    [
        ("xor", {"reduction": "sum"}, 13),
        ("xor", {"update": "mini_batch", "batch_size": 2}, 13),
        ("xor", {"update": "mini_batch", "batch_size": 1}, 13),
        ("iris", {"batch_size": 3, "optimizer": "gradient_descent"}, 67),
    ],
)
def test_what_sheetgrad_writes_for_other_batches_is_clean(
    preset: str, changes: dict[str, object], weights: int, book: Path
) -> None:
    sheetgrad.workbook(sheetgrad.load(preset, **changes), book, steps=6)
    assert is_right(check_book(str(book)), weights)


def test_batches_of_different_sizes_are_not_called_false(book: Path) -> None:
    sheetgrad.workbook(sheetgrad.load("xor", update="mini_batch", batch_size=3), book, steps=9)
    report = check_book(str(book))
    assert not [finding for finding in report.findings if finding.verdict in {"false", "slip"}]


def edited(path: Path, column: str, old: str, new: str, rows: range) -> None:
    """Change the formulas of some rows of the sheet of samples."""
    made = openpyxl.load_workbook(path)
    for row in rows:
        cell = made["Batch"][f"{column}{row}"]
        if isinstance(cell.value, str) and not cell.value.startswith("=AVERAGE"):
            assert old.format(row) in cell.value
            cell.value = cell.value.replace(old.format(row), new.format(row))
    made.save(path)


def test_a_mistake_in_a_batch_is_found_on_its_sheet_and_corrected_in_every_row(book: Path) -> None:
    sheetgrad.workbook("xor", book, steps=5)
    edited(book, "U", "G{}^2", "I{}^2", range(3, 33))
    report = check_book(str(book))
    (finding,) = wrong(report)
    assert (finding.code, finding.place) == ("wrong-index", "Batch!U3:U6,U8:U11,…,U28:U31")
    assert (finding.yours, finding.expected) == ("=R3*(1-I3^2)", "=R3*(1-G3^2)")
    assert {weight for weight, verdict in report.gradients.items() if verdict == "false"} == {"w1", "w2", "b1"}
    assert "24 cells corrected" in write_corrected(report)
    assert is_right(check_book(str(book.with_name("hand-in.fixed.xlsx"))), 13)


def test_weights_of_another_step_are_named_in_the_rows_that_use_them(book: Path) -> None:
    """A formula that looks at another sheet does not move with the row, and is corrected all the same."""
    sheetgrad.workbook("xor", book, steps=5)
    edited(book, "R", "$5", "$3", range(13, 17))
    report = check_book(str(book))
    (finding,) = wrong(report)
    assert finding.code in {"frozen-row", "other-row"}
    assert finding.place == "Batch!R13:R16"
    assert finding.expected.replace("$", "") == "=Q13*Steps!K5"
    write_corrected(report)
    assert is_right(check_book(str(book.with_name("hand-in.fixed.xlsx"))), 13)


def test_blocks_without_training_are_no_table(book: Path) -> None:
    """The same forward part for several inputs, one block below the other, with nothing learned."""
    made = openpyxl.Workbook()
    sheet = made.active
    for block in range(6):
        top = 2 + 6 * block
        sheet[f"A{top}"], sheet[f"B{top}"] = 0.1 * block, 0.2
        sheet[f"C{top}"] = f"=$H$1*A{top}+$H$2*B{top}"
        sheet[f"C{top + 1}"] = f"=1/(1+EXP(-C{top}))"
        sheet[f"C{top + 2}"] = f"=(C{top + 1}-$H$3)^2/2"
    made.save(book)
    (finding,) = check_book(str(book)).findings
    assert (finding.verdict, finding.code) == ("unread", "no-network")


@pytest.mark.parametrize(("rows", "judged"), [((2, 3, 4, 5, 6, 7), True), ((5, 2, 7, 3, 9, 4), False)])
def test_blocks_may_take_a_new_sample_each_from_another_sheet(rows: tuple[int, ...], judged: bool, book: Path) -> None:  # noqa: FBT001 -- a case
    """In order they are followed; in no order the blocks are left alone, and never called false."""
    write(book, LAYOUTS[0], steps=6)
    made = openpyxl.load_workbook(book)
    data = made.create_sheet("Data")
    for column, name in enumerate(("i1", "i2", "t1", "t2"), 1):
        old = xl_rowcol_to_cell(*LAYOUTS[0].once[name], row_abs=True, col_abs=True)
        for row in range(2, 11):
            data.cell(row, column, 0.05 * row * column)
        for step, quantity in ((step, quantity) for step in range(6) for quantity in LAYOUTS[0].places):
            cell = made["Work"][xl_rowcol_to_cell(*place(LAYOUTS[0], quantity, step))]
            if isinstance(cell.value, str):
                cell.value = cell.value.replace(old, f"Data!{'ABCD'[column - 1]}{rows[step]}")
    made.save(book)
    report = check_book(str(book))
    assert not [finding for finding in report.findings if finding.verdict in {"false", "slip"}]
    assert (list(report.gradients.values()) == ["true"] * 8) == judged


def test_reports_on_blocks_can_be_written_in_every_format(book: Path) -> None:
    write_samples(book, changes=(Change("d1", "[d]*[v2]*(1-[a1]^2)"),))
    report = check_book(str(book))
    for form in ("text", "json", "github", "sarif", "html"):
        assert "wrong-index" in rendered([report], form)
    assert rendered([report], "html").count('<mark class="false">') >= 6

"""The workbook as a file: valid, whole or absent, the same bytes again, and never a formula from somebody's text."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from workbooks import MAIN, by_ironcalc, cached, needed, parts, read_by_calamine, tree

import sheetgrad
from sheetgrad.errors import BrokenInvariant, DivergedError, SpecError, TooLargeError
from sheetgrad.files import CannotWriteError
from sheetgrad.sheet import fits, values
from sheetgrad.sheet.formulas import formula
from sheetgrad.sheet.layout import plan
from sheetgrad.sheet.page import Page, Styles
from sheetgrad.sheet.stream import Sheet
from sheetgrad.sheet.table_file import inert

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADINGS = (
    "step t1 t2 i1 i2 w1 w2 w3 w4 h1 a_h1 h2 a_h2 w5 w6 w7 w8 o1 a_o1 o2 a_o2 E1 E2 E_total "
    "dE_total_da_o1 dE_total_da_o2 dE_total_do1 dE_total_do2 dE_total_da_h1 dE_total_da_h2 dE_total_dh1 dE_total_dh2 "
    "dE_total_dw1 dE_total_dw2 dE_total_dw3 dE_total_dw4 dE_total_dw5 dE_total_dw6 dE_total_dw7 dE_total_dw8"
)
ORDER = HEADINGS.split()
OLD_FUNCTIONS = frozenset(
    ("ABS", "AVERAGE", "COUNTIF", "EXP", "IF", "INDEX", "LN", "MATCH", "MAX", "MIN", "SQRT", "SUM", "TANH")
)
"""All of them are in Excel 2010, LibreOffice, Gnumeric, Google Sheets and Numbers."""
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "say \"hi\" to 'all'",
    "<b>bold</b> & ]]> <!-- -->",
    "x" * 300,
    "{=1+1}",
    "https://example.org/",
    "100%r %s %(n)d",
)


def sheets(path: Path) -> dict[str, str]:
    """The XML of every sheet by its name."""
    found = parts(path)
    names = [str(sheet.get("name")) for sheet in tree(found["xl/workbook.xml"]).iter(f"{MAIN}sheet")]
    return {name: found[f"xl/worksheets/sheet{place}.xml"].decode() for place, name in enumerate(names, 1)}


def formulas(path: Path) -> list[str]:
    return [text for sheet in sheets(path).values() for text in re.findall(r"<f[^>]*>([^<]+)</f>", sheet)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.xlsx"


def test_columns_stand_in_the_order_in_which_people_write_them(path: Path) -> None:
    sheetgrad.workbook("class", path, steps=3)
    for sheet in ("Steps", "Rate 2"):
        assert cached(path)[sheet][0] == ORDER


def test_there_is_one_row_for_every_step_from_step_0(path: Path) -> None:
    sheetgrad.workbook("class", path, steps=7)
    assert [row[0] for row in cached(path)["Steps"][2:]] == list(range(8))


def test_a_hundred_steps_are_written_unless_told_otherwise(path: Path) -> None:
    sheetgrad.workbook("class", path, rates=[0.5])
    assert len(cached(path)["Steps"]) == 2 + 101


def test_every_input_has_a_name_that_is_no_address(path: Path) -> None:
    sheetgrad.workbook("class", path, steps=2)
    book = tree(parts(path)["xl/workbook.xml"])
    names = {name.get("name") for name in book.iter(f"{MAIN}definedName")}
    expected = {"eta", "i_1", "i_2", "t_1", "t_2", *(f"w_{place}" for place in range(1, 9))}
    assert expected <= names


def test_inputs_are_unlocked_and_checked_on_a_protected_sheet(path: Path) -> None:
    import openpyxl

    sheetgrad.workbook("class", path, steps=2)
    network = openpyxl.load_workbook(path)["Network"]
    cell = next(row[1] for row in network.iter_rows() if row[0].value == "w1")
    assert network.protection.sheet
    assert not cell.protection.locked
    assert any(cell.coordinate in rule.sqref for rule in network.data_validations.dataValidation)
    assert network["A1"].protection.locked


def test_formulas_use_old_functions_only(path: Path) -> None:
    for source in ("class", "xor", "attention", "rnn"):
        sheetgrad.workbook(source, path, steps=2)
        assert {word for text in formulas(path) for word in re.findall(r"([A-Z][A-Z0-9.]*)\(", text)} <= OLD_FUNCTIONS


def test_a_shared_formula_never_looks_at_another_sheet(path: Path) -> None:
    """Excel itself writes none that does."""
    sheetgrad.workbook("xor", path, steps=2)
    shared = [text for xml in sheets(path).values() for text in re.findall(r'<f t="shared"[^>]*>([^<]+)</f>', xml)]
    assert shared
    assert not [text for text in shared if "!" in text]


def test_three_readers_see_the_same_numbers(path: Path) -> None:
    sheetgrad.workbook("class", path, steps=20, rates=[0.5])
    numbers = [
        [[value for value in row if isinstance(value, int | float)] for row in reader(path)["Steps"]]
        for reader in (cached, read_by_calamine, by_ironcalc)
    ]
    assert numbers[0] == numbers[1] == numbers[2]


@pytest.mark.parametrize("source", ["class", "xor"])
def test_the_package_is_complete(path: Path, source: str) -> None:
    """Every part has a content type, every relationship a target, and no part is there for nothing."""
    sheetgrad.workbook(source, path, steps=3)
    found = parts(path)
    types = tree(found["[Content_Types].xml"])
    overrides = {str(node.get("PartName")).lstrip("/") for node in types if node.tag.endswith("Override")}
    endings = {str(node.get("Extension")) for node in types if node.tag.endswith("Default")}
    targets = set()
    for name, text in found.items():
        tree(text)
        assert name in overrides or name.rpartition(".")[2] in endings, name
        if name.endswith(".rels"):
            folder = name.partition("_rels/")[0]
            for node in tree(text):
                target = str(node.get("Target"))
                if not target.startswith("#"):
                    targets.add(resolved(folder, target))
    assert overrides <= set(found)
    assert targets <= set(found)
    assert set(found) - targets - {"[Content_Types].xml"} == {name for name in found if name.endswith(".rels")}


def resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    while target.startswith("../"):
        folder, target = folder.rstrip("/").rpartition("/")[0] + "/", target[3:]
    return folder.lstrip("/") + target


ELEMENTS = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetProtection mergeCells conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup drawing"
)
SHEET_ORDER = ELEMENTS.split()


def test_the_elements_of_every_sheet_stand_in_the_order_of_the_standard(path: Path) -> None:
    """ECMA-376, part 1, section 18.3.1.99."""
    sheetgrad.workbook("class", path, steps=3)
    for name, xml in sheets(path).items():
        tags = [node.tag.removeprefix(MAIN) for node in tree(xml)]
        assert [SHEET_ORDER.index(tag) for tag in tags] == sorted(SHEET_ORDER.index(tag) for tag in tags), name


def test_rows_and_cells_stand_in_order_and_the_dimension_holds_them(path: Path) -> None:
    sheetgrad.workbook("xor", path, steps=3)
    for xml in sheets(path).values():
        root = tree(xml)
        rows = [int(str(row.get("r"))) for row in root.iter(f"{MAIN}row")]
        assert rows == sorted(set(rows))
        cells = [str(cell.get("r")) for cell in root.iter(f"{MAIN}c")]
        assert len(cells) == len(set(cells))
        dimension = next(root.iter(f"{MAIN}dimension")).get("ref", "A1").rpartition(":")[2]
        assert int(re.sub(r"\D", "", dimension)) >= max(rows)


@pytest.mark.parametrize("source", ["class", "xor"])
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, source: str) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    for place in (first, second):
        sheetgrad.workbook(source, place, steps=3)
    assert first.read_bytes() == second.read_bytes()


def test_a_default_workbook_is_under_ten_megabytes(path: Path) -> None:
    sheetgrad.workbook("iris", path)
    assert path.stat().st_size < 10_000_000


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_spec_becomes_a_formula_or_breaks_the_file(path: Path, text: str) -> None:
    sheetgrad.workbook("class", path, steps=2)
    usual = formulas(path)
    sheetgrad.workbook(sheetgrad.load("class", title=text), path, steps=2)
    assert formulas(path) == usual
    assert cached(path)["Network"][0][0] == text
    assert by_ironcalc(path)["Network"][0][0] == text


@pytest.mark.parametrize("text", ["a\x00b", "line\nbreak", "\x1b[31m", "\ud800", "\ufffe"])
def test_control_characters_are_left_out(path: Path, text: str) -> None:
    from dataclasses import replace

    sheetgrad.workbook(replace(sheetgrad.load("class"), title=text), path, steps=2)
    assert isinstance(cached(path)["Network"][0][0], str)


def test_names_that_spreadsheets_take_for_something_else_are_written_otherwise(path: Path) -> None:
    spec = {
        "name": "names",
        "equations": "z = R*C + true*x1 + RC\nE = (z - T)**2",
        "values": {"R": 0.5, "C": 1.0, "true": 0.3, "x1": 2.0, "RC": 0.1, "T": 0.7},
        "parameters": ["R", "true", "RC"],
        "inputs": ["C", "x1"],
        "targets": ["T"],
        "loss": "E",
        "learning_rate": 0.05,
    }
    try:
        setup = sheetgrad.load(spec)
    except SpecError:
        spec = {key: value for key, value in spec.items() if key not in {"inputs", "targets"}}
        setup = sheetgrad.load(spec)
    sheetgrad.workbook(setup, path, steps=30)
    trace = sheetgrad.train(setup, steps=30, trace=True).trace
    assert trace is not None
    rows = by_ironcalc(path)["Steps"]
    assert [row[rows[0].index("E")] for row in rows[2:]] == pytest.approx(trace["E"], rel=1e-9)


def test_a_refusal_of_the_writer_is_an_error(path: Path) -> None:
    from xlsxwriter import Workbook

    book = Workbook(path)
    page = Page(book.add_worksheet("a", Sheet), Styles(book))
    with pytest.raises(BrokenInvariant):
        page.text(2_000_000, 0, "far below")
    with pytest.raises(BrokenInvariant):
        page.number(0, 20_000, 1.0)
    with pytest.raises(BrokenInvariant):
        page.formula(-1, 0, "1+1", 2.0)


def test_a_setup_writes_itself(tmp_path: Path) -> None:
    setup = sheetgrad.load("class")
    setup.workbook(str(tmp_path / "own.xlsx"), steps=3, rates=[0.5])
    sheetgrad.workbook(setup, tmp_path / "verb.xlsx", steps=3, rates=[0.5])
    assert (tmp_path / "own.xlsx").read_bytes() == (tmp_path / "verb.xlsx").read_bytes()


def test_values_only_has_no_formula_and_the_same_numbers(tmp_path: Path) -> None:
    live, still = tmp_path / "live.xlsx", tmp_path / "still.xlsx"
    sheetgrad.workbook("class", live, steps=5)
    sheetgrad.workbook("class", still, steps=5, values_only=True)
    assert not formulas(still)
    assert not re.search(r"<f[ >/]", "".join(sheets(still).values()))
    assert cached(still)["Steps"] == cached(live)["Steps"]


def test_a_csv_has_the_values_of_the_steps(tmp_path: Path) -> None:
    place = tmp_path / "net.csv"
    sheetgrad.workbook("class", place, steps=4)
    with place.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    trace = sheetgrad.train("class", steps=4, trace=True).trace
    assert trace is not None
    assert names == ORDER
    assert [float(row[names.index("E_total")]) for row in rows] == trace["E_total"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_text_in_a_csv_never_begins_a_formula(text: str) -> None:
    assert inert(text)[0] == "'"


def interrupted(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have the writing stop in the middle of the rows."""
    lines = values.Values.of_steps

    def broken(self: values.Values, tables: Any) -> Any:
        for place, line in enumerate(lines(self, tables)):
            if place == 400:
                raise error
            yield line

    monkeypatch.setattr(values.Values, "of_steps", broken)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), MemoryError()])
def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    place = tmp_path / "net.xlsx"
    place.write_text("what was there")
    interrupted(monkeypatch, error)
    with pytest.raises((type(error), CannotWriteError)):
        sheetgrad.workbook("class", place, steps=1000, rates=[0.5])
    assert place.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="cannot be written"):
        sheetgrad.workbook("class", tmp_path / "nowhere" / "net.xlsx", steps=2)


def big(inputs: int, hidden: int, outputs: int) -> sheetgrad.Setup:
    return sheetgrad.load(
        {
            "name": "big",
            "inputs": [0.1] * inputs,
            "targets": [1.0] + [0.0] * (outputs - 1),
            "loss": "cross_entropy",
            "layers": [{"size": hidden, "activation": "tanh"}, {"size": outputs, "activation": "softmax"}],
        }
    )


def test_a_network_64_32_10_fits_with_one_row_a_step(path: Path) -> None:
    sheetgrad.workbook(big(64, 32, 10), path, steps=3)
    rows = read_by_calamine(path)["Steps"]
    assert len(rows) == 2 + 4
    assert 2 * 2410 < len(rows[0]) <= fits.COLUMNS


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (lambda path: sheetgrad.workbook(big(784, 128, 10), path), "16,384"),
        (lambda path: sheetgrad.workbook(big(784, 2, 2), path), "8,192"),
        (lambda path: sheetgrad.workbook("class", path, steps=1_048_574, rates=[0.5]), "at most 1,048,573 steps"),
        (lambda path: sheetgrad.workbook("xor", path, steps=300_000), "at most 209,713 steps"),
        (lambda path: sheetgrad.workbook("class", path, steps=1_000_000), "fewer learning rates"),
    ],
)
def test_what_does_not_fit_is_refused_at_once_with_what_would(
    path: Path, written: Callable[[Path], None], words: str
) -> None:
    with pytest.raises(TooLargeError, match=words) as refused:
        written(path)
    assert "--trace" in str(refused.value)
    assert not path.exists()


def test_a_run_that_diverges_leaves_no_file(path: Path) -> None:
    spec = {
        "name": "steep",
        "equations": "E = w**4",
        "values": {"w": 3.0},
        "parameters": ["w"],
        "loss": "E",
        "learning_rate": 10.0,
    }
    with pytest.raises(DivergedError):
        sheetgrad.workbook(spec, path)
    assert not path.exists()


def test_steps_cannot_be_negative(path: Path) -> None:
    with pytest.raises(SpecError, match="steps"):
        sheetgrad.workbook("class", path, steps=-1)


def test_long_formulas_do_not_nest() -> None:
    """Excel takes 64 levels of brackets: a maximum of many is one MAX."""
    made = plan(big(2, 2, 80), steps=1, rates=(0.1,))
    largest = next(column for column in made.runs[0].steps.columns if "MAX" in column.formula)
    assert largest.formula.count("MAX(") == 1
    assert largest.formula.count(",") == 79


def test_a_comparison_alone_counts_as_a_number() -> None:
    """AVERAGE and SUM pass over TRUE and FALSE."""
    from sheetgrad.expr import Ref, Symbol, call

    assert formula(call("positive", Ref(Symbol("z"))), lambda _quantity: "H3") == "1*(H3>0)"


def test_every_sheet_draws_as_a_page(path: Path) -> None:

    office = needed("soffice")
    sheetgrad.workbook("class", path, steps=10)
    profile = f"-env:UserInstallation=file://{path.parent / 'profile'}"
    options = ["--headless", "--norestore", profile, "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run([office, *options], check=True, capture_output=True, timeout=300)
    text = subprocess.run(
        [needed("pdftotext"), "-layout", str(path.with_suffix(".pdf")), "-"], check=True, capture_output=True, text=True
    ).stdout
    for words in ("Legend", "The loss of class", "All learning rates, logarithmic", "The derivation", "proves itself"):
        assert words in text
    assert "#" not in re.sub(r"#\d", "", text), "no cell shows an error or is too narrow for its number"


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sheetgrad", "sheet", *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_command_writes_the_steps_and_rates_asked_for(tmp_path: Path) -> None:
    done = command(tmp_path, "class", "-o", "out.xlsx", "--steps", "5", "--rate", "0.3", "--rate", "2")
    assert (done.returncode, done.stdout) == (0, "written: out.xlsx\n"), done.stderr
    cells = cached(tmp_path / "out.xlsx")
    assert [name for name in cells if name.startswith(("Steps", "Rate"))] == ["Steps", "Rate 2"]
    for sheet, rate in (("Steps", 0.3), ("Rate 2", 2.0)):
        run = sheetgrad.train("class", steps=5, rate=rate)
        assert cells[sheet][-1][ORDER.index("E_total")] == pytest.approx(run.final_loss, rel=1e-12)


def test_the_command_names_the_file_after_the_network(tmp_path: Path) -> None:
    assert command(tmp_path, "xor", "--steps", "2", "--values-only").returncode == 0
    assert not formulas(tmp_path / "xor.xlsx")


def test_the_command_refuses_an_ending_it_does_not_write(tmp_path: Path) -> None:
    done = command(tmp_path, "class", "-o", "out.ods")
    assert done.returncode == 2
    assert ".xlsx or .csv" in done.stderr
    assert not list(tmp_path.iterdir())

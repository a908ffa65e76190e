"""Workbooks recalculated by engines that are not ours, after wrong values were planted in every formula cell."""

from __future__ import annotations

import os
import re
from math import sqrt
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from drawn_models import drawn
from workbooks import ENGINES, Cells, all_by_libreoffice, by_ironcalc, disagreement, parts, planted, table

import sheetgrad

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.setup import Setup

ALL = os.environ.get("SHEETGRAD_CI") == "1" or os.environ.get("SHEETGRAD_EXAMPLES") == "many"
"""Whether the slower engines go through everything, too."""
SOFTMAX = {
    "name": "softmax",
    "inputs": [0.4, -1.2],
    "targets": [0.0, 1.0, 0.0],
    "loss": "cross_entropy",
    "learning_rate": 0.3,
    "layers": [{"size": 3, "activation": "tanh", "bias": "each"}, {"size": 3, "activation": "softmax"}],
}
SAMPLES = {
    "name": "samples",
    "inputs": [[0.1, 0.9], [0.8, -0.3], [-0.5, 0.4], [0.2, 0.2], [1.0, -1.0]],
    "targets": [[1.0], [0.0], [1.0], [0.0], [1.0]],
    "loss": "half_squared_error",
    "learning_rate": 0.4,
    "layers": [{"size": 2, "activation": "sigmoid", "bias": "each"}, {"size": 1, "activation": "sigmoid"}],
}
LONG = 200 if ALL else 60
CASES: dict[str, tuple[Any, dict[str, Any], int]] = {
    "class": ("class", {}, LONG),
    "class, 1000 steps": ("class", {"learning_rate": 0.5}, 1000),
    "mazur": ("mazur", {}, 200),
    "rnn": ("rnn", {}, 200),
    "attention": ("attention", {}, LONG),
    "xor": ("xor", {}, 200),
    "iris": ("iris", {}, 200 if ALL else 6),
    "adam": ("class", {"optimizer": "adam", "learning_rate": 0.01}, 200),
    "rmsprop": ("class", {"optimizer": "rmsprop", "learning_rate": 0.01}, 200),
    "nesterov": ("class", {"optimizer": "nesterov", "learning_rate": 0.1}, 200),
    "softmax": (SOFTMAX, {}, 200),
    "one sample after the other": (SAMPLES, {"update": "sample"}, 200),
    "shuffled samples": (SAMPLES, {"update": "shuffled_sample"}, 200),
    "mini-batches of unequal size": (SAMPLES, {"update": "mini_batch", "batch_size": 2}, 200),
    "the whole batch": (SAMPLES, {"update": "batch"}, 200),
    "two rates on mini-batches": (SAMPLES, {"update": "mini_batch", "batch_size": 2, "learning_rate": [0.4, 0.1]}, 50),
    "two rates on whole batches": (SAMPLES, {"update": "batch", "learning_rate": [0.4, 0.1]}, 50),
    "two rates, sample by sample": (SAMPLES, {"update": "sample", "learning_rate": [0.4, 0.1]}, 50),
    "the sum over the batch": (SAMPLES, {"update": "batch", "reduction": "sum", "learning_rate": 0.1}, 200),
    "no step": ("class", {}, 0),
    "one step": ("class", {}, 1),
}
CHAOTIC = 1e-9
"""Rounding noise grows over a run; of one step it is a thousand times smaller."""


def written(tmp_path: Path, source: Any, steps: int, changes: dict[str, Any] | None = None, **options: Any) -> Path:
    path = tmp_path / "net.xlsx"
    sheetgrad.workbook(sheetgrad.load(source, **(changes or {})), path, steps=steps, **options)
    return path


def expected(setup: Setup, steps: int, rate: float | None = None) -> dict[str, list[float]]:
    trace = sheetgrad.train(setup, steps=steps, rate=rate, trace=True).trace
    assert trace is not None
    return {name: trace[name] for name in trace.columns}


def assert_same_run(cells: Cells, setup: Setup, steps: int, sheet: str = "Steps", rate: float | None = None) -> None:
    found, trained = table(cells, sheet), expected(setup, steps, rate)
    common = {name: trained[name] for name in found if name in trained}
    assert len(common) >= len(found) - 2, set(found) - set(trained)
    apart, where = disagreement(found, common)
    assert apart <= CHAOTIC, where


def assert_same_samples(cells: Cells, setup: Setup, steps: int) -> None:
    """The rows of the sheet Batch against the quantities of each sample in a trace of whole batches."""
    found, trained = table(cells, "Batch"), expected(setup, steps)
    for sample in range(1, setup.sample_count + 1):
        rows = [row for row, number in enumerate(found["sample"]) if number == sample]
        own = {name: f"{name}_s{sample}" for name in found if f"{name}_s{sample}" in trained}
        assert len(own) > len(setup.model.data)
        mine = {name: [found[name][row] for row in rows] for name in own}
        apart, where = disagreement(mine, {name: trained[other] for name, other in own.items()})
        assert apart <= CHAOTIC, where


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_recalculated_from_wrong_values_every_column_is_what_training_gives(
    tmp_path: Path, case: str, engine: str
) -> None:
    if engine != "ironcalc" and not ALL and case != "class":
        pytest.skip("goes through everything in CI")
    source, changes, steps = CASES[case]
    setup = sheetgrad.load(source, **changes)
    path = written(tmp_path, setup, steps)
    cells = ENGINES[engine](planted(path))
    assert_same_run(cells, setup, steps)
    if setup.update == "batch" and setup.sample_count > 1:
        assert_same_samples(cells, setup, steps)
    for place, rate in enumerate(setup.learning_rates[1:], 2):
        assert_same_run(cells, setup, steps, sheet=f"Rate {place}", rate=rate)


@pytest.mark.parametrize("engine", ENGINES)
def test_random_models_recalculate_to_what_training_gives(tmp_path: Path, engine: str) -> None:
    if engine != "ironcalc" and not ALL:
        pytest.skip("goes through random models in CI")
    setups = [sheetgrad.load(drawn(seed), learning_rate=0.01) for seed in (range(20) if ALL else range(0, 20, 4))]
    paths = []
    for place, setup in enumerate(setups):
        folder = tmp_path / str(place)
        folder.mkdir()
        paths.append(planted(written(folder, setup, 200)))
    found = all_by_libreoffice(paths) if engine == "libreoffice" else map(ENGINES[engine], paths)
    for setup, cells in zip(setups, found, strict=True):
        assert_same_run(cells, setup, 200)


@pytest.mark.parametrize(
    "case", ["class", "xor", "two rates on whole batches", "the whole batch", "two rates on mini-batches", "adam"]
)
def test_what_a_user_types_in_libreoffice_reaches_every_cell(tmp_path: Path, case: str) -> None:
    """It recalculates groups of like formulas on several cores, and leaves cells behind where a group needs itself."""
    source, changes, steps = CASES[case]
    path = written(tmp_path, source, steps, changes)
    name = "b_1" if "samples" in str(source) else "w_1"
    typed = {"eta": 0.07, name: 0.123}
    assert_typed_reaches_every_cell([path], typed)


def test_what_a_user_types_in_libreoffice_reaches_every_cell_of_random_models(tmp_path: Path) -> None:
    paths = []
    for seed in range(40 if ALL else 4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        paths.append(written(folder, drawn(seed), 200, {"learning_rate": 0.01}))
    assert_typed_reaches_every_cell(paths, {"eta": 0.007})


def assert_typed_reaches_every_cell(paths: list[Path], typed: dict[str, float]) -> None:
    for path, cells in zip(paths, all_by_libreoffice(paths, typed), strict=True):
        assert_same_cells(cells, by_ironcalc(planted(path, typed)))


def assert_same_cells(cells: Cells, again: Cells) -> None:
    looked = 0
    for sheet, rows in cells.items():
        for mine, other in zip(rows, again[sheet], strict=False):
            for value, expected_value in zip(mine, other, strict=False):
                if isinstance(value, float) and isinstance(expected_value, int | float):
                    assert value == pytest.approx(expected_value, rel=1e-6, abs=1e-9), sheet
                    looked += 1
    assert looked > 1000


@pytest.mark.parametrize("engine", ENGINES)
def test_each_step_of_adam_follows_from_the_row_above(tmp_path: Path, engine: str) -> None:
    """Rounding noise grows over a run of Adam, so each step is judged from the engine's own row before it."""
    rows = table(ENGINES[engine](planted(written(tmp_path, "class", 200, {"optimizer": "adam"}))), "Steps")
    rate = sheetgrad.load("class").learning_rates[0]
    scale = max(abs(slope) for name, column in rows.items() if name.startswith("dE_total_dw") for slope in column)
    for step in range(200):
        for place in range(1, 9):
            slope, w = rows[f"dE_total_dw{place}"][step], rows[f"w{place}"][step]
            m = 0.9 * rows[f"m_w{place}"][step] + 0.1 * slope
            v = 0.999 * rows[f"v_w{place}"][step] + 0.001 * slope**2
            grown = rate * (m / (1 - 0.9 ** (step + 1))) / (sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8)
            assert abs(rows[f"m_w{place}"][step + 1] - m) <= 1e-12 * scale
            assert abs(rows[f"v_w{place}"][step + 1] - v) <= 1e-12 * scale**2
            assert abs(rows[f"w{place}"][step + 1] - (w - grown)) <= 1e-12 * max(map(abs, rows[f"w{place}"]))


@pytest.mark.parametrize(
    "case",
    ["class", "xor", "adam", "one sample after the other", "two rates on mini-batches", "the sum over the batch"],
)
def test_every_cell_of_every_sheet_carries_the_value_that_it_recalculates_to(tmp_path: Path, case: str) -> None:
    from workbooks import cached

    source, changes, _ = CASES[case]
    path = written(tmp_path, source, 60, changes)
    carried, found = cached(path), by_ironcalc(planted(path))
    looked = 0
    for sheet, rows in carried.items():
        for mine, other in zip(rows, found[sheet], strict=False):
            for value, again in zip(mine, other, strict=False):
                if isinstance(value, int | float):
                    assert value == pytest.approx(again, rel=1e-9, abs=1e-15), sheet
                    looked += 1
                elif value is not None:
                    assert value == again, sheet
    assert looked > 1000


@pytest.mark.parametrize("engine", ["ironcalc", "libreoffice"])
def test_numbers_changed_in_the_file_give_the_run_with_those_numbers(tmp_path: Path, engine: str) -> None:
    path = written(tmp_path, "class", 200)
    cells = ENGINES[engine](planted(path, {"w_5": 0.123, "eta": 0.7, "t_1": 0.3}))
    fresh = sheetgrad.load(
        "class",
        targets=[0.3, 0.99],
        learning_rate=0.7,
        layers=[
            {"size": 2, "activation": "sigmoid", "bias": "none", "weights": [[0.15, 0.20], [0.25, 0.30]]},
            {"size": 2, "activation": "sigmoid", "bias": "none", "weights": [[0.123, 0.45], [0.50, 0.55]]},
        ],
    )
    assert_same_run(cells, fresh, 200)


def test_the_numbers_of_the_class_come_out(tmp_path: Path) -> None:
    cells = by_ironcalc(planted(written(tmp_path, "class", 100)))
    losses = {
        "Steps": 0.029166680235883584,
        "Rate 2": 0.13351060733462522,
        "Rate 3": 0.07916642312214675,
        "Rate 4": 0.0163866284770309,
        "Rate 5": 0.012395124175369723,
        "Rate 6": 0.005160108602350808,
    }
    for sheet, loss in losses.items():
        column = table(cells, sheet)["E_total"]
        assert column[0] == pytest.approx(0.24251985734837728, rel=1e-12)
        assert column[-1] == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_threshold_is_met_at_the_first_step_below_it(tmp_path: Path, engine: str) -> None:
    cells = ENGINES[engine](planted(written(tmp_path, "class", 100)))
    rows = {row[0]: row for row in cells["Loss"] if str(row[0]).endswith("!A1")}
    threshold = cells["Loss"][3][1]
    for place, rate in enumerate(sheetgrad.load("class").learning_rates, 1):
        losses = sheetgrad.train("class", rate=rate, steps=100, losses=True).losses or ()
        first = next((step for step, loss in enumerate(losses) if loss < threshold), "not in 100")
        assert rows["Steps!A1" if place == 1 else f"Rate {place}!A1"][4] == first


def verdict(cells: Cells) -> str:
    return next(str(row[0]) for row in cells["Proof"] if "agree" in str(row[0]) or "differ" in str(row[0]))


@pytest.mark.parametrize("source", ["class", "xor", "rnn", "attention", "mazur", SOFTMAX])
def test_the_workbook_proves_its_own_gradients(tmp_path: Path, source: Any) -> None:
    assert verdict(by_ironcalc(planted(written(tmp_path, source, 20)))) == "Every gradient agrees"


def test_the_proof_turns_red_for_one_wrong_factor_in_one_column(tmp_path: Path) -> None:
    """The slip that most hand-made workbooks share: a_h1*(1 - a_h1) where a_h2*(1 - a_h2) is right."""
    path = written(tmp_path, "class", 20)
    found = parts(path)
    names, part = table_of_formulas(found["xl/worksheets/sheet2.xml"].decode()), "xl/worksheets/sheet2.xml"
    cell = next(cell for cell, text in names.items() if re.fullmatch(r"(\w+3)\*M3\*\(1-M3\)", text))
    wrong = names[cell].replace("M3", "K3")
    found[part] = found[part].replace(f">{names[cell]}<".encode(), f">{wrong}<".encode())
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, text in found.items():
            package.writestr(name, text)
    cells = by_ironcalc(planted(path))
    assert verdict(cells) == "2 differ"
    verdicts = {row[0]: row[5] for row in cells["Proof"] if len(row) > 5 and row[5] in {"agrees", "differs"}}
    assert [name for name, word in verdicts.items() if word == "differs"] == ["w3", "w4"]


def table_of_formulas(sheet: str) -> dict[str, str]:
    return dict(re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>([^<]+)</f>', sheet))


@pytest.mark.parametrize("engine", ["ironcalc", "libreoffice"])
def test_large_sums_do_not_overflow(tmp_path: Path, engine: str) -> None:
    """EXP of more than 709 is no number in Excel and LibreOffice."""
    setup = sheetgrad.load("class", inputs=[-40_000.0, -30_000.0], learning_rate=0.5)
    path = written(tmp_path, setup, 20)
    cells = ENGINES[engine](planted(path))
    assert min(table(cells, "Steps")["h1"]) < -709
    assert_same_run(cells, setup, 20)


def test_a_weight_keeps_all_its_digits(tmp_path: Path) -> None:
    """0.1 + 0.2 needs 17 digits; writers that round to 16 shift the whole run."""
    weights = [[0.1 + 0.2, 1 / 3], [2 / 3, 0.1 + 0.7]]
    layers = [
        {"size": 2, "activation": "sigmoid", "weights": weights},
        {"size": 2, "activation": "sigmoid", "weights": weights},
    ]
    path = written(tmp_path, "class", 5, {"layers": layers})
    first = {name: column[0] for name, column in table(by_ironcalc(planted(path)), "Steps").items()}
    assert [first[f"w{place}"] for place in range(1, 9)] == [x for row in weights * 2 for x in row]

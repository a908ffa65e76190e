"""Sweeps: every network as training it alone has it, whatever blocks, threads and interruptions there are."""

from __future__ import annotations

import csv
import json
import math
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import sheetgrad
from sheetgrad.engine.task import count, nested
from sheetgrad.errors import DivergedError, SheetgradError, SpecError, TooLargeError
from sheetgrad.sweep import plan as planning
from sheetgrad.sweep import run, starts
from sheetgrad.sweep.block import computed, quantiles
from sheetgrad.sweep.plan import LEVELS, Asked, planned
from sheetgrad.sweep.run import swept
from sheetgrad.sweep.screen import spoken, summary

if TYPE_CHECKING:
    from pathlib import Path

XOR = {
    "name": "small",
    "inputs": [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
    "targets": [[0.0], [1.0], [1.0], [0.0]],
    "layers": [{"size": 2, "activation": "tanh", "bias": "each"}, {"size": 1, "bias": "each"}],
    "seed": 3,
}


def alone(plan: Any, network: int) -> float:
    """The final loss of one network of a plan, trained by itself."""
    setup, group = plan.setup, network // plan.width
    state = starts.states(plan, range(network, network + 1))[:, 0]
    values, place = dict(setup.values), 0
    for symbol in setup.model.parameters:
        size = count(symbol.whole)
        values[symbol] = nested(state[place : place + size].tolist(), symbol.shape)
        place += size
    seed = plan.seeds[network % plan.width // plan.starts]
    own = replace(setup, values=values, seed=seed)
    try:
        return sheetgrad.train(own, steps=plan.steps, rate=plan.rates[group // len(plan.scales)]).final_loss
    except DivergedError:
        return math.inf


@pytest.mark.parametrize("update", ["batch", "sample", "shuffled_sample", "mini_batch"])
@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam"])
def test_every_network_ends_as_it_does_when_trained_alone(update: str, optimizer: str) -> None:
    size = {"batch_size": 3} if update == "mini_batch" else {}
    setup = sheetgrad.load({**XOR, "update": update, "optimizer": optimizer, **size})
    plan = planned(setup, rates=[0.1, 1.0], scales=[0.5, 2.0], seed=[3, 8], starts=3, steps=7)
    found = swept(plan)
    assert plan.networks == 24
    assert found.complete
    for network in range(24):
        assert found.final[network] == pytest.approx(alone(plan, network), rel=1e-9)


def test_the_class_network_comes_to_the_known_losses() -> None:
    found = sheetgrad.sweep("class", rates="0.1,0.2,0.5,0.8,1,2", steps=100)
    known = [0.13351060733462522, 0.07916642312214675, 0.029166680235883584]
    known += [0.0163866284770309, 0.012395124175369723, 0.005160108602350808]
    assert found.final.tolist() == pytest.approx(known, rel=1e-12)
    assert found.best is not None
    assert found.best.rate == 2


def test_blocks_and_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(sheetgrad.load("class"), rates="lin:0.1:2:7", seed="0-2", starts=100, steps=30, asked=Asked(every=7))
    whole = swept(plan)
    monkeypatch.setattr(planning, "SMALLEST_BLOCK", 64)
    monkeypatch.setattr(planning, "LARGEST_BLOCK", 64)
    monkeypatch.setattr(run, "MANY", 1)
    pieces = swept(plan)
    assert pieces.done.size == 33
    assert pieces.final.tobytes() == whole.final.tobytes()
    assert pieces.losses.tobytes() == whole.losses.tobytes()


def test_a_start_is_the_same_whatever_else_is_swept() -> None:
    setup = sheetgrad.load(XOR)
    large = planned(setup, rates=[0.1, 0.2], scales=[1, 3], seed=[1, 2], starts=50)
    small = planned(setup, rates=[7.0], seed=[2], starts=9)
    whole = starts.states(large, range(large.networks))
    first = starts.states(small, range(9))
    assert (whole[:, 50:59] == first).all()
    assert (whole[:, 150:159][:4] == 3 * first[:4]).all()
    assert (starts.states(large, range(17, 333)) == whole[:, 17:333]).all()


def test_start_0_of_the_networks_own_seed_is_what_its_spec_says() -> None:
    setup = sheetgrad.load("class")
    state = starts.states(planned(setup, starts=2), range(2))
    assert state[:, 0].tolist() == [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]
    assert (state[:, 1] != state[:, 0]).all()


def test_starting_weights_are_spread_evenly_within_the_bounds_of_the_initialisation() -> None:
    plan = planned(sheetgrad.load({**XOR, "initialisation": "xavier"}), seed=[9], starts=20_000)
    drawn = starts.states(plan, range(20_000))
    bound = math.sqrt(6 / 4)
    assert abs(drawn[:4]).max() <= bound
    assert np.histogram(drawn[:4], bins=10, range=(-bound, bound))[0] == pytest.approx(8_000, rel=0.05)
    assert (drawn[4:6] == 0).all()  # biases start where the spec has them


def test_quantiles_are_the_same_whether_all_losses_are_kept_or_only_they_are() -> None:
    own = {"rates": [0.1, 0.5], "scales": [1, 2], "seeds": "0-1", "starts": 25, "steps": 20, "every": 5}
    every = sheetgrad.sweep("class", **own)  # type: ignore[arg-type]  # a mixed dict
    only = sheetgrad.sweep("class", **own, quantiles=True)  # type: ignore[arg-type]  # the same
    for rate in range(2):
        for scale in range(2):
            assert (every.curve(rate, scale) == only.curve(rate, scale)).all()
    group = every.losses[:, :50]
    assert every.curve(0, 0) == pytest.approx(np.quantile(group, LEVELS, axis=1, method="inverted_cdf").T)


def test_quantiles_of_part_of_the_values_are_those_of_that_part() -> None:
    values = np.array([[5.0, 1.0, np.inf, 4.0, 2.0]])
    assert quantiles(values, np.array([3]))[:, 0].tolist() == [1.0, 1.0, 2.0, 4.0, 4.0]


def test_the_step_at_which_a_threshold_is_met_is_the_first_with_such_a_loss() -> None:
    found = sheetgrad.sweep("class", rates=[0.1, 0.5, 2.0], steps=200, threshold=0.05)
    for place, rate in enumerate([0.1, 0.5, 2.0]):
        losses = sheetgrad.train("class", steps=200, rate=rate, losses=True).losses
        assert losses is not None
        met = [step for step, loss in enumerate(losses) if loss <= 0.05]
        assert found.reached[place] == (met[0] if met else -1)
    assert [row.reached for row in found.rows()] == [0.0, 1.0, 1.0]


DIVERGING = {**XOR, "loss": "squared_error", "layers": [{"size": 1, "activation": "identity"}]}


def test_networks_that_diverge_are_counted_and_come_last() -> None:
    found = sheetgrad.sweep(DIVERGING, rates=[0.01, 1000.0], starts=10, steps=500)
    low, high = found.rows()
    assert (low.diverged, high.diverged) == (0.0, 1.0)
    assert high.median == math.inf
    assert found.best is not None
    assert found.best.rate == 0.01
    with pytest.raises(DivergedError) as error:
        sheetgrad.train(DIVERGING, rate=1000.0, steps=500, losses=True)
    assert found.diverged[10] == error.value.step
    assert found.as_json()["rates"][1]["quantiles"]["0.5"] is None
    assert "diverged" in summary(found)


def test_where_all_diverge_there_is_no_best_rate() -> None:
    found = sheetgrad.sweep(DIVERGING, rates=[1000.0, 2000.0], starts=2, steps=500)
    assert found.best is None
    assert "every rate diverged" in summary(found)


# --- files -------------------------------------------------------------------------------------


def test_the_table_has_a_row_for_every_network_in_full_digits(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    found = sheetgrad.sweep("class", rates=[0.5, 1.0], starts=3, steps=10, every=5, threshold=0.2, path=path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == (
        "network,learning_rate,scale,seed,start,final_loss,diverged_at,reached_at,loss_0,loss_5,loss_10"
    )
    assert [float(row["final_loss"]) for row in rows] == found.final.tolist()
    assert [float(row["loss_5"]) for row in rows] == found.losses[1].tolist()
    assert {row["diverged_at"] for row in rows} == {""}
    assert [int(row["start"]) for row in rows] == [0, 1, 2, 0, 1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("ending", [".parquet", ".arrow"])
def test_arrow_and_parquet_hold_the_same_numbers(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.ipc
    import pyarrow.parquet

    path = tmp_path / f"out{ending}"
    found = sheetgrad.sweep(DIVERGING, rates=[0.01, 1000.0], starts=2, steps=500, path=path)
    table = pyarrow.parquet.read_table(path) if ending == ".parquet" else pyarrow.ipc.open_file(path).read_all()
    assert table["final_loss"].to_pylist() == found.final.tolist()
    assert table["diverged_at"].to_pylist()[:2] == [None, None]
    assert table["diverged_at"].to_pylist()[2:] == found.diverged[2:].tolist()


def test_of_quantiles_the_table_has_a_row_for_every_step_of_a_group(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    found = sheetgrad.sweep("class", rates=[0.5, 1.0], starts=9, steps=10, every=5, quantiles=True, path=path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [0, 5, 10, 0, 5, 10]
    assert [float(row["quantile_0.5"]) for row in rows] == found.losses[:, :, 2].ravel().tolist()


def stopped_after(monkeypatch: pytest.MonkeyPatch, blocks: int) -> list[int]:
    """Ctrl-C after so many blocks; gives the list of the blocks that are computed."""
    asked: list[int] = []

    def counted(plan: Any, number: int, progress: Any = None) -> Any:
        if len(asked) == blocks:
            raise KeyboardInterrupt
        asked.append(number)
        return computed(plan, number, progress)

    monkeypatch.setattr(run, "computed", counted)
    return asked


def test_a_stopped_sweep_goes_on_and_computes_no_finished_block_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LARGEST_BLOCK", 10)
    monkeypatch.setattr(planning, "SMALLEST_BLOCK", 10)
    plan = planned(sheetgrad.load("class"), rates=[0.1, 0.5], starts=25, steps=10)
    path = tmp_path / "out.csv"
    stopped_after(monkeypatch, 3)
    part = swept(plan, path=path)
    assert (part.complete, part.finished) == (False, 30)
    assert "30 of 50" in summary(part)
    assert not path.exists()
    assert json.loads((tmp_path / "out.csv.parts" / "plan.json").read_text())["networks"] == 50
    again = stopped_after(monkeypatch, 100)
    with pytest.raises(SheetgradError, match="--resume"):
        swept(plan, path=path)
    whole = swept(plan, path=path, resume=True)
    assert again == [3, 4]
    monkeypatch.undo()
    assert whole.final.tobytes() == swept(plan).final.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_another_sweep_is_not_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_after(monkeypatch, 0)
    setup = sheetgrad.load("class")
    swept(planned(setup, rates=[0.1]), path=tmp_path / "out.csv")
    with pytest.raises(SheetgradError, match="another sweep"):
        swept(planned(setup, rates=[0.2]), path=tmp_path / "out.csv", resume=True)


def test_a_block_file_that_is_broken_is_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(sheetgrad.load("class"), rates=[0.1, 0.5], starts=300, steps=3)
    monkeypatch.setattr(planning, "LARGEST_BLOCK", 256)
    stopped_after(monkeypatch, 2)
    swept(plan, path=tmp_path / "out.csv")
    (tmp_path / "out.csv.parts" / "block-0000001.npz").write_bytes(b"PK nothing")
    again = stopped_after(monkeypatch, 100)
    swept(plan, path=tmp_path / "out.csv", resume=True)
    assert again == [1, 2]


# --- the command -------------------------------------------------------------------------------


def sheetgrad_says(*words: str, cwd: Path, code: int = 0) -> str:
    done = subprocess.run([sys.executable, "-m", "sheetgrad", "sweep", *words], cwd=cwd, capture_output=True, text=True)  # noqa: PLW1510 -- the code is looked at below
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_the_command_prints_a_line_for_each_rate_and_the_best(tmp_path: Path) -> None:
    words = ("--rates", "0.1,0.5,2", "--starts", "4", "--every", "50", "--threshold", "0.05", "--chart", "out.svg")
    text = sheetgrad_says(*words, cwd=tmp_path)
    assert "12 networks: 3 learning rates × 4 starts; 100 steps of gradient descent" in text
    assert "best learning rate: 2 " in text
    assert (tmp_path / "out.svg").read_text().startswith("<?xml")


def test_the_command_writes_json(tmp_path: Path) -> None:
    found = json.loads(sheetgrad_says("--rates", "0.5,1", "--json", cwd=tmp_path))
    assert found["best_learning_rate"] == 1
    assert found["rates"][0]["quantiles"]["0.5"] == pytest.approx(0.029166680235883584, rel=1e-12)
    assert found["complete"] is True


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("--rates", "log:-1:10:5"), "above 0"),
        (("--rates", "a"), "rates: 'a' cannot be read"),
        (("--rates", "0.1,0.1"), "0.1 twice"),
        (("--seeds", "3-x"), "seeds: '3-x'"),
        (("-o", "out.txt"), "ending"),
        (("--chart", "out.pdf"), "ending"),
        (("--resume",), "-o"),
        (("--quantiles",), "every"),
        (("--on", "cloud"), "on: no cluster is called 'cloud'"),
        (("--starts", "100000000", "--rates", "1,2,3"), "too many"),
        (("--starts", "1000000", "--every", "1", "--steps", "100000"), "GB of memory"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(tmp_path: Path, words: tuple[str, ...], wrong: str) -> None:
    assert wrong in sheetgrad_says(*words, cwd=tmp_path, code=2)


def test_ctrl_c_keeps_what_is_done_and_resume_goes_on(tmp_path: Path) -> None:
    words = ["--rates", "log:0.1:10:40", "--starts", "1000", "--steps", "3000", "-o", "out.csv"]
    command = [sys.executable, "-m", "sheetgrad", "sweep", *words]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    parts = tmp_path / "out.csv.parts"
    until = time.monotonic() + 60
    while time.monotonic() < until and not list(parts.glob("block-*.npz")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.fail(f"it was done before it could be stopped: {out}")
    assert process.returncode == 130
    assert "stopped" in err
    assert "best learning rate" in out
    assert (parts / "plan.json").exists()
    assert not (tmp_path / "out.csv").exists()


def test_ranges_and_lists_of_numbers_are_refused_in_python_too() -> None:
    setup = sheetgrad.load("class")
    wrong: list[dict[str, Any]] = [{"rates": []}, {"rates": [math.nan]}, {"seed": [-1]}, {"starts": 0}, {"steps": -1}]
    for words in wrong:
        with pytest.raises(SpecError):
            planned(setup, **words)
    with pytest.raises(TooLargeError):
        planned(setup, starts=10**9)


def test_progress_says_how_far_it_is_and_how_long_it_takes() -> None:
    plan = planned(sheetgrad.load("class"), rates=[0.5], starts=1000, steps=100)
    assert spoken(plan, 500, 10.0) == "500 of 1,000 networks, 0.0 million steps a second, 10 s left"
    told: list[float] = []
    swept(plan, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1000


def test_a_sweep_shows_itself_in_a_notebook() -> None:
    shown = sheetgrad.sweep("class", rates=[0.5, 1.0], scales=[1, 2], starts=3, steps=5, every=1)._repr_mimebundle_()
    assert "<table>" in shown["text/html"]
    assert "best learning rate: 1" in shown["text/plain"]
    assert shown["image/svg+xml"].startswith("<svg")

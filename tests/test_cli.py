"""The command line: results on stdout, talk on stderr, and an exit code that tells."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from sheetgrad import cli, engine, job, load
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.errors import BrokenInvariant, DivergedError, SpecError

if TYPE_CHECKING:
    from typer.testing import Result

LOSS_AT_THE_START = 0.24251985734837728
LOSSES_AFTER_100 = {
    0.1: 0.13351060733462522,
    0.2: 0.07916642312214675,
    0.5: 0.029166680235883584,
    0.8: 0.0163866284770309,
    1.0: 0.012395124175369723,
    2.0: 0.005160108602350808,
}
DIVERGES = """
inputs = [1.0]
targets = [3.0]
loss = "squared_error"
learning_rate = [0.1, 1e6]
steps = 200
[[layers]]
size = 1
activation = "identity"
weights = [[2.0]]
"""


def call(*words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, words, input=text)


def good(*words: str, text: str | None = None) -> str:
    result = call(*words, text=text)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def process(*words: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "sheetgrad", *words], text=True, **options)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- what goes wrong, and how it is told -------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing",), "No such command 'nothing'"),
        (("trian",), "Did you mean 'train'"),
        (("train", "clas"), "clas"),
        (("verify", "missing.toml"), "missing.toml: there is no such file"),
        (("train", "--rate", "fast"), "--rate"),
        (("train", "--rate", "nan"), "rate"),
        (("train", "--steps", "-1"), "--steps"),
        (("train", "--colour", "red"), "--colour"),
        (("train", "--trace", "losses.txt"), "losses.txt: a trace is written as .csv or .parquet"),
        (("train", "--trace", "missing/losses.csv"), "missing/losses.csv: cannot be written"),
        (("derive", "--form", "sideways"), "sideways"),
        (("derive", "--notation", "roman"), "no notation is called 'roman'"),
        (("derive", "-o", "missing/derivation.md"), "cannot be written"),
        (("new", "clas"), "no preset is called 'clas'; there are class"),
        (("run", "-o", "file/folder"), "file/folder: the folder cannot be made"),
    ],
)
def test_misuse_is_told_on_stderr_with_code_2(words: tuple[str, ...], told: str) -> None:
    Path("file").touch()
    result = call(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


@pytest.mark.parametrize("text", ["inputs = [", '{"inputs": [', "just words", ""])
def test_standard_input_that_is_no_spec_is_told_as_such(text: str) -> None:
    result = call("train", "-", text=text)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("sheetgrad: ")


def test_every_problem_of_a_spec_is_told_in_one_run() -> None:
    Path("bad.toml").write_text(
        'inputs = [1.0]\ntargets = [0.0]\nloss = "los"\n[[layers]]\nsize = 0\nactivation = "sig"\n'
    )
    with pytest.raises(SpecError) as caught:
        load("bad.toml")
    result = call("train", "bad.toml")
    assert len(caught.value.problems) == 3
    assert all(str(problem) in result.stderr for problem in caught.value.problems)


def test_a_training_that_diverges_ends_with_code_1_and_its_step() -> None:
    Path("wild.toml").write_text(DIVERGES)
    result = call("train", "wild.toml", "--rate", "1e6")
    assert result.exit_code == 1
    assert "is not finite at step" in result.stderr
    assert result.stdout == ""


def test_a_broken_promise_of_our_own_is_never_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_words: object, **_options: object) -> None:
        message = "ours"
        raise BrokenInvariant(message)

    monkeypatch.setattr(engine, "train", broken)
    assert isinstance(call("train").exception, BrokenInvariant)


@pytest.mark.parametrize("words", [("verify",), ("verify", "--json")])
def test_a_gradient_that_is_not_confirmed_ends_with_code_1(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failed:
        ok = False

        @staticmethod
        def as_json() -> dict[str, Any]:
            return {"largest_relative_error": {"finite_differences": 0.5}, "ok": False}

    monkeypatch.setattr(engine, "verify", lambda *_words, **_options: Failed())
    result = call(*words)
    assert result.exit_code == 1
    assert "5.0e-01" in result.stdout or json.loads(result.stdout)["ok"] is False


def test_ctrl_c_says_stopped_and_leaves_no_half_file(tmp_path: Path) -> None:
    words = ("train", "--steps", "1000000000", "--json")
    with process(*words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as running:
        time.sleep(3)
        running.send_signal(signal.SIGINT)
        out, told = running.communicate(timeout=20)
    assert (running.returncode, out, told) == (130, "", "stopped\n")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    line = f'"{sys.executable}" -m sheetgrad derive mazur --all | head -c 1 > /dev/null; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout.strip() in {"141", "0"}  # 0 where the pipe took it all before it was closed


# --- results ------------------------------------------------------------------------------------


def test_the_version_and_the_schema_are_told() -> None:
    assert good("--version").startswith("sheetgrad ")
    assert json.loads(good("schema"))["title"]


def test_help_names_every_command() -> None:
    assert all(f"  {name} " in good("--help") for name in ("run", "new", "derive", "train", "verify", "schema"))


@pytest.mark.parametrize("rate", LOSSES_AFTER_100)
def test_the_class_network_comes_to_the_known_losses(rate: float) -> None:
    found = json.loads(good("train", "--steps", "100", "--rate", str(rate), "--json"))
    assert found["initial_loss"] == pytest.approx(LOSS_AT_THE_START, rel=1e-12)
    assert found["final_loss"] == pytest.approx(LOSSES_AFTER_100[rate], rel=1e-12)
    assert (found["steps"], found["learning_rate"]) == (100, rate)


def test_the_class_network_comes_to_the_known_loss_after_10000_steps() -> None:
    found = json.loads(good("train", "class", "--steps", "10000", "--rate", "0.5", "--format", "json"))
    assert found["final_loss"] == pytest.approx(5.583038552114938e-05, rel=1e-9)


def test_mazur_s_network_comes_to_his_numbers() -> None:
    found = json.loads(good("train", "mazur", "--steps", "1", "--rate", "0.5", "--json"))
    assert found["initial_loss"] == pytest.approx(0.298371109, abs=5e-10)
    assert found["final_loss"] == pytest.approx(0.29102777369359933, rel=1e-12)


@pytest.mark.parametrize("verb", ["train", "verify", "derive"])
def test_json_is_short_for_format_json(verb: str) -> None:
    assert json.loads(good(verb, "--json")) == json.loads(good(verb, "--format", "json"))


def test_text_and_json_tell_the_same_numbers() -> None:
    found = json.loads(good("train", "--json"))
    text = good("train")
    assert repr(found["initial_loss"]) in text
    assert repr(found["final_loss"]) in text


@pytest.mark.parametrize("preset", PRESETS)
def test_a_starter_spec_given_back_trains_like_its_preset(preset: str) -> None:
    spec = good("new", preset)
    assert good("train", "-", "--steps", "2", "--json", text=spec) == good("train", preset, "--steps", "2", "--json")


def test_standard_input_may_be_json() -> None:
    spec = json.dumps({"inputs": [1.0], "targets": [0.0], "layers": [{"size": 1, "activation": "sigmoid"}]})
    Path("spec.json").write_text(spec)
    assert good("train", "-", "--json", text=spec) == good("train", "spec.json", "--json")


def test_a_trace_holds_every_step_under_plain_names() -> None:
    good("train", "--steps", "3", "--trace", "trace.csv")
    rows = list(csv.DictReader(io.StringIO(Path("trace.csv").read_text())))
    assert len(rows) == 4
    assert {"w1", "a_h1", "E_total", "dE_total_dw5"} <= set(rows[0])
    assert float(rows[0]["E_total"]) == pytest.approx(LOSS_AT_THE_START, rel=1e-12)


def test_a_trace_in_parquet_holds_what_the_csv_holds() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    good("train", "--steps", "3", "--trace", "trace.csv")
    good("train", "--steps", "3", "--trace", "trace.parquet")
    table = parquet.read_table("trace.parquet").to_pydict()
    rows = list(csv.DictReader(io.StringIO(Path("trace.csv").read_text())))
    assert {name: [float(row[name]) for row in rows] for name in rows[0]} == table


def test_a_derivation_in_a_file_has_its_diagram_beside_it() -> None:
    assert good("derive", "-o", "mine.md") == ""
    assert "(mine.svg)" in Path("mine.md").read_text()
    assert Path("mine.svg").read_text().startswith("<svg")


def test_a_derivation_in_a_json_file_is_what_stdout_shows() -> None:
    good("derive", "--json", "-o", "mine.json")
    assert Path("mine.json").read_text() == good("derive", "--json")


@pytest.mark.parametrize("form", ["chain", "delta", "expanded"])
@pytest.mark.parametrize("notation", ["class", "mazur", "textbook"])
def test_every_form_is_written_in_every_notation(form: str, notation: str) -> None:
    found = json.loads(good("derive", "--form", form, "--notation", notation, "--json"))
    assert (found["form"], found["notation"]) == (form, notation)
    assert {equation["role"] for equation in found["equations"]} == {"forward", "loss", "backward", "update"}


# --- the main job -------------------------------------------------------------------------------


def test_run_writes_what_it_says_and_nothing_else() -> None:
    summary = good("run")
    folder = Path("sheetgrad-out/class")
    report = json.loads((folder / "report.json").read_text())
    assert sorted(report["files"]) == sorted(path.name for path in folder.iterdir())
    assert all(str(folder / name) in summary for name in report["files"])
    assert set(report["files"]) == {
        "derivation.md", "network.svg", "trace.csv", "loss.svg", "loss.png", "network.xlsx",
        "explorer.html", "report.json",
    }  # fmt: skip
    assert report["ok"] is True
    assert {run["learning_rate"]: run["final_loss"] for run in report["runs"]} == pytest.approx(
        LOSSES_AFTER_100, rel=1e-12
    )


def test_run_twice_gives_the_same_bytes() -> None:
    good("run", "-o", "one")
    good("run", "-o", "two")
    for path in Path("one").iterdir():
        assert path.read_bytes() == Path("two", path.name).read_bytes(), path.name


def test_the_chart_names_every_learning_rate() -> None:
    good("run", "-o", "out")
    chart = Path("out/loss.svg").read_text()
    assert all(f">{rate:g}<" in chart for rate in LOSSES_AFTER_100)
    assert "learning rate" in chart


def test_a_learning_rate_that_diverges_is_reported_and_the_others_go_on() -> None:
    Path("wild.toml").write_text(DIVERGES)
    assert "diverged at step" in good("run", "wild.toml", "-o", "out")
    calm, wild = json.loads(Path("out/report.json").read_text())["runs"]
    assert calm["final_loss"] < calm["initial_loss"]
    with pytest.raises(DivergedError) as caught:
        engine.train(load("wild.toml"), rate=1e6, losses=True)
    assert wild == {"learning_rate": 1e6, "diverged_at_step": caught.value.step, "quantity": caught.value.quantity}


def test_where_every_learning_rate_diverges_the_job_has_failed() -> None:
    Path("wild.toml").write_text(DIVERGES.replace("[0.1, 1e6]", "1e6"))
    result = call("run", "wild.toml", "-o", "out")
    assert result.exit_code == 1
    assert not Path("out", "trace.csv").exists()


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "class"])
def test_run_does_the_job_on_every_preset(preset: str) -> None:
    report = job.run(load(preset, steps=3), "out")
    assert report.ok
    assert all(Path("out", name).stat().st_size for name in report.files)


def test_a_terminal_is_told_what_is_done_once_it_takes_a_while(tmp_path: Path) -> None:
    """Talk is on stderr, and only there; the result alone is on stdout."""
    ours, theirs = pty.openpty()
    code = "from sheetgrad import cli; cli.words.PATIENCE = 0; cli.main()"
    command = [sys.executable, "-c", code, "verify", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, check=True, timeout=60)
    os.close(theirs)
    assert json.loads(done.stdout)["ok"] is True
    assert b"verifying every gradient" in os.read(ours, 10_000)
    os.close(ours)

"""`sheetgrad check` and `sheetgrad explain` from the command line."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from handmade import RIGHT, SLIPPED, WRONG, WRONG_LINES
from typer.testing import CliRunner

from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.cli import app


@pytest.fixture(autouse=True)
def _in_a_folder_with_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("right.md", RIGHT), ("wrong.md", WRONG), ("slipped.md", SLIPPED)):
        Path(name).write_text(text, encoding="utf-8")


def call(*words: str, given: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words), input=given)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("right.md",), 0),
        (("slipped.md",), 0),
        (("slipped.md", "--strict"), 1),
        (("wrong.md",), 1),
        (("right.md", "nowhere.md"), 2),
        (("wrong.md", "essay.docx"), 2),
        ((), 2),
        (("right.md", "--network", "nothing"), 2),
        (("right.md", "--format", "xml"), 2),
        (("wrong.md", "--fix", "--json"), 2),
        (("-", "--network", "-"), 2),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int) -> None:
    Path("essay.docx").write_bytes(b"PK\x03\x04")
    assert call("check", *words)[0] == code


def test_results_go_to_stdout_and_nothing_to_stderr() -> None:
    _, out, err = call("check", "wrong.md")
    assert out.startswith(f"wrong.md:{WRONG_LINES[0]}:1  wrong-index")
    assert "\x1b" not in out
    assert err == ""


def test_standard_input_is_read() -> None:
    code, out, _ = call("check", "-", given=WRONG)
    assert code == 1
    assert out.startswith(f"-:{WRONG_LINES[0]}:1  wrong-index")


def test_json_in_both_spellings() -> None:
    assert call("check", "wrong.md", "--json")[1] == call("check", "wrong.md", "--format", "json")[1]
    assert json.loads(call("check", "wrong.md", "--json")[1])["files"][0]["counts"]["false"] == 2


@pytest.mark.parametrize(("form", "begins"), [("html", "<!DOCTYPE html>"), ("sarif", "{"), ("github", "::error ")])
def test_a_report_goes_to_a_file(form: str, begins: str) -> None:
    code, out, _ = call("check", "wrong.md", "--format", form, "-o", "report")
    assert (code, out) == (1, "")
    assert Path("report").read_text(encoding="utf-8").startswith(begins)


def test_a_report_that_cannot_be_written_is_misuse() -> None:
    code, _, err = call("check", "right.md", "-o", "nowhere/report.txt")
    assert code == 2
    assert "cannot be written" in err


def test_the_network_may_be_given() -> None:
    Path("piece.md").write_text("∂E_total/∂w7 = (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h2\n", encoding="utf-8")
    assert call("check", "piece.md")[0] == 0
    assert call("check", "piece.md", "--network", "class")[0] == 1


def test_the_reading_is_shown_on_demand() -> None:
    shown, plain = call("check", "right.md", "--show-reading")[1], call("check", "right.md")[1]
    assert shown.endswith(plain)
    assert "h1 = w1*i1 + w2*i2" in shown


def test_fix_writes_a_copy_shows_a_patch_and_leaves_the_original() -> None:
    code, out, err = call("check", "wrong.md", "--fix")
    assert code == 1
    assert Path("wrong.md").read_text(encoding="utf-8") == WRONG
    assert "--- wrong.md\n+++ wrong.fixed.md\n" in out
    assert "wrong.fixed.md: 2 corrected" in err
    assert call("check", "wrong.fixed.md")[0] == 0
    patch = out[out.index("--- ") :].replace("+++ wrong.fixed.md", "+++ wrong.md")
    Path("patch").write_text(patch, encoding="utf-8")
    subprocess.run(["git", "apply", "--unidiff-zero", "patch"], check=True)
    assert Path("wrong.md").read_text(encoding="utf-8") == Path("wrong.fixed.md").read_text(encoding="utf-8")


def test_fix_of_a_right_text_writes_nothing() -> None:
    assert call("check", "right.md", "--fix")[0] == 0
    assert not Path("right.fixed.md").exists()


def test_explain_gives_meaning_reason_and_how_to_see_it() -> None:
    entry = MISTAKES["wrong-index"]
    code, out, _ = call("explain", "wrong-index")
    assert code == 0
    assert all(words in out for words in (entry.title, entry.meaning, entry.why, entry.how_to_see))


def test_explain_without_a_code_lists_all() -> None:
    out = call("explain")[1]
    assert [line.split()[0] for line in out.splitlines()][: len(MISTAKES)] == list(MISTAKES)


def test_explain_of_an_unknown_code_is_misuse() -> None:
    code, _, err = call("explain", "wrong-indx")
    assert code == 2
    assert "did you mean 'wrong-index'" in err


def test_a_terminal_gets_colour_and_progress() -> None:
    ours, theirs = pty.openpty()
    code = "from sheetgrad import cli; cli.PATIENCE = 0; cli.main()"
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    words = [sys.executable, "-c", code, "check", "right.md", "wrong.md"]
    done = subprocess.run(words, stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False, timeout=60)
    os.close(theirs)
    assert b"\x1b[31;1mwrong-index\x1b[0m" in os.read(ours, 100_000)
    os.close(ours)
    assert done.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX signal")
def test_ctrl_c_ends_all_at_once() -> None:
    for number in range(40):
        Path(f"long{number}.md").write_text(WRONG + "∂E_total/∂w8 = a_h1 * w3\n\n" * 200, encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, "-m", "sheetgrad", "check", "."], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = running.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert running.returncode == 130
    assert out == b""
    assert err == b"stopped\n"

"""The page as a file: written by the command, the same every time, with nothing from outside in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from explorer_pages import ASSETS, LARGE, content_of, in_node, question

import sheetgrad
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.emit.javascript import STYLE
from sheetgrad.explorer.bundle import bundled, modules
from sheetgrad.explorer.content import content
from sheetgrad.explorer.page import as_json, page
from sheetgrad.functions import FUNCTIONS

if TYPE_CHECKING:
    from pathlib import Path


def explore(*arguments: str, folder: Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sheetgrad", "explore", *arguments, "--no-open"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_command_writes_one_page_the_same_every_time(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        done = explore("class", "-o", f"{seed}.html", folder=tmp_path, seed=seed)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"written: {seed}.html\n", "")
    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()


def test_the_command_refuses_what_is_no_page_and_what_is_too_large(tmp_path: Path) -> None:
    wrong = explore("class", "-o", "class.pdf", folder=tmp_path)
    assert wrong.returncode == 2
    assert "give the file this ending" in wrong.stderr
    huge = {**LARGE, "layers": [{"size": 200, "activation": "sigmoid"}, {"size": 10, "activation": "sigmoid"}]}
    with pytest.raises(sheetgrad.TooLargeError, match="too many for one page"):
        page(sheetgrad.load(huge))
    assert list(tmp_path.iterdir()) == []


def test_every_module_of_the_page_is_in_the_script_once() -> None:
    written = {path.stem for path in ASSETS.glob("*.js")}
    assert set(modules()) == written - {"widget"}
    script = bundled()
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    for name in modules():
        assert script.count(f"const module_{name} = ") == 1


def test_the_script_never_turns_text_into_code() -> None:
    script = bundled("widget")
    assert not re.search(r"\beval\b|new Function|document\.write|setAttribute\(\s*[\"']on|javascript:", script)
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|https?://(?!www\.w3\.org)", script)


def test_data_cannot_end_the_script_it_stands_in() -> None:
    text = as_json({"title": "</script><!--<script>\u2028&"})
    assert not re.search("[<>&\u2028]", text)


def test_names_of_equations_never_reach_the_source() -> None:
    spec = {
        "equations": "constructor = prototype*toString + alert\nE = (constructor - window)**2",
        "values": {"prototype": 0.5, "toString": 0.2, "alert": 0.1, "window": 0.3},
        "parameters": ["prototype", "alert"],
        "loss": "E",
    }
    made = content(sheetgrad.load(spec))
    assert not re.search("constructor|prototype|toString|alert|window", made.source)
    asked = {"data": made.data, "source": made.source}
    (rows,) = in_node([{"what": "paths", **asked}])
    assert [row[0] for row in rows] == pytest.approx([row[1] for row in rows])
    claims = [["constructor", "prototype*toString + alert"], ["constructor", "prototype*alert"], ["E", "valueOf"]]
    (verdicts,) = in_node([{"what": "judged", "claims": claims, **asked}])
    assert [found["verdict"] for found in verdicts] == ["true", "false", "unread"]


@pytest.mark.parametrize("name", [name for name, entry in FUNCTIONS.items() if entry.formula is None])
def test_every_primitive_has_a_spelling_in_javascript(name: str) -> None:
    assert name in STYLE.dialect.calls


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_typed_and_computes_the_same(name: str) -> None:
    arguments = "w1, w2" if name in {"max", "min"} else "w1"
    other = {"abs": "max(w1, -w1)", "positive": "(abs(w1)/w1 + 1)/2", "held": "w1", "identity": "w1"}
    same = other.get(name, f"{name}({arguments})")
    (verdicts,) = in_node([question("class", "judged", claims=[["w1_new", f"w1_new + {name}({arguments}) - {same}"]])])
    assert verdicts[0]["verdict"] in {"true", "false"}, verdicts
    if name in other:
        assert verdicts[0]["verdict"] == "true", verdicts


def test_the_mistakes_of_the_page_are_those_of_the_table() -> None:
    data = content_of("class").data
    assert set(data["codes"]) <= set(MISTAKES)
    assert len(data["codes"]) >= 10
    targets = {one[1] for one in data["mistakes"]}
    assert set(data["gradients"]) <= targets
    assert all(right != wrong for _, _, right, wrong in data["mistakes"])


def test_a_deep_formula_or_a_long_one_is_refused_kindly() -> None:
    claims = [
        ["dE_total_dw5", "(" * 5000 + "w1" + ")" * 5000],
        ["dE_total_dw5", "w1+" * 5000 + "w1"],
        ["E1", "-" * 3000 + "w1"],
    ]
    (verdicts,) = in_node([question("class", "judged", claims=claims)])
    assert [found["verdict"] for found in verdicts] == ["unread"] * 3

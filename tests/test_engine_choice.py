"""Which kernel computes: one table, said aloud, and overruled by name."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import sheetgrad
from sheetgrad.cli import app
from sheetgrad.engine import tape
from sheetgrad.engine.choose import KERNELS, Choice
from sheetgrad.engine.explain import explained
from sheetgrad.errors import SpecError
from sheetgrad.network import load

HERE = [name for name in KERNELS if name not in {"tape", "loops", "layers"} or tape.is_built()]


@pytest.mark.parametrize("steps", [0, 10, 10_000])
def test_what_is_explained_is_what_is_chosen_and_only_one_line_says_so(steps: int) -> None:
    found = explained(load("class"), steps=steps)
    chosen = [line.engine for line in found.lines if line.verdict == "chosen"]
    assert chosen == [found.chosen]
    assert found.steps == steps


def test_every_line_before_the_chosen_one_says_why_not() -> None:
    lines = explained(load("class"), steps=10).lines
    place = next(place for place, line in enumerate(lines) if line.verdict == "chosen")
    assert all(line.verdict for line in lines[:place])
    assert not any(line.verdict for line in lines[place + 1 :])


@pytest.mark.parametrize("engine", HERE)
def test_an_engine_that_is_named_computes_the_same(engine: str) -> None:
    named = sheetgrad.train("class", steps=50, rate=0.5, engine=engine)
    assert named.final_loss == pytest.approx(sheetgrad.train("class", steps=50, rate=0.5).final_loss, rel=1e-12)
    assert explained(load("class"), engine=engine).chosen == engine


def test_an_unknown_engine_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(SpecError, match="no engine is called 'fast'; there are straight, tape"):
        sheetgrad.train("class", engine="fast")


def test_an_engine_that_cannot_do_it_says_what_it_needs() -> None:
    spec = {
        "equations": "y = w*x\nE = max(y, y*y)*y",
        "values": {"x": 1.0, "w": 0.5},
        "parameters": ["w"],
        "loss": "E",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tape, "find_spec", lambda _name: None)
        with pytest.raises(SpecError, match=r"tape cannot compute .*needs the C extension"):
            sheetgrad.train(spec, engine="tape")
        assert explained(load("class"), steps=10**6).chosen == "straight"


def test_the_command_explains_and_obeys() -> None:
    run = CliRunner().invoke(app, ["train", "class", "--explain-engine", "--steps", "7"])
    assert run.exit_code == 0
    assert "7 steps: engine straight" in run.stdout
    assert "chosen" in run.stdout
    asked = CliRunner().invoke(app, ["train", "class", "--explain-engine", "--engine", "arrays", "--json"])
    assert json.loads(asked.stdout)["chosen"] == "arrays"
    trained = CliRunner().invoke(app, ["train", "class", "--engine", "arrays", "--steps", "5", "--json"])
    assert json.loads(trained.stdout)["steps"] == 5
    refused = CliRunner().invoke(app, ["train", "class", "--engine", "none"])
    assert refused.exit_code == 2


def test_single_precision_is_said_by_the_command_and_explained() -> None:
    run = CliRunner().invoke(app, ["train", "iris", "--precision", "float32", "--steps", "3"])
    assert "3 steps at learning rate 0.01, computed in float32" in run.stdout
    asked = explained(load("class"), steps=10, precision="float32")
    assert asked.chosen == ("layers" if tape.is_built() else "arrays")
    assert "does not compute in float32" in {line.verdict for line in asked.lines}
    as_json = CliRunner().invoke(app, ["train", "class", "--precision", "float32", "--steps", "3", "--json"])
    assert set(json.loads(as_json.stdout)) == {"steps", "learning_rate", "initial_loss", "final_loss"}
    assert CliRunner().invoke(app, ["train", "class", "--precision", "half"]).exit_code == 2


def test_without_the_extension_single_precision_is_left_to_numpy() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tape, "find_spec", lambda _name: None)
        assert explained(load("iris"), precision="float32").chosen == "arrays"
        single = sheetgrad.train("iris", steps=20, precision="float32")
    assert single.final_loss == pytest.approx(sheetgrad.train("iris", steps=20).final_loss, rel=1e-5)


def test_a_choice_says_in_words_what_it_is_for() -> None:
    assert str(Choice("tape", equations=3_000, least=10)) == "up to 3,000 equations, from 10 steps on"
    assert str(Choice("arrays")) == "everything else"

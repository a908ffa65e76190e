"""The page computes what Python computes: every step, every gradient, every mistake, every verdict."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from explorer_pages import content_of, in_node, question, spec_of

import sheetgrad
from sheetgrad.catalog.presets import PRESETS

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = 12
CLAIMS: dict[str, list[list[str]]] = json.loads((Path(__file__).parent / "explorer_claims.json").read_text())
MODELS = list(range(50))


def rate_of(name: str | int) -> float:
    """Small for the drawn models, many of which diverge otherwise."""
    return 0.001 if isinstance(name, int) else sheetgrad.load(name).learning_rates[0]


def traced(name: str | int, steps: int = STEPS) -> tuple[sheetgrad.Setup, Any]:
    setup = sheetgrad.load(spec_of(name))
    run = sheetgrad.train(setup, steps=steps, rate=rate_of(name), trace=True)
    assert run.trace is not None
    return setup, run.trace


def names_of(name: str | int) -> list[str]:
    """The plain name of every quantity, by its place."""
    data = content_of(name).data
    plain = dict(zip(data["names"]["refs"], data["names"]["plain"], strict=True))
    loss = plain[data["loss"]]
    first = data["groups"]["backward"][0]
    gradients = {first + k: f"d{loss}_d{plain[below]}" for k, below in enumerate(data["names"]["partials"])}
    return [(plain | gradients).get(place, "") for place in range(data["groups"]["updates"][0])]


def state_columns(name: str | int) -> list[str]:
    data = content_of(name).data
    start, end = data["groups"]["parameters"][0], data["groups"]["states"][1]
    return names_of(name)[start:end]


@cache
def stepped(names: tuple[str | int, ...]) -> list[Any]:
    """Every step of several networks from Python's own state before it, by the page's functions."""
    asked = []
    for name in names:
        _, trace = traced(name)
        columns = [trace[column] for column in state_columns(name)]
        states = [[column[step] for column in columns] for step in range(STEPS + 1)]
        asked.append(question(name, "steps", states=states, rate=rate_of(name)))
    return in_node(asked)


def agree(page: Sequence[float], python: Sequence[float], what: str) -> None:
    """Within 1e-12 of the largest value in the column."""
    scale = max(map(abs, python), default=0.0)
    apart = [abs(float(a) - b) for a, b in zip(page, python, strict=True)]
    assert max(apart) <= 1e-12 * scale, f"{what}: {max(apart)} at scale {scale}"


@pytest.mark.parametrize(
    "names", [("class", "mazur"), ("rnn", "attention"), tuple(MODELS)], ids=["layers", "equations", "drawn"]
)
def test_every_quantity_of_every_step_is_python_s(names: tuple[str | int, ...]) -> None:
    for name, found in zip(names, stepped(names), strict=True):
        _, trace = traced(name)
        for place, column in enumerate(names_of(name)):
            if column in trace.columns:
                agree([row["v"][place] for row in found], list(trace[column]), f"{name}: {column}")


@pytest.mark.parametrize(
    "names",
    [("class", "mazur"), ("rnn", "attention"), ("xor", "iris"), tuple(MODELS)],
    ids=["layers", "equations", "batches", "drawn"],
)
def test_every_update_is_python_s(names: tuple[str | int, ...]) -> None:
    for name, found in zip(names, stepped(names), strict=True):
        _, trace = traced(name)
        for place, column in enumerate(state_columns(name)):
            agree([row["next"][place] for row in found[:-1]], list(trace[column])[1:], f"{name}: next {column}")


@pytest.mark.parametrize("name", ["xor", "iris"])
def test_the_loss_and_gradients_of_a_batch_are_python_s(name: str) -> None:
    (found,) = stepped((name,)) if name != "xor" else stepped(("xor",))
    setup, trace = traced(name)
    loss = next(column for column in trace.columns if column.startswith("E") and column.endswith("_mean"))
    agree([row["loss"] for row in found], list(trace[loss]), "loss")
    weights = state_columns(name)[: len(content_of(name).data["gradients"])]
    for place, weight in enumerate(weights):
        agree([row["gradients"][place] for row in found], list(trace[f"d{loss}_d{weight}"]), weight)
    assert setup.sample_count > 1


def test_whole_runs_of_the_class_network_come_out() -> None:
    rates = [0.1, 0.2, 0.5, 0.8, 1.0, 2.0]
    (losses,) = in_node([question("class", "runs", rates=rates, steps=100)])
    known = [
        *(0.13351060733462522, 0.07916642312214675, 0.029166680235883584),
        *(0.0163866284770309, 0.012395124175369723, 0.005160108602350808),
    ]
    assert [row[0] for row in losses] == pytest.approx([0.24251985734837728] * 6, rel=1e-12)
    assert [row[-1] for row in losses] == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_whole_runs_of_the_presets_agree(name: str) -> None:
    steps = min(content_of(name).data["steps"], 100)
    rate = sheetgrad.load(name).learning_rates[0]
    (losses,) = in_node([question(name, "runs", rates=[rate], steps=steps)])
    python = sheetgrad.train(name, steps=steps, rate=rate, losses=True).losses
    assert python is not None
    assert losses[0] == pytest.approx(list(python), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["class", "rnn", "wide", *MODELS[:10]])
def test_the_paths_of_every_gradient_add_up_to_it(name: str | int) -> None:
    (rows,) = in_node([question(name, "paths")])
    scale = max(abs(float(row[0])) for row in rows)
    for gradient, along_paths, swept, count in rows:
        assert abs(gradient - swept) <= 1e-12 * scale
        if count <= 5000:
            assert abs(gradient - along_paths) <= 1e-11 * scale


@pytest.mark.parametrize("name", ["class", "mazur", "rnn", "xor"])
def test_the_gradient_check_is_green_and_turns_red_with_a_mistake(name: str) -> None:
    data = content_of(name).data
    (looked,) = in_node([question(name, "checks")])
    right, *planted = looked
    assert right["wrong"] == []
    python = sheetgrad.verify(name, judges=["finite_differences"]).gradients
    assert right["slopes"] == pytest.approx(list(python.values()), rel=1e-6, abs=1e-7 * max(map(abs, python.values())))
    codes = list(data["codes"])
    updates = range(*data["groups"]["updates"])
    missed = [
        codes[mistake[0]]
        for mistake, found in zip(data["mistakes"], planted, strict=True)
        if not found["wrong"] and mistake[1] not in updates
    ]
    assert len(missed) <= 0.12 * len(planted), f"unseen at the page's own numbers: {missed}"


def test_the_gradient_check_is_green_wherever_nothing_is_planted() -> None:
    names: list[str | int] = [*MODELS, "class", "mazur", "rnn", "attention", "xor"]
    looked = in_node([question(name, "greens") for name in names])
    assert [found for found in looked if found] == []


def test_the_known_slip_is_off_by_what_the_class_never_saw() -> None:
    """a_h1·(1 - a_h1) in place of a_h2·(1 - a_h2) in the gradient of w3: 0.026 %."""
    data = content_of("class").data
    names = names_of("class")
    (looked,) = in_node([question("class", "checks")])
    code = list(data["codes"]).index("wrong-index")
    found = [
        looked[place + 1]["wrong"]
        for place, one in enumerate(data["mistakes"])
        if one[0] == code and names[one[1]] == "dE_total_dw3"
    ]
    assert any(rows and abs(rows[0][1] - 0.00026) < 0.00001 for rows in found)


@pytest.mark.parametrize("name", CLAIMS)
def test_the_page_and_the_checker_agree_on_every_claim(name: str) -> None:
    from sheetgrad.check.document import check_text
    from sheetgrad.check.given import network_of

    network = network_of(sheetgrad.load(spec_of(name)))
    (verdicts,) = in_node([question(name, "judged", claims=[[target, text] for target, text, _ in CLAIMS[name]])])
    for (target, text, verdict), found in zip(CLAIMS[name], verdicts, strict=True):
        assert found["verdict"] == verdict, f"{target} = {text}: {found}"
        if verdict == "false" and found["message"] == "":
            assert abs(found["witness"]["yours"] - found["witness"]["right"]) > 0
        head, _, below = target.partition("_d") if target.startswith("d") else ("", "", "")
        left = f"∂{head[1:]}/∂{below}" if below else target
        report = check_text("claim.md", f"{left} = {text}\n", network=network)
        counts = report.counts
        assert counts["true" if verdict == "true" else verdict] == 1, f"{left} = {text}: {dict(counts)}"

"""Verification: right gradients pass with every judge, wrong ones are found, kinks are said to be kinks."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_engine_kernels import specs

from sheetgrad.catalog.presets import PRESETS
from sheetgrad.derive import program
from sheetgrad.engine import verify
from sheetgrad.engine.verification import JUDGES
from sheetgrad.errors import MissingPackageError, SpecError
from sheetgrad.expr import Number, Partial, Quantity, Ref, Symbol, substitute
from sheetgrad.network import load

if TYPE_CHECKING:
    from sheetgrad.program import Program
    from sheetgrad.setup import Setup

INSTALLED = [name for name, judge in JUDGES.items() if not judge.package or find_spec(judge.package)]


def with_wrong(setup: Setup, family: str, wrong: Any) -> Program:
    """The setup's program with one gradient replaced by what `wrong` makes of it."""
    right = program(setup.model.batched(setup.sample_count, setup.reduction))
    equations = []
    planted = 0
    for equation in right.backward:
        target = equation.target
        assert isinstance(target, Partial)
        if f"{target.wrt.symbol.name}{target.wrt.symbol.layer}" == family:
            planted += 1
            equations.append(replace(equation, value=wrong(equation.value)))
        else:
            equations.append(equation)
    assert planted == 1
    return replace(right, backward=tuple(equations))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_passes_with_every_judge_that_is_installed(preset: str) -> None:
    found = verify(load(preset))
    assert found.ok
    errors = found.as_json()["largest_relative_error"]
    assert list(errors) == INSTALLED
    assert all(error <= JUDGES[name].tolerance for name, error in errors.items())


@given(spec=specs(), reduction=st.sampled_from(["mean", "sum"]))
def test_random_networks_pass_with_finite_differences_and_autograd(spec: dict[str, Any], reduction: str) -> None:
    more = {"reduction": reduction} if len(spec["inputs"]) > 1 else {}
    found = verify(load(spec | more), judges=["finite_differences", "autograd"])
    assert found.ok, found


@pytest.mark.parametrize("judge", INSTALLED)
@pytest.mark.parametrize("family", ["w1", "w2", "a1", "z2"])
def test_a_planted_wrong_gradient_is_found_by_each_judge(judge: str, family: str) -> None:
    setup = load("class")
    wrong = with_wrong(setup, family, lambda value: value * 1.0001)
    assert not verify(setup, judges=[judge], program=wrong).ok


@pytest.mark.parametrize("judge", INSTALLED)
def test_the_slip_that_moves_a_gradient_by_a_few_hundredths_of_a_percent_is_found(judge: str) -> None:
    setup = load("class")
    right = program(setup.model).unrolled()
    a = next(symbol for symbol in symbols_of(right) if (symbol.name, symbol.layer) == ("a", 1))
    slipped = [
        replace(equation, value=substitute(equation.value, {a[1]: a[0]})) if is_of_z1(equation.target, 1) else equation
        for equation in right.backward
    ]
    found = verify(setup, judges=[judge], program=replace(right, backward=tuple(slipped)))
    assert not found.ok
    assert found.verdicts[0].worst in {"w3", "w4"}


def symbols_of(made: Program) -> list[Symbol]:
    return [equation.target.symbol for equation in made.forward if isinstance(equation.target, Ref)]


def is_of_z1(target: Quantity, place: int) -> bool:
    assert isinstance(target, Partial)
    return (target.wrt.symbol.name, target.wrt.symbol.layer, target.wrt.places) == ("z", 1, (place,))


def test_a_gradient_that_is_not_a_number_is_not_taken_for_a_right_one() -> None:
    setup = load("class")
    wrong = with_wrong(setup, "w1", lambda value: value * Number(float("nan")))
    for judge in ("finite_differences", "autograd"):
        found = verify(setup, judges=[judge], program=wrong)
        assert not found.ok
        assert found.as_json()["largest_relative_error"] == {judge: None}


def test_the_study_of_a_parameter_shows_the_error_fall_and_rise_with_h() -> None:
    errors = [error for _h, error in verify(load("class"), judges=["finite_differences"]).errors("w5")]
    smallest = errors.index(min(errors))
    assert 0 < smallest < len(errors) - 1
    assert errors[0] > 100 * errors[smallest] < errors[-1]


def test_the_step_is_chosen_without_a_look_at_the_gradient_under_judgement() -> None:
    setup = load("class")
    right = verify(setup, judges=["finite_differences"])
    wrong = verify(setup, judges=["finite_differences"], program=with_wrong(setup, "w2", lambda value: value * 3))
    assert right.studies == wrong.studies


def kinked(w: float, t: float) -> Setup:
    spec = {
        "name": "kinked",
        "equations": "y = relu(w)\nE = (y - t)**2 + 1/2*v**2",
        "values": {"t": t, "w": w, "v": 2.0},
        "parameters": ["w", "v"],
        "loss": "E",
    }
    return load(spec)


def test_a_start_on_a_kink_is_said_and_not_called_wrong() -> None:
    found = verify(kinked(0.0, t=1.0), judges=["finite_differences"])
    assert found.ok
    assert found.verdicts[0].judged == 1
    assert any("no verdict on w" in note and "kink" in note for note in found.notes)


def test_a_kink_nearby_only_makes_the_step_smaller() -> None:
    found = verify(kinked(0.01, t=1.0), judges=["finite_differences"])
    assert found.ok
    assert found.verdicts[0].judged == 2


def test_of_many_parameters_a_seeded_sample_is_looked_at_and_said() -> None:
    setup = load({"inputs": [0.1] * 30, "targets": [0.5] * 2, "layers": [{"size": 8}, {"size": 2}]})
    first, again = (verify(setup, judges=["finite_differences"]) for _ in range(2))
    assert first.ok
    assert len(first.studies) == 200
    assert list(first.studies) == list(again.studies)
    assert any("sample of 200" in note for note in first.notes)


def test_an_unknown_judge_and_a_missing_library_are_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match="finite_differences"):
        verify(load("class"), judges=["oracle"])
    monkeypatch.setattr("sheetgrad.engine.verification.find_spec", lambda _name: None)
    with pytest.raises(MissingPackageError, match="autograd"):
        verify(load("class"), judges=["autograd"])

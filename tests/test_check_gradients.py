"""Gradients of callables: the wrong entry is named with its factor, and noise and kinks are not blamed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sheetgrad.check.gradients import check_gradients
from sheetgrad.errors import SheetgradError

DRAW = np.random.default_rng(3)
X = DRAW.normal(size=(6, 3))
Y = DRAW.uniform(0.2, 0.8, size=(6, 2))
POINT = {"W1": DRAW.normal(size=(3, 4)), "b1": DRAW.normal(size=(1, 4)), "W2": DRAW.normal(size=(4, 2))}


def loss(W1: Any, b1: Any, W2: Any) -> Any:  # noqa: N803 -- matrices have capital letters
    return 0.5 * ((np.tanh(X @ W1 + b1) @ W2 - Y) ** 2).mean()


def backward(W1: Any, b1: Any, W2: Any) -> dict[str, Any]:  # noqa: N803 -- the same
    a = np.tanh(X @ W1 + b1)
    off = (a @ W2 - Y) / Y.size
    inner = off @ W2.T * (1 - a**2)
    return {"W1": X.T @ inner, "b1": inner.sum(axis=0, keepdims=True), "W2": a.T @ off}


def test_right_gradients_pass() -> None:
    result = check_gradients(loss, backward, POINT)
    assert result.ok
    assert result.as_json()["checked"] == 3 * 4 + 4 + 8
    assert str(result) == "all 24 entries are right"
    assert repr(result).startswith("<GradientCheck ok=True")


@pytest.mark.parametrize("form", [tuple, list])
def test_a_sequence_is_passed_one_by_one(form: type) -> None:
    result = check_gradients(loss, lambda *w: tuple(backward(*w).values()), form(POINT.values()), names=list(POINT))
    assert result.ok
    assert {entry.name for entry in result.entries} == set(POINT)


def test_an_array_and_a_number_are_passed_as_they_are() -> None:
    assert check_gradients(lambda w: (w**3).sum(), lambda w: 3 * w**2, np.array([1.0, -2.0])).ok
    assert check_gradients(lambda w: w**3, lambda w: 3 * w**2, 0.7).ok
    assert not check_gradients(lambda w: w**3, lambda w: w**2, 0.7).ok


@pytest.mark.parametrize("factor", [2.0, -1.0, 0.5, 1.01, 6.0])
def test_an_array_off_by_a_factor_is_named_with_it(factor: float) -> None:
    result = check_gradients(loss, lambda **w: backward(**w) | {"W2": factor * backward(**w)["W2"]}, POINT)
    assert {entry.name for entry in result.wrong} == {"W2"}
    assert f"the whole of dW2 is off by the factor {factor:g}" in str(result)
    assert result.as_json()["wrong"][0]["factor"] == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize("place", [(0, 0), (2, 3), (1, 1)])
def test_one_wrong_entry_is_named_alone(place: tuple[int, int]) -> None:
    def spoiled(**w: Any) -> dict[str, Any]:
        made = backward(**w)
        made["W1"][place] *= 2
        return made

    result = check_gradients(loss, spoiled, POINT)
    assert [(entry.name, entry.place) for entry in result.wrong] == [("W1", place)]
    assert str(result).startswith(f"dW1[{place[0]}, {place[1]}]: yours")
    assert "the whole" not in str(result)


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e6, 1e12])
def test_the_size_of_the_loss_does_not_matter(size: float) -> None:
    def scaled(**w: Any) -> dict[str, Any]:
        return {name: size * value for name, value in backward(**w).items()}

    assert check_gradients(lambda **w: size * loss(**w), scaled, POINT).ok
    assert not check_gradients(lambda **w: size * loss(**w), lambda **w: scaled(**w) | {"b1": 0 * w["b1"]}, POINT).ok


def test_a_large_constant_in_the_loss_is_noise_and_is_not_blamed() -> None:
    assert check_gradients(lambda **w: 1e6 + loss(**w), backward, POINT).ok


def test_a_kink_is_listed_and_not_judged() -> None:
    result = check_gradients(lambda w: np.abs(w).sum(), np.sign, np.array([0.0, 1.0]))
    assert [entry.place for entry in result.kinks] == [(0,)]
    assert result.ok
    assert "kink" in str(result)


def test_a_transposed_gradient_is_said_to_be_one() -> None:
    result = check_gradients(loss, lambda **w: backward(**w) | {"W2": backward(**w)["W2"].T}, POINT)
    assert not result.ok
    assert "its transpose would fit" in str(result)


def test_keys_may_carry_the_sign_of_a_derivative() -> None:
    assert check_gradients(loss, lambda **w: {f"d{name}": value for name, value in backward(**w).items()}, POINT).ok


def test_the_callers_arrays_are_left_alone() -> None:
    before = {name: value.copy() for name, value in POINT.items()}

    def careless(**w: Any) -> dict[str, Any]:
        made = backward(**w)
        for value in w.values():
            value[...] = 0
        return made

    assert check_gradients(loss, careless, POINT).ok
    assert all((POINT[name] == before[name]).all() for name in POINT)


@pytest.mark.parametrize(
    ("cost", "slope", "words"),
    [
        (lambda w: w, lambda w: w, "must be one finite number"),
        (lambda w: float("nan"), lambda w: w, "must be one finite number"),  # noqa: ARG005 -- a loss takes the point
        (lambda w: w.sum(), lambda w: {"q": w}, "no part of the point is called q"),
    ],
)
def test_what_cannot_be_compared_says_why(cost: Any, slope: Any, words: str) -> None:
    with pytest.raises(SheetgradError, match=words):
        check_gradients(cost, slope, np.array([1.0, 2.0]))

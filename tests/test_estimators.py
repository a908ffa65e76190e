"""MLPClassifier and MLPRegressor: as scikit-learn's own where both can do it, and without it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import sheetgrad
from sheetgrad import MLPClassifier, MLPRegressor
from sheetgrad.errors import SpecError
from sheetgrad.exchange.estimators import NotFittedError

CHANCE = np.random.default_rng(2)
INPUTS = CHANCE.normal(size=(90, 3))
LABELS = np.array(["low", "middle", "high"])[np.digitize(INPUTS @ [1.0, -2.0, 0.5], [-1, 1])]
NUMBERS = INPUTS @ [1.0, -2.0, 0.5] + 3


def small(**options: Any) -> MLPClassifier:
    return MLPClassifier((8,), "tanh", learning_rate_init=0.05, max_iter=60, batch_size=30, **options)


def test_a_classifier_learns_classes_and_gives_probabilities() -> None:
    model = small().fit(INPUTS, LABELS)
    assert model.classes_.tolist() == ["high", "low", "middle"]
    assert model.score(INPUTS, LABELS) > 0.9
    made = model.predict_proba(INPUTS)
    assert made.shape == (90, 3)
    assert made.sum(axis=1) == pytest.approx(1)
    assert (model.classes_[made.argmax(axis=1)] == model.predict(INPUTS)).all()
    assert len(model.loss_curve_) == 60
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_two_classes_have_one_output() -> None:
    model = small().fit(INPUTS, LABELS == "high")
    assert model.coefs_[-1].shape == (8, 1)
    assert model.predict_proba(INPUTS).sum(axis=1) == pytest.approx(1)
    assert model.score(INPUTS, LABELS == "high") > 0.9


def test_a_regressor_learns_numbers_one_or_several() -> None:
    model = MLPRegressor((), solver="gradient_descent", learning_rate_init=0.1, max_iter=400).fit(INPUTS, NUMBERS)
    assert model.coefs_[0].ravel() == pytest.approx([1.0, -2.0, 0.5], abs=1e-6)
    assert model.intercepts_[0] == pytest.approx([3.0], abs=1e-6)
    assert model.score(INPUTS, NUMBERS) == pytest.approx(1)
    several = MLPRegressor((), learning_rate_init=0.1).fit(INPUTS, np.stack([NUMBERS, -NUMBERS], axis=1))
    assert several.predict(INPUTS).shape == (90, 2)


def test_the_same_random_state_gives_the_same_network() -> None:
    first, second, third = (small(random_state=state).fit(INPUTS, LABELS) for state in (4, 4, 5))
    assert (first.coefs_[0] == second.coefs_[0]).all()
    assert (first.coefs_[0] != third.coefs_[0]).any()


def test_the_network_inside_can_be_explained() -> None:
    model = small().fit(INPUTS, LABELS)
    assert sheetgrad.verify(model.setup_).ok
    assert sheetgrad.derive(model.setup_, form="matrix").as_json()["equations"]


def test_mistakes_are_told_with_their_place() -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        small().predict(INPUTS)
    with pytest.raises(SpecError, match="only one class"):
        small().fit(INPUTS, ["a"] * 90)
    with pytest.raises(SpecError, match="89 labels for 90 rows"):
        small().fit(INPUTS, LABELS[:89])
    with pytest.raises(SpecError, match="2 columns; it was trained on 3"):
        small().fit(INPUTS, LABELS).predict(INPUTS[:, :2])
    with pytest.raises(SpecError, match="no parameter 'depth'"):
        small().set_params(depth=3)
    with pytest.raises(SpecError, match="rows of numbers"):
        small().fit(INPUTS[:, 0], LABELS)


def test_parameters_are_kept_as_they_are_given() -> None:
    model = small(random_state=7)
    assert model.get_params()["hidden_layer_sizes"] == (8,)
    assert type(model)(**model.get_params()).get_params() == model.get_params()
    assert model.set_params(max_iter=3).max_iter == 3
    assert "random_state=7" in repr(model)


def test_it_trains_without_scikit_learn() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from sheetgrad import MLPClassifier\n"
        "print(MLPClassifier((4,), max_iter=2).fit([[0.0], [1.0]], [0, 1]).predict([[1.0]]).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(1,)\n"


# --- beside scikit-learn -----------------------------------------------------------------------


def fitted(kind: str, **options: Any) -> Any:
    networks = pytest.importorskip("sklearn.neural_network")
    made = getattr(networks, kind)(hidden_layer_sizes=(5,), max_iter=20, random_state=1, **options)
    with warnings.catch_warnings(action="ignore"):  # it says that more steps would be better
        return made.fit(INPUTS, LABELS if kind == "MLPClassifier" else NUMBERS)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_a_classifier_of_scikit_learn_comes_in_with_its_outputs(activation: str) -> None:
    theirs = fitted("MLPClassifier", activation=activation)
    setup = sheetgrad.from_sklearn(theirs, INPUTS, LABELS)
    made = theirs.predict_proba(INPUTS)
    right = made[np.arange(90), np.searchsorted(theirs.classes_, LABELS)]
    assert sheetgrad.train(setup, steps=0).initial_loss == pytest.approx(-np.log(right).mean(), rel=1e-9)


def test_two_classes_of_scikit_learn_come_in_as_one_output() -> None:
    networks = pytest.importorskip("sklearn.neural_network")
    with warnings.catch_warnings(action="ignore"):
        theirs = networks.MLPClassifier((5,), max_iter=5, random_state=1).fit(INPUTS, LABELS == "low")
    setup = sheetgrad.from_sklearn(theirs, INPUTS, LABELS == "low")
    made = theirs.predict_proba(INPUTS)[np.arange(90), (LABELS == "low").astype(int)]
    assert sheetgrad.train(setup, steps=0).initial_loss == pytest.approx(-np.log(made).mean(), rel=1e-9)


def test_a_regressor_of_scikit_learn_comes_in_with_its_outputs() -> None:
    theirs = fitted("MLPRegressor")
    setup = sheetgrad.from_sklearn(theirs, INPUTS, NUMBERS)
    loss = ((theirs.predict(INPUTS) - NUMBERS) ** 2).mean() / 2
    assert sheetgrad.train(setup, steps=0).initial_loss == pytest.approx(loss, rel=1e-9)


def test_a_step_of_ours_is_a_step_of_scikit_learns() -> None:
    networks = pytest.importorskip("sklearn.neural_network")
    options = {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "batch_size": 90, "learning_rate_init": 0.2}
    theirs = networks.MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", shuffle=False, random_state=1, **options)
    theirs.partial_fit(INPUTS, NUMBERS)
    setup = sheetgrad.from_sklearn(theirs, INPUTS, NUMBERS)
    run = sheetgrad.train(setup, steps=1)
    theirs.partial_fit(INPUTS, NUMBERS)
    ours = [np.array(run.parameters[symbol]) for symbol in setup.model.parameters]
    for mine, weights in zip(ours[::2], theirs.coefs_, strict=True):
        assert mine == pytest.approx(weights.T, rel=1e-9)


def test_other_estimators_and_unknown_labels_are_refused() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    with pytest.raises(SpecError, match="LinearRegression has no trained layers"):
        sheetgrad.from_sklearn(linear.LinearRegression(), INPUTS, NUMBERS)
    with pytest.raises(SpecError, match="never seen"):
        sheetgrad.from_sklearn(fitted("MLPClassifier"), INPUTS, np.array(["other"] * 90))


def test_ours_work_in_pipelines_searches_and_clones() -> None:
    base = pytest.importorskip("sklearn.base")
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    copy = base.clone(small(random_state=3))
    assert copy.get_params() == small(random_state=3).get_params()
    assert base.is_classifier(copy)
    assert base.is_regressor(MLPRegressor())
    line = make_pipeline(StandardScaler(), small())
    assert cross_val_score(line, INPUTS, LABELS, cv=3).mean() > 0.8
    search = GridSearchCV(small(), {"hidden_layer_sizes": [(2,), (8,)]}, cv=2).fit(INPUTS, LABELS)
    assert search.best_params_["hidden_layer_sizes"] in {(2,), (8,)}

"""From a trained multi-layer perceptron of scikit-learn to a setup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.errors import Problem, SpecError
from sheetgrad.exchange.dense import Dense, setup_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.setup import Setup

ACTIVATIONS: Mapping[str, str] = {
    "identity": "identity",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
}
"""Scikit-learn's names and ours."""


def from_sklearn(estimator: Any, X: object, y: object, **keywords: Any) -> Setup:  # noqa: ANN401, N803 -- scikit-learn's names; keys of a spec
    """Get the setup of a fitted `MLPClassifier` or `MLPRegressor`, with its weights, on some data.

    The loss is the one that it was trained with, without the penalty on large
    weights (`alpha`). A classifier's labels become one output each, or a single one
    where there are two classes. `keywords` are keys of a spec.

    Raises:
        SpecError: it is another estimator, is not fitted, or y holds an unknown label.
    """
    if not hasattr(estimator, "coefs_"):
        wrong = f"{type(estimator).__name__} has no trained layers"
        raise SpecError((Problem("estimator", wrong, "give a fitted MLPClassifier or MLPRegressor"),))
    layers = _layers(estimator)
    classes = getattr(estimator, "classes_", None)
    own = _targets(classes, y, len(layers[-1].weights)) if classes is not None else y
    loss = _loss(layers[-1], classes=classes is not None)
    settings = {"learning_rate": float(getattr(estimator, "learning_rate_init", 0.5)), **_optimizer(estimator)}
    return setup_from(layers, X, own, loss=loss, **{**settings, **keywords})


def _layers(estimator: Any) -> list[Dense]:  # noqa: ANN401 -- of scikit-learn, which is not imported
    import numpy as np

    names = [estimator.activation] * (len(estimator.coefs_) - 1) + [estimator.out_activation_]
    unknown = [name for name in names if name not in ACTIVATIONS]
    if unknown:
        wrong = f"{unknown[0]!r} has no counterpart"
        raise SpecError((Problem("estimator.activation", wrong, f"there are {', '.join(ACTIVATIONS)}"),))
    parts = zip(estimator.coefs_, estimator.intercepts_, names, strict=True)
    return [
        Dense(np.asarray(weights, dtype=np.float64).T.copy(), np.asarray(biases, dtype=np.float64), ACTIVATIONS[name])
        for weights, biases, name in parts
    ]


def _loss(last: Dense, *, classes: bool) -> str:
    if not classes:
        return "half_squared_error"
    return "cross_entropy" if last.activation == "softmax" else "binary_cross_entropy"


def _targets(classes: Any, y: object, outputs: int) -> Any:  # noqa: ANN401 -- arrays of labels
    import numpy as np

    labels = np.asarray(y)
    if labels.ndim == 2:  # noqa: PLR2004 -- several labels a sample, each 0 or 1 already
        return labels
    unknown = labels[~np.isin(labels, classes)]
    if len(unknown):
        wrong = f"holds {unknown[0]!r}, which the estimator has never seen"
        raise SpecError((Problem("y", wrong, "give labels from its classes_"),))
    hot = (labels[:, None] == np.asarray(classes)).astype(np.float64)
    return hot[:, 1:] if outputs == 1 else hot


def _optimizer(estimator: Any) -> dict[str, Any]:  # noqa: ANN401 -- of scikit-learn, which is not imported
    """The same optimizer, where there is one."""
    solver = getattr(estimator, "solver", "")
    if solver == "adam":
        settings = {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
        return {"optimizer": {"name": "adam", **{own: getattr(estimator, name) for own, name in settings.items()}}}
    if solver == "sgd" and estimator.momentum:
        name = "nesterov" if estimator.nesterovs_momentum else "momentum"
        return {"optimizer": {"name": name, "mu": estimator.momentum}}
    return {}

"""MLPClassifier and MLPRegressor in the manner of scikit-learn, on our own engine.

They follow scikit-learn's rules for estimators (parameters as they were given,
trained attributes with a `_` at the end), so they work in its pipelines and
searches; it need not be installed. What it has and we have not: early stopping,
and the penalty `alpha`. Every run makes exactly `max_iter` passes over the data.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Self

from sheetgrad import engine, network
from sheetgrad.errors import Problem, SheetgradError, SpecError
from sheetgrad.exchange.dense import layers_of
from sheetgrad.exchange.outputs import outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.setup import Setup

    Array = npt.NDArray[Any]

NAMES = {"logistic": "sigmoid", "sgd": "nesterov"}
"""Scikit-learn's names for what we call otherwise."""
USUAL_BATCH = 200


class NotFittedError(SheetgradError, ValueError, AttributeError):
    """An estimator is asked before it was trained."""


class _Perceptron:
    """What both estimators share: parameters, training, and the trained network."""

    _loss = ""
    _last = ""

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        batch_size: int | str = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        momentum: float = 0.9,
        initialisation: str = "xavier",
        random_state: int = 0,
        precision: str = "float64",
    ) -> None:
        """Keep the parameters as they are given; they are looked at when it is trained."""
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.momentum = momentum
        self.initialisation = initialisation
        self.random_state = random_state
        self.precision = precision

    @classmethod
    def _names(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 -- scikit-learn's own signature
        """Every parameter by its name."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **parameters: Any) -> Self:  # noqa: ANN401 -- parameters of several kinds
        """Change some parameters; gives the estimator itself."""
        for name, value in parameters.items():
            if name not in self._names():
                remedy = f"there are {', '.join(self._names())}"
                raise SpecError((Problem(type(self).__name__, f"has no parameter {name!r}", remedy),))
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.get_params().items())})"

    def __sklearn_is_fitted__(self) -> bool:
        """Whether it is trained."""
        return hasattr(self, "setup_")

    def _train(self, inputs: Array, targets: Array) -> None:
        """Train on rows of inputs and targets."""
        size = min(len(inputs), USUAL_BATCH) if self.batch_size == "auto" else int(self.batch_size)
        setup = self._setup(inputs, targets, min(size, len(inputs)))
        passes = -(-len(inputs) // min(size, len(inputs)))
        precision = engine.precision_of(self.precision)
        run = engine.train(setup, steps=self.max_iter * passes, losses=True, precision=precision)
        losses = list(run.losses or ())
        self.setup_, self.run_ = setup, run
        self.n_features_in_ = inputs.shape[1]
        self.n_iter_ = self.max_iter
        self.loss_ = run.final_loss
        self.loss_curve_ = [sum(losses[at : at + passes]) / passes for at in range(0, len(losses) - 1, passes)]
        trained = layers_of(setup, run.parameters)
        self.coefs_ = [layer.weights.T for layer in trained]
        self.intercepts_ = [layer.biases for layer in trained]

    def _setup(self, inputs: Array, targets: Array, size: int) -> Setup:
        optimizer = NAMES.get(self.solver, self.solver)
        settings = {"mu": self.momentum} if optimizer in {"nesterov", "momentum"} else {}
        hidden = [
            {"size": int(size), "activation": NAMES.get(self.activation, self.activation), "bias": "each"}
            for size in _sizes(self.hidden_layer_sizes)
        ]
        whole = size == len(inputs)
        return network.load(
            {
                "name": type(self).__name__,
                "inputs": inputs,
                "targets": targets,
                "layers": [*hidden, {"size": targets.shape[1], "activation": self._last_of(targets), "bias": "each"}],
                "loss": self._loss_of(targets),
                "initialisation": self.initialisation,
                "optimizer": {"name": optimizer, **settings},
                "learning_rate": self.learning_rate_init,
                "seed": int(self.random_state or 0),
                **({} if whole else {"update": "mini_batch", "batch_size": size}),
            }
        )

    def _last_of(self, targets: Array) -> str:
        raise NotImplementedError

    def _loss_of(self, targets: Array) -> str:
        raise NotImplementedError

    def _outputs(self, X: object) -> npt.NDArray[np.float64]:  # noqa: N803 -- scikit-learn's name
        if not hasattr(self, "setup_"):
            message = f"{type(self).__name__}: is not trained yet; call fit first"
            raise NotFittedError(message)
        rows = _rows(X)
        if rows.shape[1] != self.n_features_in_:
            wrong = f"has {rows.shape[1]} columns; it was trained on {self.n_features_in_}"
            raise SpecError((Problem("X", wrong, "give the same columns"),))
        return outputs(self.setup_, self.run_.parameters, rows)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 -- asked for by scikit-learn only
        """What scikit-learn wants to know about it."""
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        kind = getattr(self, "_estimator_type", None)
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
            input_tags=InputTags(),
        )


def _sizes(sizes: Any) -> Sequence[int]:  # noqa: ANN401 -- a number or a sequence, as scikit-learn takes it
    return [sizes] if isinstance(sizes, int) else list(sizes)


def _rows(X: object) -> npt.NDArray[np.float64]:  # noqa: N803 -- scikit-learn's name
    import numpy as np

    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or not rows.size:  # noqa: PLR2004 -- rows and columns
        raise SpecError((Problem("X", f"has the shape {rows.shape}", "give rows of numbers, one a sample"),))
    return rows


class MLPClassifier(_Perceptron):
    """A dense network that tells classes apart, in the manner of scikit-learn.

    One sigmoid output for two classes, softmax over one output each for more.

    >>> model = MLPClassifier(hidden_layer_sizes=(4,), activation="tanh", solver="adam", learning_rate_init=0.1)
    >>> model.fit([[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "other", "other", "same"]).predict([[1, 0]]).tolist()
    ['other']
    """

    _estimator_type = "classifier"

    def fit(self, X: object, y: object) -> Self:  # noqa: N803 -- scikit-learn's name
        """Train on rows and their labels; gives the estimator itself.

        Raises:
            SpecError: the rows are none, or there is only one class.
            DivergedError: a smaller learning rate would help.
        """
        import numpy as np

        inputs, labels = _rows(X), np.asarray(y).ravel()
        if len(labels) != len(inputs):
            wrong = f"has {len(labels)} labels for {len(inputs)} rows"
            raise SpecError((Problem("y", wrong, "give one label a row"),))
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:  # noqa: PLR2004 -- nothing to tell apart
            raise SpecError((Problem("y", "has only one class", "give labels of two classes or more"),))
        hot = np.eye(len(self.classes_))[numbers]
        self._train(inputs, hot[:, 1:] if len(self.classes_) == 2 else hot)  # noqa: PLR2004 -- one output says which of two
        return self

    def _last_of(self, targets: Array) -> str:
        return "sigmoid" if targets.shape[1] == 1 else "softmax"

    def _loss_of(self, targets: Array) -> str:
        return "binary_cross_entropy" if targets.shape[1] == 1 else "cross_entropy"

    def predict_proba(self, X: object) -> npt.NDArray[np.float64]:  # noqa: N803 -- scikit-learn's name
        """The probability of every class, one row a sample, in the order of `classes_`."""
        import numpy as np

        made = self._outputs(X)
        return np.hstack([1 - made, made]) if made.shape[1] == 1 else made

    def predict(self, X: object) -> Array:  # noqa: N803 -- scikit-learn's name
        """The most likely class of every row."""
        made = self.predict_proba(X)
        found: Array = self.classes_[made.argmax(axis=1)]
        return found

    def score(self, X: object, y: object) -> float:  # noqa: N803 -- scikit-learn's name
        """The share of rows whose class is right."""
        import numpy as np

        return float((self.predict(X) == np.asarray(y).ravel()).mean())


class MLPRegressor(_Perceptron):
    """A dense network that predicts numbers, in the manner of scikit-learn; half the squared error is made small.

    >>> model = MLPRegressor(hidden_layer_sizes=(), solver="gradient_descent", learning_rate_init=0.5, max_iter=300)
    >>> round(float(model.fit([[0.0], [1.0]], [1.0, 3.0]).predict([[0.5]])[0]), 6)
    2.0
    """

    _estimator_type = "regressor"

    def fit(self, X: object, y: object) -> Self:  # noqa: N803 -- scikit-learn's name
        """Train on rows and their numbers (one, or a row of several); gives the estimator itself.

        Raises:
            SpecError: the rows are none, or do not fit together.
            DivergedError: a smaller learning rate would help.
        """
        import numpy as np

        targets = np.asarray(y, dtype=np.float64)
        self._one = targets.ndim == 1
        inputs = _rows(X)
        if len(targets) != len(inputs):
            wrong = f"has {len(targets)} rows for {len(inputs)} of X"
            raise SpecError((Problem("y", wrong, "give one row each"),))
        self._train(inputs, targets[:, None] if self._one else targets)
        return self

    def _last_of(self, targets: Array) -> str:
        del targets
        return "identity"

    def _loss_of(self, targets: Array) -> str:
        del targets
        return "half_squared_error"

    def predict(self, X: object) -> npt.NDArray[np.float64]:  # noqa: N803 -- scikit-learn's name
        """The numbers for every row, in the shape that `fit` was given."""
        made = self._outputs(X)
        return made[:, 0] if self._one else made

    def score(self, X: object, y: object) -> float:  # noqa: N803 -- scikit-learn's name
        """R²: 1 minus the share of the variance that is left; the mean over several outputs."""
        import numpy as np

        true = np.asarray(y, dtype=np.float64)
        left = ((true - self.predict(X)) ** 2).sum(axis=0)
        spread = ((true - true.mean(axis=0)) ** 2).sum(axis=0)
        share = np.where(spread > 0, 1 - left / np.where(spread > 0, spread, 1), np.where(left == 0, 1.0, 0.0))
        return float(np.mean(share))

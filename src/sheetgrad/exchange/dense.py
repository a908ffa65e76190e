"""A network of dense layers as plain data: what others give, and what a setup is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad import network
from sheetgrad.errors import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.setup import Setup, Value


class Dense(NamedTuple):
    """One layer: `activation(weights @ below + biases)`."""

    weights: npt.NDArray[np.float64]
    """Shape (neurons, inputs)."""
    biases: npt.NDArray[np.float64] | None
    """Shape (neurons,); None where there are none."""
    activation: str = "identity"
    trained: bool = True
    """Whether training changes the biases."""


def setup_from(
    layers: Sequence[Dense],
    inputs: object,
    targets: object,
    *,
    loss: str,
    **keywords: Any,  # noqa: ANN401 -- the keys of a spec
) -> Setup:
    """The setup of a network on its data: rows of inputs and targets, one a sample.

    Raises:
        SpecError: something does not fit together.
    """
    spec = {"name": "network", "loss": loss, **keywords}
    spec |= {"inputs": _rows(inputs), "targets": _rows(targets), "layers": [_layer(layer) for layer in layers]}
    return network.load(spec)


def _layer(layer: Dense) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "size": len(layer.weights),
        "activation": layer.activation,
        "weights": layer.weights,
    }
    if layer.biases is not None:
        spec |= {"bias": "each", "biases": layer.biases, "trained": layer.trained}
    return spec


def _rows(values: object) -> npt.NDArray[np.float64]:
    """Numbers as rows: one number a sample makes rows of one."""
    import numpy as np

    made = np.asarray(values, dtype=np.float64)
    return made[:, None] if made.ndim == 1 else made


def layers_of(setup: Setup, parameters: Mapping[Any, Value] | None = None) -> list[Dense]:
    """The layers of a setup, with the setup's own numbers or with trained ones.

    Raises:
        SpecError: it has no layers, or a bias that several neurons share and training changes.
    """
    import numpy as np

    described: Sequence[Mapping[str, Any]] = setup.origin.get("layers", ())
    if not described:
        problem = Problem(setup.name, "is written as equations", "give a network of layers")
        raise SpecError((problem,))
    values = {(symbol.name, symbol.layer): value for symbol, value in {**setup.values, **(parameters or {})}.items()}
    return [
        Dense(
            np.asarray(values["w", number], dtype=np.float64),
            _biases(layer, number, values),
            layer["activation"],
            layer.get("trained", True),
        )
        for number, layer in enumerate(described, start=1)
    ]


def _biases(layer: Mapping[str, Any], number: int, values: Mapping[Any, Value]) -> npt.NDArray[np.float64] | None:
    import numpy as np

    if layer["bias"] == "none":
        return None
    if layer["bias"] == "shared" and layer["trained"]:
        wrong = "is one number that all neurons share, and is trained"
        raise SpecError((Problem(f"layers[{number - 1}].bias", wrong, 'other libraries have bias = "each"'),))
    return np.broadcast_to(np.asarray(values["b", number], dtype=np.float64), (layer["size"],)).copy()

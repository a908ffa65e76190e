"""From a setup to a PyTorch module with the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.exchange.dense import layers_of
from sheetgrad.exchange.torch_in import ACTIVATIONS, library

if TYPE_CHECKING:
    from sheetgrad.engine import Run
    from sheetgrad.setup import Setup


def to_torch(setup: Setup, run: Run | None = None) -> Any:  # noqa: ANN401 -- torch is not imported here
    """Get a `torch.nn.Sequential` in float64 with the weights of a setup, or with those that a run came to.

    The loss is not part of it. A bias that is not trained does not ask for a gradient.

    Raises:
        MissingPackageError: PyTorch is not installed.
        SpecError: the network has no layers, or a bias that PyTorch does not have.
    """
    torch = library()
    modules = {ours: theirs for theirs, ours in ACTIVATIONS.items()}
    made: list[Any] = []
    for layer in layers_of(setup, None if run is None else run.parameters):
        size, below = layer.weights.shape
        linear = torch.nn.Linear(below, size, bias=layer.biases is not None, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.weights))
            if layer.biases is not None:
                linear.bias.copy_(torch.from_numpy(layer.biases))
                linear.bias.requires_grad_(layer.trained)
        made.append(linear)
        if layer.activation != "identity":
            options = {"dim": -1} if layer.activation == "softmax" else {}
            made.append(getattr(torch.nn, modules[layer.activation])(**options))
    return torch.nn.Sequential(*made)

"""From a PyTorch module to a setup: its forward pass is followed, layer after layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.errors import MissingPackageError, Problem, SpecError
from sheetgrad.exchange.dense import Dense, setup_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.setup import Setup

ACTIVATIONS: Mapping[str, str] = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "Softplus": "softplus",
    "Softmax": "softmax",
    "Identity": "identity",
}
"""PyTorch's modules; its functions have the same names in small letters."""
FUNCTIONS: Mapping[str, str] = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "leaky_relu": "leaky_relu",
    "softplus": "softplus",
    "softmax": "softmax",
}
PASSED = frozenset({"Flatten", "Dropout", "Identity", "flatten", "dropout"})
"""What changes no number once a network is trained, and rows of numbers not at all."""
SETTINGS: Mapping[str, tuple[str, tuple[object, ...]]] = {
    "leaky_relu": ("negative_slope", (0.01,)),
    "softplus": ("beta", (1, 1.0)),
    "softmax": ("dim", (-1, 1, None)),
}
"""The setting of an activation that must have one of these values."""


def from_torch(module: Any, inputs: object, targets: object, *, loss: object, **keywords: Any) -> Setup:  # noqa: ANN401 -- torch is not imported here; keys of a spec
    """Get the setup of a PyTorch network of dense layers, with its weights, on some data.

    `module` is any module whose forward pass is a chain of Linear layers and
    activations. `loss` is a loss module such as `torch.nn.MSELoss()` or the name of
    one of ours; `CrossEntropyLoss` and `BCEWithLogitsLoss` add the softmax or the
    sigmoid that they hold. Targets of `CrossEntropyLoss` may be class numbers.
    `keywords` are keys of a spec, such as `learning_rate`.

    Raises:
        MissingPackageError: PyTorch is not installed.
        SpecError: the module, the loss or the data has no counterpart; names the place.
    """
    torch = library()
    layers = _layers(torch, module)
    name, last, settings = _loss(loss, len(layers[-1].weights))
    if last:
        if layers[-1].activation != "identity":
            wrong = f"adds a {last} to an output that has a {layers[-1].activation} already"
            raise SpecError((Problem("loss", wrong, "leave out one of them"),))
        layers[-1] = layers[-1]._replace(activation=last)
    rows = _plain(targets)
    if name == "cross_entropy" and rows.ndim == 1:
        rows = _one_hot(rows, len(layers[-1].weights))
    return setup_from(layers, _plain(inputs), rows, loss=name, **{**settings, **keywords})


def library() -> Any:  # noqa: ANN401 -- torch's types would have to be imported
    """Import PyTorch, or say how to get it."""
    try:
        import torch
    except ImportError as error:
        raise MissingPackageError("torch", "a PyTorch network", "torch") from error
    return torch


def _plain(values: Any) -> Any:  # noqa: ANN401 -- a tensor, or anything NumPy takes
    import numpy as np

    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)


def _one_hot(numbers: Any, size: int) -> Any:  # noqa: ANN401 -- an array
    import numpy as np

    if not ((numbers >= 0) & (numbers < size) & (numbers == numbers.astype(int))).all():
        wrong = f"has class numbers outside 0 to {size - 1}"
        raise SpecError((Problem("targets", wrong, "give the number of each sample's class"),))
    return np.eye(size)[numbers.astype(int)]


def _layers(torch: Any, module: Any) -> list[Dense]:  # noqa: ANN401 -- torch is not imported here
    """The layers along the forward pass."""
    layers: list[Dense] = []
    for place, kind, part in _chain(torch, module):
        if kind == "Linear":
            layers.append(_linear(part))
        elif kind in PASSED:
            continue
        elif kind in ACTIVATIONS or kind in FUNCTIONS:
            _activate(layers, place, {**ACTIVATIONS, **FUNCTIONS}[kind], part)
        else:
            remedy = f"dense networks are made of Linear and {', '.join(ACTIVATIONS)}"
            raise SpecError((Problem(place, f"{kind} has no counterpart", remedy),))
    if not layers:
        raise SpecError((Problem("module", "has no Linear layer", "give a network of dense layers"),))
    return layers


def _chain(torch: Any, module: Any) -> list[tuple[str, str, Any]]:  # noqa: ANN401 -- torch is not imported here
    """Every step of the forward pass: its place, what it is called, and the module or the settings."""
    try:
        graph = torch.fx.symbolic_trace(module).graph
    except Exception as error:  # whatever the module does
        remedy = "make it a torch.nn.Sequential, or a forward pass without conditions"
        raise SpecError((Problem("module", f"its forward pass cannot be followed ({error})", remedy),)) from error
    steps: list[tuple[str, str, Any]] = []
    before = None
    for node in graph.nodes:
        if node.op == "placeholder" and before is None:
            before = node
            continue
        if node.op not in {"call_module", "call_function", "call_method", "output"} or node.all_input_nodes != [before]:
            wrong = "the forward pass is no chain: something is used twice, or comes from elsewhere"
            raise SpecError((Problem(f"module.{node.name}", wrong, "only plain feed-forward networks can be taken"),))
        if node.op == "output":
            break
        part = module.get_submodule(node.target) if node.op == "call_module" else _settings(node)
        kind = type(part).__name__ if node.op == "call_module" else getattr(node.target, "__name__", str(node.target))
        steps.append((f"module.{node.name}", kind, part))
        before = node
    return steps


def _linear(part: Any) -> Dense:  # noqa: ANN401 -- a module
    import numpy as np

    weights = np.asarray(part.weight.detach().cpu(), dtype=np.float64)
    biases = None if part.bias is None else np.asarray(part.bias.detach().cpu(), dtype=np.float64)
    return Dense(weights, biases, trained=part.bias is None or part.bias.requires_grad)


def _activate(layers: list[Dense], place: str, activation: str, part: Any) -> None:  # noqa: ANN401 -- a module or settings
    """Give the last layer its activation."""
    if not layers or layers[-1].activation != "identity":
        raise SpecError((Problem(place, "follows no Linear layer", "put one Linear layer before each activation"),))
    name, allowed = SETTINGS.get(activation, ("", ()))
    value = part.get(name, allowed[0]) if isinstance(part, dict) and name else getattr(part, name, None)
    if name and value not in allowed:
        raise SpecError((Problem(place, f"{name} is {value}", f"only {allowed[0]} has a counterpart"),))
    layers[-1] = layers[-1]._replace(activation=activation)


def _settings(node: Any) -> dict[str, Any]:  # noqa: ANN401 -- a node of torch.fx
    """The settings of a function or method, the first by the name that it would have as a module."""
    kind = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    name = SETTINGS.get(kind, ("",))[0]
    return {**({name: node.args[1]} if len(node.args) > 1 else {}), **node.kwargs}


def _loss(loss: object, outputs: int) -> tuple[str, str, dict[str, str]]:
    """Our name of a loss, the activation that it holds, and how samples are put together."""
    if isinstance(loss, str):
        return loss, "", {}
    kind, reduction = type(loss).__name__, getattr(loss, "reduction", "mean")
    plain = getattr(loss, "weight", None) is None and not getattr(loss, "label_smoothing", 0)
    mean_of_several = reduction == "mean" and outputs > 1
    found: Mapping[str, tuple[str, str]] = {
        "MSELoss": ("mean_squared_error" if reduction == "mean" else "squared_error", ""),
        "CrossEntropyLoss": ("cross_entropy", "softmax"),
        **({} if mean_of_several else {"BCELoss": ("binary_cross_entropy", "")}),
        **({} if mean_of_several else {"BCEWithLogitsLoss": ("binary_cross_entropy", "sigmoid")}),
    }
    if kind not in found or reduction not in {"mean", "sum"} or not plain:
        wrong = f"{loss!r} with {outputs} outputs has no counterpart"
        raise SpecError((Problem("loss", wrong, 'name one of ours, such as "half_squared_error"'),))
    return (*found[kind], {"reduction": reduction})

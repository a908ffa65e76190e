"""The gradients by libraries for automatic differentiation: only the forward part is ours.

The forward equations are written once for any array library (see `lowering`);
each library then differentiates what it has computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.emit.locals import taken
from sheetgrad.emit.python import compiled
from sheetgrad.engine.arrays import Families
from sheetgrad.engine.lowering import Lowering
from sheetgrad.engine.namespaces import NAMESPACES
from sheetgrad.engine.task import family_name
from sheetgrad.expr import Index, references

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetgrad.engine.case import Case
    from sheetgrad.model import Model


def forward_source(model: Model) -> str:
    """The source of `run(leaves)`: the loss from an array for every leaf, in the order of `model.leaves`."""
    leaves = frozenset(model.leaves)
    numbered = any(
        any(not isinstance(place, Index) for place in use.places)
        for equation in model.equations
        for use in (*references(equation.value), *references(equation.target))
        if use.symbol not in leaves
    )
    equations = (model.unrolled() if numbered else model).equations
    names = Families(family_name, set())
    lines = taken([symbol.whole for symbol in model.leaves], "leaves", names)
    lowering = Lowering(names, leaves)
    lines += map(lowering.assignment, equations)
    return "\n    ".join(["def run(leaves):", *lines, f"return {names(model.loss)}"]) + "\n"


def _leaves(case: Case) -> tuple[list[Any], list[Any]]:
    """Arrays for data and constants, and for the parameters."""
    import numpy as np

    model = case.program.model
    data = [np.asarray(case.numbers.samples[symbol], dtype=np.float64) for symbol in model.data]
    data = [rows[: case.samples] if model.sampled is not None else rows[0] for rows in data]
    given = [np.asarray(case.numbers.values[symbol], dtype=np.float64) for symbol in model.constants]
    changing = [np.asarray(case.setup.values[symbol], dtype=np.float64) for symbol in model.parameters]
    return [*data, *given], changing


def _loss(case: Case, library: str) -> Callable[[Sequence[Any], Sequence[Any]], Any]:
    run: Callable[..., Any] = compiled(forward_source(case.program.model), bound=NAMESPACES[library]())
    return lambda given, parameters: run([*given, *parameters])


def _flat(gradients: Sequence[Any]) -> list[float]:
    import numpy as np

    return [float(value) for gradient in gradients for value in np.ravel(np.asarray(gradient))]


def autograd(case: Case) -> list[float]:
    """∂loss/∂(every parameter) by HIPS autograd."""
    from autograd import grad

    loss = _loss(case, "autograd")
    given, parameters = _leaves(case)
    return _flat(grad(lambda changing: loss(given, changing))(parameters))


def pytorch(case: Case) -> list[float]:
    """∂loss/∂(every parameter) by PyTorch."""
    import torch

    loss = _loss(case, "pytorch")
    given, parameters = ([torch.tensor(array) for array in arrays] for arrays in _leaves(case))
    for parameter in parameters:
        parameter.requires_grad_()
    loss(given, parameters).backward()
    return _flat([torch.zeros_like(each) if each.grad is None else each.grad for each in parameters])


def jax(case: Case) -> list[float]:
    """∂loss/∂(every parameter) by JAX, in float64."""
    import jax as library

    before = library.config.jax_enable_x64
    library.config.update("jax_enable_x64", True)  # noqa: FBT003 -- JAX's own way to say it
    try:
        loss = _loss(case, "jax")
        given, parameters = _leaves(case)
        return _flat(library.grad(lambda changing: loss(given, changing))(parameters))
    finally:
        library.config.update("jax_enable_x64", before)

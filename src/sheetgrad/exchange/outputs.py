"""What a network of layers puts out for some rows of inputs, by the engine's own kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.engine.choose import choose
from sheetgrad.engine.task import Chunk, Numbers, Task, family_name, flat
from sheetgrad.expr import Ref
from sheetgrad.program import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from sheetgrad.expr import Symbol
    from sheetgrad.model import Model
    from sheetgrad.setup import Setup, Value

BLOCK = 1024
"""Samples that are computed together."""


def outputs(
    setup: Setup, parameters: Mapping[Symbol, Value], inputs: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The activations of the last layer, one row a sample."""
    import numpy as np

    state = [number for symbol in setup.model.parameters for number in flat(parameters[symbol])]
    blocks = [inputs[start : start + BLOCK] for start in range(0, len(inputs), BLOCK)]
    return np.concatenate([_block(setup, state, block) for block in blocks])


def _block(setup: Setup, state: list[float], inputs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    import numpy as np

    model: Model = setup.model.batched(len(inputs), setup.reduction)
    # Without gradients: what is not kept is not computed, and the targets are never looked at.
    program = Program(model, ())
    x, t = model.data
    width = t.shape[-1]
    targets = (equation.target for equation in model.equations)
    made = [target.symbol for target in targets if isinstance(target, Ref) and target.symbol.name == "a"]
    last = max(made, key=lambda symbol: symbol.layer)
    data: dict[Any, Any] = {x: inputs, t: np.zeros((len(inputs), width))}
    task = Task(program, Numbers(data, setup.values), family_name, (last.whole,), update=False)
    kept = bytearray(8 * width * len(inputs))
    chunk = Chunk([tuple(range(len(inputs)))], state, 0.0)
    choose(program, 1).made(task)(chunk, kept, careful=True)
    return np.frombuffer(kept, dtype=np.float64).reshape(len(inputs), width)

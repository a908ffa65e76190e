"""Array libraries, each as the same dozen functions: what generated array source is written in.

To add one, add an entry to `NAMESPACES`; the source does not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Functions: TypeAlias = "Mapping[str, Callable[..., Any]]"


def _numpy() -> Functions:
    import numpy as np

    return {
        **_alike(np),
        "held": lambda x: x,
        "total": np.add.reduce,
        "einsum": lambda path, *arrays: np.einsum(path, *arrays, optimize=True),
    }


def _autograd() -> Functions:
    import autograd.numpy as anp
    from autograd.tracer import getval

    return {**_alike(anp), "held": getval}


def _jax() -> Functions:
    import jax.numpy as jnp
    from jax.lax import stop_gradient

    return {**_alike(jnp), "held": stop_gradient}


def _alike(module: Any) -> dict[str, Callable[..., Any]]:  # noqa: ANN401 -- NumPy, or a module that is like it
    """The functions of NumPy and of what copies its names."""
    return {
        **{name: getattr(module, name) for name in ("exp", "log", "sqrt", "tanh", "einsum", "transpose", "zeros")},
        "absolute": module.abs,
        "maximum": module.maximum,
        "minimum": module.minimum,
        "positive": lambda x: (x > 0) * 1.0,
        "total": module.sum,
        "largest": module.max,
    }


def _torch() -> Functions:
    import torch

    def tensor(x: Any) -> Any:  # noqa: ANN401 -- a tensor or a number
        return torch.as_tensor(x, dtype=torch.float64)

    def lifted(function: Callable[..., Any]) -> Callable[..., Any]:
        """PyTorch's functions refuse plain numbers."""
        return lambda *arguments: function(*map(tensor, arguments))

    plain = {name: lifted(getattr(torch, name)) for name in ("exp", "log", "sqrt", "tanh", "maximum", "minimum")}
    return {
        **plain,
        "absolute": lifted(torch.abs),
        "positive": lambda x: tensor(tensor(x) > 0),
        "held": lambda x: tensor(x).detach(),
        "total": torch.sum,
        "largest": torch.amax,
        "einsum": torch.einsum,
        "transpose": torch.permute,
        "zeros": lambda shape: torch.zeros(shape, dtype=torch.float64),
    }


NAMESPACES: Mapping[str, Callable[[], Functions]] = {
    "numpy": _numpy,
    "autograd": _autograd,
    "pytorch": _torch,
    "jax": _jax,
}
"""Each entry imports its library only when it is called."""

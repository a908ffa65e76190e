"""One small network, step after step, by everybody: `python bench/peers_one.py NAME STEPS` prints the final loss.

Each entry is written as its users would write it, or at its best where it says so.
Run in a process of its own, so that imports and first calls count.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INPUTS, TARGETS = [0.05, 0.10], [0.01, 0.99]
FIRST, SECOND = [[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]
RATE = 0.5


def sheetgrad(steps: int) -> float:
    import sheetgrad as library

    return library.train("class", steps=steps, rate=RATE).final_loss


def python_by_hand(steps: int) -> float:
    exp = math.exp
    (i1, i2), (t1, t2), ((w1, w2), (w3, w4)), ((w5, w6), (w7, w8)) = INPUTS, TARGETS, FIRST, SECOND

    def outputs() -> tuple[float, float, float, float]:
        a1, a2 = 1 / (1 + exp(-(w1 * i1 + w2 * i2))), 1 / (1 + exp(-(w3 * i1 + w4 * i2)))
        return a1, a2, 1 / (1 + exp(-(w5 * a1 + w6 * a2))), 1 / (1 + exp(-(w7 * a1 + w8 * a2)))

    for _ in range(steps):
        a1, a2, y1, y2 = outputs()
        d1, d2 = (y1 - t1) * y1 * (1 - y1), (y2 - t2) * y2 * (1 - y2)
        e1, e2 = (d1 * w5 + d2 * w7) * a1 * (1 - a1), (d1 * w6 + d2 * w8) * a2 * (1 - a2)
        w1, w2, w3, w4 = w1 - RATE * e1 * i1, w2 - RATE * e1 * i2, w3 - RATE * e2 * i1, w4 - RATE * e2 * i2
        w5, w6, w7, w8 = w5 - RATE * d1 * a1, w6 - RATE * d1 * a2, w7 - RATE * d2 * a1, w8 - RATE * d2 * a2
    _, _, y1, y2 = outputs()
    return ((t1 - y1) ** 2 + (t2 - y2) ** 2) / 2


def numpy(steps: int) -> float:
    import numpy as np

    x, t, first, second = (np.array(values) for values in (INPUTS, TARGETS, FIRST, SECOND))
    for _ in range(steps):
        a = 1 / (1 + np.exp(-(first @ x)))
        y = 1 / (1 + np.exp(-(second @ a)))
        d = (y - t) * y * (1 - y)
        e = (second.T @ d) * a * (1 - a)
        second = second - RATE * np.outer(d, a)
        first = first - RATE * np.outer(e, x)
    y = 1 / (1 + np.exp(-(second @ (1 / (1 + np.exp(-(first @ x)))))))
    return float(((t - y) ** 2).sum() / 2)


def autograd(steps: int) -> float:
    import autograd.numpy as np
    from autograd import grad

    x, t = np.array(INPUTS), np.array(TARGETS)

    def loss(weights: Any) -> Any:
        first, second = weights
        y = 1 / (1 + np.exp(-(second @ (1 / (1 + np.exp(-(first @ x)))))))
        return ((t - y) ** 2).sum() / 2

    slope, weights = grad(loss), [np.array(FIRST), np.array(SECOND)]
    for _ in range(steps):
        weights = [w - RATE * g for w, g in zip(weights, slope(weights), strict=True)]
    return float(loss(weights))


def _jax_loss() -> tuple[Any, Any, Any]:
    import jax

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 -- jax's own
    import jax.numpy as jnp

    x, t = jnp.array(INPUTS), jnp.array(TARGETS)

    def loss(weights: Any) -> Any:
        first, second = weights
        return ((t - jax.nn.sigmoid(second @ jax.nn.sigmoid(first @ x))) ** 2).sum() / 2

    return jax, loss, (jnp.array(FIRST), jnp.array(SECOND))


def jax_scan(steps: int) -> float:
    """At its best: the whole loop compiled."""
    jax, loss, weights = _jax_loss()

    def step(weights: Any, _: Any) -> Any:
        return tuple(w - RATE * g for w, g in zip(weights, jax.grad(loss)(weights), strict=True)), None

    weights = jax.jit(lambda w: jax.lax.scan(step, w, None, length=steps)[0])(weights)
    return float(loss(weights))


def jax_jit(steps: int) -> float:
    """A compiled call a step."""
    jax, loss, weights = _jax_loss()
    step = jax.jit(lambda ws: tuple(w - RATE * g for w, g in zip(ws, jax.grad(loss)(ws), strict=True)))
    for _ in range(steps):
        weights = step(weights)
    return float(loss(weights))


def _torch() -> tuple[Any, Any, Any, Any]:
    import torch

    torch.set_num_threads(1)
    parts = [torch.tensor(values, dtype=torch.float64) for values in (INPUTS, TARGETS, FIRST, SECOND)]
    return torch, parts[0], parts[1], parts[2:]


def torch_eager(steps: int) -> float:
    torch, x, t, weights = _torch()
    weights = [w.requires_grad_() for w in weights]
    optimizer = torch.optim.SGD(weights, lr=RATE)

    def loss() -> Any:
        return ((t - torch.sigmoid(weights[1] @ torch.sigmoid(weights[0] @ x))) ** 2).sum() / 2

    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return float(loss().detach())


def _torch_step(torch: Any, x: Any, t: Any) -> Callable[..., Any]:
    def step(first: Any, second: Any) -> Any:
        a = torch.sigmoid(first @ x)
        y = torch.sigmoid(second @ a)
        d = (y - t) * y * (1 - y)
        e = (second.T @ d) * a * (1 - a)
        return first - RATE * torch.outer(e, x), second - RATE * torch.outer(d, a)

    return step


def torch_by_hand(steps: int) -> float:
    torch, x, t, (first, second) = _torch()
    step = _torch_step(torch, x, t)
    with torch.no_grad():
        for _ in range(steps):
            first, second = step(first, second)
    return float(((t - torch.sigmoid(second @ torch.sigmoid(first @ x))) ** 2).sum() / 2)


def torch_compile(steps: int) -> float:
    """At its best: ten steps in one compiled call."""
    torch, x, t, (first, second) = _torch()
    step = _torch_step(torch, x, t)

    @torch.compile  # type: ignore[untyped-decorator]  # torch has no types here
    def ten(first: Any, second: Any) -> Any:
        for _ in range(10):
            first, second = step(first, second)
        return first, second

    with torch.no_grad():
        for _ in range(steps // 10):
            first, second = ten(first, second)
    return float(((t - torch.sigmoid(second @ torch.sigmoid(first @ x))) ** 2).sum() / 2)


def micrograd(steps: int) -> float:
    from micrograd.engine import Value

    def sigmoid(value: Any) -> Any:
        out = Value(1 / (1 + math.exp(-value.data)), (value,), "sigmoid")

        def backward() -> None:
            value.grad += out.data * (1 - out.data) * out.grad

        out._backward = backward  # noqa: SLF001 -- that is how micrograd is given another function
        return out

    layers = [[[Value(w) for w in row] for row in weights] for weights in (FIRST, SECOND)]

    def loss() -> Any:
        values: list[Any] = list(INPUTS)
        for rows in layers:
            values = [sigmoid(sum((w * v for w, v in zip(row, values, strict=True)), Value(0))) for row in rows]
        return sum(((y - t) ** 2 for y, t in zip(values, TARGETS, strict=True)), Value(0)) * 0.5

    weights = [w for rows in layers for row in rows for w in row]
    for _ in range(steps):
        for w in weights:
            w.grad = 0
        loss().backward()
        for w in weights:
            w.data -= RATE * w.grad
    return float(loss().data)


def tinygrad(steps: int) -> float:
    from tinygrad import Tensor, dtypes

    x, t, *weights = (Tensor(values, dtype=dtypes.float64) for values in (INPUTS, TARGETS, FIRST, SECOND))

    def loss() -> Any:
        return ((t - (weights[1] @ (weights[0] @ x).sigmoid()).sigmoid()) ** 2).sum() / 2

    for _ in range(steps):
        slopes = loss().gradient(*weights)
        for w, slope in zip(weights, slopes, strict=True):
            w.assign((w - RATE * slope).detach()).realize()
    return float(loss().item())


PEERS: Mapping[str, tuple[str, Callable[[int], float]]] = {
    "sheetgrad": ("", sheetgrad),
    "Python by hand": ("", python_by_hand),
    "NumPy": ("numpy", numpy),
    "autograd": ("autograd", autograd),
    "JAX, scan": ("jax", jax_scan),
    "JAX, a call a step": ("jax", jax_jit),
    "PyTorch, autograd": ("torch", torch_eager),
    "PyTorch, gradient by hand": ("torch", torch_by_hand),
    "PyTorch, compiled, ten steps a call": ("torch", torch_compile),
    "micrograd": ("micrograd", micrograd),
    "tinygrad": ("tinygrad", tinygrad),
}
"""Each with the package it needs."""

if __name__ == "__main__":
    print(repr(PEERS[sys.argv[1]][1](int(sys.argv[2]))))

"""Ordinary layers, by everybody: `python bench/peers_layers.py NAME CASE` prints seconds a step as JSON, on one core.

What a step costs is the difference between a short and a long run, so what is made once does not count.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RATE = 0.1
AGAIN = 3
BUDGET = 0.2
"""Seconds that a run may take."""


class Case(NamedTuple):
    """A network with one hidden layer on random data of a shape: sigmoid, softmax, cross-entropy."""

    inputs: int
    hidden: int
    outputs: int
    samples: int
    batch: int


CASES: Mapping[str, Case] = {
    "iris, 4-8-3, all 150": Case(4, 8, 3, 150, 150),
    "digits, 64-64-10, batch 32": Case(64, 64, 10, 1792, 32),
    "digits, 64-64-10, all 1,792": Case(64, 64, 10, 1792, 1792),
    "MNIST's shape, 784-128-10, batch 1": Case(784, 128, 10, 2000, 1),
    "MNIST's shape, 784-128-10, batch 128": Case(784, 128, 10, 2048, 128),
    "MNIST's shape, 784-128-10, batch 512": Case(784, 128, 10, 2048, 512),
    **{f"width {width}, batch 1": Case(width, width, width, 64, 1) for width in (2, 32, 512, 2048)},
}


def data(case: Case) -> tuple[Any, Any]:
    """Rows of inputs, and one-hot rows of targets."""
    import numpy as np

    chance = np.random.default_rng(0)
    targets = np.eye(case.outputs)[chance.integers(0, case.outputs, case.samples)]
    return chance.random((case.samples, case.inputs)), targets


def weights(case: Case) -> tuple[Any, Any]:
    import numpy as np

    chance = np.random.default_rng(1)
    shapes = ((case.hidden, case.inputs), (case.outputs, case.hidden))
    first, second = (chance.uniform(-1, 1, shape) / np.sqrt(shape[1]) for shape in shapes)
    return first, second


def slices(case: Case, steps: int) -> Any:
    """The samples of each step."""
    for step in range(steps):
        start = step * case.batch % (case.samples - case.batch + 1)
        yield slice(start, start + case.batch)


def sheetgrad(case: Case) -> Callable[[int], Any]:
    import sheetgrad as library

    inputs, targets = data(case)
    first, second = weights(case)
    layers = [
        {"size": case.hidden, "activation": "sigmoid", "bias": "each", "weights": first},
        {"size": case.outputs, "activation": "softmax", "bias": "each", "weights": second},
    ]
    spec = {"inputs": inputs, "targets": targets, "layers": layers, "loss": "cross_entropy", "learning_rate": RATE}
    if case.batch == 1:
        spec["update"] = "sample"
    elif case.batch < case.samples:
        spec |= {"update": "mini_batch", "batch_size": case.batch}
    setup = library.load(spec)
    return lambda steps: library.train(setup, steps=steps).final_loss


def numpy(case: Case) -> Callable[[int], Any]:
    import numpy as np

    inputs, targets = data(case)

    def run(steps: int) -> Any:
        first, second = weights(case)
        b, c = np.zeros(case.hidden), np.zeros(case.outputs)
        for own in slices(case, steps):
            x, t = inputs[own], targets[own]
            a = 1 / (1 + np.exp(-(x @ first.T + b)))
            z = a @ second.T + c
            y = np.exp(z - z.max(axis=1, keepdims=True))
            y /= y.sum(axis=1, keepdims=True)
            d = (y - t) / case.batch
            e = (d @ second) * a * (1 - a)
            second -= RATE * (d.T @ a)
            c -= RATE * d.sum(axis=0)
            first -= RATE * (e.T @ x)
            b -= RATE * e.sum(axis=0)
        return first

    return run


def torch_eager(case: Case) -> Callable[[int], Any]:
    import torch

    torch.set_num_threads(1)
    inputs, targets = (torch.from_numpy(values) for values in data(case))
    numbers = targets.argmax(dim=1)

    def run(steps: int) -> Any:
        hidden = torch.nn.Linear(case.inputs, case.hidden)
        module = torch.nn.Sequential(hidden, torch.nn.Sigmoid(), torch.nn.Linear(case.hidden, case.outputs)).double()
        optimizer, loss = torch.optim.SGD(module.parameters(), lr=RATE), torch.nn.CrossEntropyLoss()
        for own in slices(case, steps):
            optimizer.zero_grad()
            loss(module(inputs[own]), numbers[own]).backward()
            optimizer.step()
        return module

    return run


def torch_by_hand(case: Case) -> Callable[[int], Any]:
    """At its best: the gradient by hand, in place."""
    import torch

    torch.set_num_threads(1)
    inputs, targets = (torch.from_numpy(values) for values in data(case))

    def run(steps: int) -> Any:
        first, second = (torch.from_numpy(values) for values in weights(case))
        b, c = (torch.zeros(size, dtype=torch.float64) for size in (case.hidden, case.outputs))
        with torch.no_grad():
            for own in slices(case, steps):
                x = inputs[own]
                a = torch.sigmoid(torch.addmm(b, x, first.T))
                d = (torch.softmax(torch.addmm(c, a, second.T), dim=1) - targets[own]) / case.batch
                e = (d @ second) * a * (1 - a)
                second.addmm_(d.T, a, alpha=-RATE)
                c.sub_(d.sum(dim=0), alpha=RATE)
                first.addmm_(e.T, x, alpha=-RATE)
                b.sub_(e.sum(dim=0), alpha=RATE)
        return first

    return run


def jax(case: Case) -> Callable[[int], Any]:
    """A compiled loop over the steps of an epoch, or so many as fit."""
    import jax as library

    library.config.update("jax_enable_x64", True)  # noqa: FBT003 -- jax's own
    jnp = library.numpy
    inputs, targets = (jnp.asarray(values) for values in data(case))

    def loss(parts: Any, x: Any, t: Any) -> Any:
        (first, b), (second, c) = parts
        z = library.nn.sigmoid(x @ first.T + b) @ second.T + c
        return -(t * library.nn.log_softmax(z)).sum(axis=1).mean()

    def step(parts: Any, start: Any) -> Any:
        x = library.lax.dynamic_slice_in_dim(inputs, start, case.batch)
        t = library.lax.dynamic_slice_in_dim(targets, start, case.batch)
        slopes = library.grad(loss)(parts, x, t)
        return library.tree.map(lambda w, g: w - RATE * g, parts, slopes), None

    scan = library.jit(lambda parts, at: library.lax.scan(step, parts, at)[0])

    def run(steps: int) -> Any:
        first, second = weights(case)
        parts = ((jnp.asarray(first), jnp.zeros(case.hidden)), (jnp.asarray(second), jnp.zeros(case.outputs)))
        at = jnp.array([own.start for own in slices(case, steps)])
        return library.block_until_ready(scan(parts, at))

    return run


def scikit_learn(case: Case) -> Callable[[int], Any]:
    from sklearn.neural_network import MLPClassifier

    inputs, targets = data(case)
    labels = targets.argmax(axis=1)
    passes = -(-case.samples // case.batch)
    options: dict[str, Any] = {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "learning_rate_init": RATE, "tol": 0.0}

    def run(steps: int) -> Any:
        epochs = max(1, steps // passes)
        model = MLPClassifier(
            (case.hidden,), "logistic", batch_size=case.batch, max_iter=epochs, n_iter_no_change=10**6, **options
        )
        return model.fit(inputs, labels)

    return run


PEERS: Mapping[str, tuple[str, Callable[[Case], Callable[[int], Any]]]] = {
    "sheetgrad": ("", sheetgrad),
    "NumPy": ("numpy", numpy),
    "PyTorch, autograd": ("torch", torch_eager),
    "PyTorch, gradient by hand": ("torch", torch_by_hand),
    "JAX, scan": ("jax", jax),
    "scikit-learn": ("sklearn", scikit_learn),
}


def cost(run: Callable[[int], Any], steps: int) -> float:
    run(steps)  # whatever is made for so many steps is made here
    began = time.process_time()
    run(steps)
    return time.process_time() - began


def measured(case: Case, run: Callable[[int], Any]) -> list[float]:
    """Seconds a step, from the quickest on."""
    passes = -(-case.samples // case.batch)
    few = passes  # every sample has been seen, so that what is made of each is no part of a step
    rough = max(cost(run, few), 1e-5)
    times = max(2, min(400, int(BUDGET / rough)))
    many = few * times
    return sorted(max(1e-9, (cost(run, many) - cost(run, few)) / (many - few)) for _ in range(AGAIN))


if __name__ == "__main__":
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    case = CASES[sys.argv[2]]
    print(json.dumps(measured(case, PEERS[sys.argv[1]][1](case))))

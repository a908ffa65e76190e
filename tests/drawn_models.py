"""Random models for tests: networks, and equations that nobody would write by hand."""

from __future__ import annotations

import os
from random import Random
from typing import Any

MANY = os.environ.get("SHEETGRAD_EXAMPLES") == "many"
SEEDS = range(50) if MANY else range(0, 50, 5)
"""All fifty when proving, each fifth otherwise."""

_SMOOTH = ("sigmoid", "tanh", "softplus", "identity", "relu", "leaky_relu")
_LOSSES = (
    ("half_squared_error", "sigmoid"),
    ("squared_error", "identity"),
    ("binary_cross_entropy", "sigmoid"),
    ("cross_entropy", "softmax"),
)
_SHAPES = (
    "{a} + {b}*{c}",
    "{a}*({b} - {c})",
    "-({a} - {b})**2",
    "exp(-{a})*{b}",
    "tanh({a} + {b}) - {c}",
    "sigmoid({a}*{b})",
    "{a}/(1 + {b}**2)",
    "log(1 + {a}**2)*{b}",
    "sqrt(1 + {a}**2) - {b}",
    "({a} + {b})*({c} - {a})",
    "softplus({a}) - 2*{b}/3",
    "max({a}, {b}*{c})",
)


def drawn(seed: int) -> dict[str, Any]:
    """A spec: even seeds give networks, odd ones written-out equations."""
    chance = Random(seed)  # noqa: S311 -- it draws tests
    return _network(chance) if seed % 2 == 0 else _equations(chance)


def _number(chance: Random) -> float:
    return round(chance.uniform(0.1, 0.9), 2) * chance.choice((1, -1))


def _network(chance: Random) -> dict[str, Any]:
    loss, last = chance.choice(_LOSSES)
    sizes = [chance.randint(1, 3) for _ in range(chance.randint(2, 3))]
    sizes[-1] += last == "softmax"
    targets = [round(chance.uniform(0.1, 0.9), 2) for _ in range(sizes[-1])]
    return {
        "name": "drawn",
        "inputs": [_number(chance) for _ in range(sizes[0])],
        "targets": [1.0] + [0.0] * (sizes[-1] - 1) if loss == "cross_entropy" else targets,
        "loss": loss,
        "seed": chance.randint(0, 99),
        "learning_rate": 0.5,
        "optimizer": chance.choice(("gradient_descent", "momentum", "adam")),
        "layers": [
            {
                "size": size,
                "activation": last if place == len(sizes) - 2 else chance.choice(_SMOOTH),
                "bias": chance.choice(("none", "shared", "each")),
                "initialisation": "uniform",
            }
            for place, size in enumerate(sizes[1:])
        ],
    }


def _equations(chance: Random) -> dict[str, Any]:
    names = ["x1", "x2", "w1", "w2", "beta", "rate_0"]
    values = {name: _number(chance) for name in names}
    lines = []
    for place in range(chance.randint(2, 4)):
        a, b, c = (chance.choice(names) for _ in range(3))
        lines.append(f"q{place} = " + chance.choice(_SHAPES).format(a=a, b=b, c=c))
        names.append(f"q{place}")
    used = " + ".join(f"q{place}" for place in range(len(lines)))
    return {
        "name": "drawn",
        "equations": "\n".join([*lines, f"E = 1/2*({used} - w1*x1)**2 + w2**2 + beta*rate_0*x2"]),
        "values": values,
        "parameters": ["w1", "w2", "beta", "rate_0"],
        "loss": "E",
    }

"""Starting weights: drawn evenly between −bound and +bound, the same for the same seed everywhere.

Sources of the bounds: Glorot and Bengio, Understanding the difficulty of
training deep feedforward neural networks, AISTATS 2010, formula 16 (Xavier);
He, Zhang, Ren and Sun, Delving deep into rectifiers, ICCV 2015, formula 10, as
an even distribution of that variance (He).
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Initialisation(NamedTuple):
    """`bound(below, size)`: how far from 0 the weights of `size` neurons over `below` others may start."""

    name: str
    title: str
    bound: Callable[[int, int], float]


INITIALISATIONS: Mapping[str, Initialisation] = {
    entry.name: entry
    for entry in (
        Initialisation("uniform", "between -1/√n and 1/√n for n inputs", lambda below, _size: 1 / sqrt(below)),
        Initialisation("xavier", "Xavier Glorot's", lambda below, size: sqrt(6 / (below + size))),
        Initialisation("he", "Kaiming He's", lambda below, _size: sqrt(6 / below)),
    )
}


def drawn(name: str, size: int, below: int, *, seed: int, layer: int) -> tuple[tuple[float, ...], ...]:
    """Starting weights: `size` rows of `below` numbers.

    Every layer draws from a sequence of its own, so giving the weights of one
    layer by hand leaves the others as they were.

    >>> drawn("uniform", 1, 2, seed=0, layer=1) == drawn("uniform", 1, 2, seed=0, layer=1)
    True
    """
    from random import Random

    bound = INITIALISATIONS[name].bound(below, size)
    random = Random(f"{seed}/{layer}").random  # noqa: S311 -- starting weights are no secret
    return tuple(tuple(bound * (2 * random() - 1) for _ in range(below)) for _ in range(size))

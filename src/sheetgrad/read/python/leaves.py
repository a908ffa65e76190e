"""Values that nobody chose, for everything that a program does not compute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from sheetgrad.read.python.names import BIAS, TARGET, WEIGHT, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARES = ("", "last axis", "first axis")
"""What targets obey: nothing, or a sum of 1 along an axis (as for classes)."""


def is_target(name: str) -> bool:
    """Whether it is what should come out."""
    return bool(TARGET.fullmatch(re.sub(r"\[-?\d+\]$", "", plain(name))))


def drawn(name: str, shape: tuple[int, ...], *, seed: int, positive: bool = False) -> NDArray[np.float64]:
    """Numbers for one leaf, the same for the same seed: both signs, away from zero; targets and shares in (0, 1)."""
    import numpy as np

    draw = np.random.default_rng([seed, crc32(name.encode())])
    plain_name = re.sub(r"\[-?\d+\]$", "", plain(name))
    if is_target(name) or re.fullmatch(
        r"(?:a|p|probs?|out|y_?hat|y_?pred|predictions?)_?\w*", plain_name, re.IGNORECASE
    ):
        return draw.uniform(0.15, 0.85, shape)
    if name.startswith("count "):
        return draw.uniform(2.0, 6.0, shape)
    size = draw.uniform(0.25, 1.2, shape)
    if positive or name.startswith("memory "):
        return size
    if WEIGHT.fullmatch(plain_name) or not BIAS.fullmatch(plain_name):
        return np.asarray(size * draw.choice([-1.0, 1.0], shape))
    return np.asarray(size * 0.5 * draw.choice([-1.0, 1.0], shape))

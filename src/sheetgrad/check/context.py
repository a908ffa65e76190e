"""Whether the words round an equality take it back for this network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sheetgrad.expr import Call, walk
from sheetgrad.read.doubt import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.check.network import Network

SIGNS: Mapping[str, frozenset[str]] = {
    "relu": frozenset({"relu", "max", "leaky_relu"}),
    "tanh": frozenset({"tanh"}),
    "softmax": frozenset({"exp"}),
    "softplus": frozenset({"softplus", "log"}),
    "crossentropy": frozenset({"log"}),
    "logloss": frozenset({"log"}),
    "sigmoid": frozenset({"sigmoid", "exp"}),
}
"""By which functions a network is known to be one with what a sentence names."""


def taken_back(doubt: str, network: Network) -> str:
    """Why a claim is not to be called false; what is said "with tanh" of a network that has tanh is meant."""
    if not doubt.startswith(OTHER):
        return doubt
    word = re.sub(r"[- ]", "", doubt.removeprefix(OTHER))
    functions = {part.function for one in network.definitions.values() for part in walk(one) if isinstance(part, Call)}
    return "" if functions & SIGNS.get(word, frozenset()) else doubt

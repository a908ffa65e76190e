"""Functions that NumPy computes for all points at once."""

from __future__ import annotations

SIMPLE = {
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "abs": "abs",
    "max": "maximum",
    "min": "minimum",
}
"""Functions by their names in NumPy."""

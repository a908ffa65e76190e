"""Numbers from Programs: training, the trace of every quantity, and verification.

A kernel computes the steps of a Program; `choose` is the one table that says
which. Nothing here knows what a layer is: a Program is a list of equations.

    task      what a kernel is asked to do; the flat order of numbers
    straight  generated straight-line Python, for anything small
    tape      operations for the interpreter in C, for long runs (`values`, `tiles`, `encoding`)
    loops     loops in C over whole layers, for one sample a step (`nests`)
    layers    loops in C over whole layers, for many samples a step (`layer_loops`, `layer_plan`, `layer_layout`)
    arrays    generated NumPy, for families (`lowering`, `namespaces`)
    choose    which kernel for which work (`explain` says it)
    training  steps in chunks (`schedule`, `advance`, `loss`), into a Run with its Trace
    verification   every gradient against other ways to get it (`differences`, `automatic`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgrad.engine.task import precision_of
    from sheetgrad.engine.trace import Trace
    from sheetgrad.engine.training import Run, train
    from sheetgrad.engine.verification import Verification, verify

__all__ = ["Run", "Trace", "Verification", "precision_of", "train", "verify"]

_HOMES = {
    "Run": "training",
    "Trace": "trace",
    "Verification": "verification",
    "precision_of": "task",
    "train": "training",
    "verify": "verification",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for."""
    from importlib import import_module

    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found

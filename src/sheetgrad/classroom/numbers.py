"""The numbers of a network by plain name: taken out of a Setup, and put into one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sheetgrad.derivation.parts import leaf_numbers
from sheetgrad.derive import program
from sheetgrad.expr import Ref
from sheetgrad.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.expr import Symbol
    from sheetgrad.setup import Setup


def names_of(setup: Setup) -> Notation:
    """The notation of a Setup, bound to its program."""
    return Notation(program(setup.model, setup.optimizer), setup.notation)


def numbers_of(setup: Setup, names: Notation | None = None) -> dict[str, float]:
    """What is given: inputs, targets, constants and starting weights, by plain name, for the first sample.

    >>> import sheetgrad
    >>> numbers_of(sheetgrad.load("class"))["w5"]
    0.4
    """
    names = names or names_of(setup)
    return {names.plain(use): value for use, value in leaf_numbers(setup).items() if isinstance(use, Ref)}


def with_numbers(setup: Setup, numbers: Mapping[str, float]) -> Setup:
    """The same network, for one sample, with these numbers; what is not named keeps its own.

    >>> import sheetgrad
    >>> setup = with_numbers(sheetgrad.load("class"), {"w5": 0.7})
    >>> numbers_of(setup)["w5"], numbers_of(setup)["w6"]
    (0.7, 0.45)
    """
    names = names_of(setup)
    found = numbers_of(setup, names) | dict(numbers)

    def filled(symbol: Symbol, places: tuple[int, ...] = ()) -> Any:  # noqa: ANN401 -- numbers in the symbol's nesting
        if len(places) == len(symbol.axes):
            return float(found[names.plain(Ref(symbol, places))])
        size = symbol.axes[len(places)].size
        return tuple(filled(symbol, (*places, place)) for place in range(size))

    return replace(
        setup,
        values={symbol: filled(symbol) for symbol in setup.values},
        samples={symbol: (filled(symbol),) for symbol in setup.samples},
        update="batch",
        batch_size=1,
        learning_rates=setup.learning_rates,
        origin=_origin(setup),
    )


def _origin(setup: Setup) -> dict[str, Any]:
    """The spec without its numbers, which are no longer these; what describes it stays."""
    return {key: value for key, value in setup.origin.items() if key not in {"inputs", "targets", "values", "data"}}


_OF_SAMPLES = frozenset({"data", "input_columns", "target_columns", "class_column", "update", "batch_size"})
"""Keys of a spec that speak of many samples."""


def single(setup: Setup) -> dict[str, Any]:
    """The spec of a Setup, for its first sample only and without a file of data."""
    spec = {key: value for key, value in setup.origin.items() if key not in _OF_SAMPLES}
    if setup.sample_count == 1 and "data" not in setup.origin:
        return spec
    first = {symbol.name: rows[0] for symbol, rows in setup.samples.items()}
    if "equations" in spec:
        spec.pop("samples", None)
        spec["values"] = {**spec.get("values", {}), **{name: _listed(first[name]) for name in first}}
    else:
        spec |= {"inputs": _listed(first["x"]), "targets": _listed(first["t"])}
    return spec


def _listed(value: Any) -> Any:  # noqa: ANN401 -- numbers in any nesting
    return [_listed(part) for part in value] if isinstance(value, list | tuple) else float(value)

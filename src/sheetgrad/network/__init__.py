"""From a spec (layers or equations; TOML, JSON, a dict or keywords) to a Setup, or to every problem in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import Problem, SpecError
from sheetgrad.network.complete import completed, origin_of
from sheetgrad.network.data import first
from sheetgrad.network.schema import reference, schema
from sheetgrad.network.source import Source, read
from sheetgrad.setup import Setup

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from sheetgrad.network.complete import Spec
    from sheetgrad.network.fields import Where

__all__ = ["load", "reference", "schema"]

MOST_PROBLEMS = 100


def load(source: str | os.PathLike[str] | Mapping[str, Any] | Setup | None = None, **keywords: Any) -> Setup:  # noqa: ANN401 -- the keys of a spec
    """The Setup that a spec describes: a Model, its numbers, and how it is trained.

    `source` is the name of a preset, the path of a TOML or JSON file, a dict, or
    a Setup; keywords stand for keys of the spec and take the place of those in
    it. With neither, it is the preset `class`. Samples have one row each.

    >>> setup = load("class", learning_rate=0.1)
    >>> setup.name, setup.learning_rates, setup.sample_count
    ('class', (0.1,), 1)

    Raises:
        SpecError: with every problem that was found, each with its place and remedy.
    """
    if isinstance(source, Setup):
        if not keywords:
            return source
        found = _source_of(source)
    elif source is None:
        found = read({} if keywords else "class")
    else:
        found = read(source)
    return _made(found._replace(raw={**found.raw, **keywords}))


def _source_of(setup: Setup) -> Source:
    if not setup.origin:
        wrong = "was not made from a spec, so its keys cannot be changed"
        raise SpecError((Problem("setup", wrong, "change its fields with dataclasses.replace"),))
    return read(setup.origin)


def _made(source: Source) -> Setup:
    problems: list[Problem] = []
    where: Where = "equations" if "equations" in source.raw else "network"
    spec = completed(source.raw, where, problems)
    spec["name"] = spec["name"] or source.name or where
    made = _prepared(where)(spec, source.folder, problems)
    if problems:
        raise SpecError(first(problems, MOST_PROBLEMS))
    spec["data"] = _found(spec["data"], source.folder)
    return replace(made(), origin=origin_of(spec))


def _prepared(where: Where) -> Callable[[Spec, str, list[Problem]], Callable[[], Setup]]:
    """What reads a spec of layers, or of equations; each is imported for its own specs only."""
    if where == "equations":
        from sheetgrad.network.equations import prepared
    else:
        from sheetgrad.network.layers import prepared
    return prepared


def _found(data: str | None, folder: str) -> str | None:
    """The path of a table of data from where we are, if it stands beside the spec."""
    if data is None:
        return None
    from pathlib import Path

    beside = Path(folder) / data
    return str(beside) if beside.exists() else data

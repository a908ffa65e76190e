"""The numbers of an equation spec: what is given once, and what is given with every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.errors import Problem
from sheetgrad.network.data import check_columns, read_table
from sheetgrad.network.numbers import Shape, frozen, in_words, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.network.complete import Spec


class Given(NamedTuple):
    """Every leaf: its shape, and its value or its rows."""

    shapes: Mapping[str, Shape]
    """For one sample."""
    fixed: Mapping[str, Any]
    sampled: Mapping[str, Any]
    """One row a sample."""
    targets: tuple[str, ...]
    samples: int | None
    """How many; None where nothing is given with samples."""

    complete: bool
    """Whether nothing was wrong with them; if something was, names may be missing here."""

    def place(self, name: str) -> str:
        """Where the numbers of a name stand."""
        return f"samples.{name}" if name in self.sampled and name not in self.fixed else f"values.{name}"


def given(spec: Spec, folder: str, problems: list[Problem]) -> Given:
    """The leaves of a spec, after adding what does not fit together."""
    before = len(problems)
    named = [*(spec["inputs"] or ()), *(spec["targets"] or ())]
    for at, name in enumerate(spec["targets"] or ()):
        if name in (spec["inputs"] or ()):
            problems.append(Problem(f"targets[{at}]", f"{name} is an input too", "list it in one of them"))
    values = dict(spec["values"] or {})
    sampled = _sampled(spec, folder, named, problems)
    if sampled is None:
        sampled = {name: (frozen(values[name]),) for name in named if name in values}
        values = {name: value for name, value in values.items() if name not in sampled}
    twice = [name for name in sampled if name in values]
    wrong, remedy = "is in the samples too", "give it in one of them"
    problems.extend(Problem(f"values.{name}", wrong, remedy) for name in twice)
    if len(problems) == before:
        for key in ("inputs", "targets"):
            for at, name in enumerate(spec[key] or ()):
                if name not in sampled:
                    problems.append(Problem(f"{key}[{at}]", f"{name} has no value", "give it in values or in samples"))
    shapes = {name: shape_of(value, f"values.{name}", []) or () for name, value in values.items()}
    shapes |= {name: (shape_of(rows, f"samples.{name}", []) or ())[1:] for name, rows in sampled.items()}
    fixed = {name: frozen(value) for name, value in values.items()}
    count = min((len(rows) for rows in sampled.values()), default=None)
    complete = len(problems) == before and all(key in spec for key in ("values", "samples", "data"))
    return Given(shapes, fixed, sampled, tuple(spec["targets"] or ()), count, complete)


def _sampled(spec: Spec, folder: str, named: list[str], problems: list[Problem]) -> dict[str, Any] | None:
    """The rows of every name that is given with samples; None where the values hold the only one."""
    if spec["data"] is not None:
        return _columns(spec, folder, named, problems)
    samples = spec["samples"]
    if samples is None:
        return None
    if isinstance(samples, list | tuple):
        return _by_sample(samples, problems)
    return _by_name(samples, problems)


def _columns(spec: Spec, folder: str, named: list[str], problems: list[Problem]) -> dict[str, Any]:
    if spec["samples"] is not None:
        problems.append(Problem("samples", "is given, and `data` too", "give one of them"))
    table = read_table(spec["data"], folder, problems)
    if table is None:
        return {}
    before = len(problems)
    check_columns(table, "inputs", named, problems)
    return {name: table.numbers(name, problems) for name in named} if len(problems) == before else {}


def _by_sample(samples: Any, problems: list[Problem]) -> dict[str, Any]:  # noqa: ANN401 -- tables, checked before
    sampled = {}
    for name in samples[0]:
        shapes = [shape_of(sample[name], name, []) for sample in samples]
        for at, shape in enumerate(shapes):
            if shape != shapes[0]:
                wrong = f"is {in_words(shape)}, but {in_words(shapes[0])} in samples[0]"
                problems.append(Problem(f"samples[{at}].{name}", wrong, "give the same shape in every sample"))
        sampled[name] = tuple(frozen(sample[name]) for sample in samples)
    return sampled


def _by_name(samples: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    counts = {name: (shape_of(rows, name, []) or (None,))[0] for name, rows in samples.items()}
    first = next((name for name, count in counts.items() if count is not None), "")
    for name, count in counts.items():
        if count is None:
            problems.append(Problem(f"samples.{name}", "is one number", "give a list with one for each sample"))
        elif count != counts[first]:
            wrong = f"has {count} rows, but {first} has {counts[first]}"
            problems.append(Problem(f"samples.{name}", wrong, "give as many of each"))
    return {name: frozen(rows) for name, rows in samples.items() if counts[name] is not None}

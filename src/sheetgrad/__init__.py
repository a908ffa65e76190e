"""Backpropagation you can read and check.

The verbs of the command line, for Python. Each takes what `load` takes: the name
of a preset, the path of a spec, a dict, or a Setup. Importing this loads nothing
heavy; what a verb needs is imported when the verb is called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import (
    BrokenInvariant,
    DivergedError,
    EquationError,
    MissingPackageError,
    ModelError,
    SheetgradError,
    SpecError,
    TooLargeError,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from sheetgrad.check.findings import Report as Checked
    from sheetgrad.check.gradients import GradientCheck
    from sheetgrad.derivation import Derivation
    from sheetgrad.engine import Run, Verification
    from sheetgrad.exchange.estimators import MLPClassifier, MLPRegressor
    from sheetgrad.exchange.scikit_in import from_sklearn
    from sheetgrad.exchange.torch_in import from_torch
    from sheetgrad.exchange.torch_out import to_torch
    from sheetgrad.job import Report
    from sheetgrad.setup import Setup
    from sheetgrad.sweep.result import Sweep

    Source: TypeAlias = str | os.PathLike[str] | Mapping[str, Any] | Setup

__all__ = [
    "BrokenInvariant",
    "DivergedError",
    "EquationError",
    "MLPClassifier",
    "MLPRegressor",
    "MissingPackageError",
    "ModelError",
    "Setup",
    "SheetgradError",
    "SpecError",
    "TooLargeError",
    "__version__",
    "check",
    "check_gradients",
    "derive",
    "exercise",
    "explore",
    "from_sklearn",
    "from_torch",
    "load",
    "run",
    "sweep",
    "to_torch",
    "train",
    "verify",
    "why",
    "workbook",
]

_HOMES = {
    "MLPClassifier": "sheetgrad.exchange.estimators",
    "MLPRegressor": "sheetgrad.exchange.estimators",
    "Setup": "sheetgrad.setup",
    "exercise": "sheetgrad.classroom.exercise",
    "from_sklearn": "sheetgrad.exchange.scikit_in",
    "from_torch": "sheetgrad.exchange.torch_in",
    "to_torch": "sheetgrad.exchange.torch_out",
}
"""What is imported when it is asked for."""


def load(source: Source | None = None, **keywords: Any) -> Setup:  # noqa: ANN401 -- the keys of a spec
    """Get a Setup from a preset's name, a spec file, a dict, or another Setup.

    Keywords are keys of the spec that replace what `source` says; without a
    source they are the spec.

    Raises:
        SpecError: something in the spec is wrong; holds every problem found.

    >>> load("class", learning_rate=0.1).learning_rates
    (0.1,)
    """
    from sheetgrad import network

    return network.load(source, **keywords)


def derive(
    source: Source = "class", *, form: str = "chain", notation: str | None = None, every: bool = False
) -> Derivation:
    """Get every equation of the network: forward, loss, each gradient step by step, each update.

    `form` is "chain", "delta" or "expanded"; `notation` a house style (the spec's
    own when None); `every` writes out what is the same but for its numbers.

    Raises:
        SpecError: the spec is wrong.
        TooLargeError: the expanded form of this network would explode.

    >>> len(derive("class").as_json()["equations"]) > 20
    True
    """
    from sheetgrad import derivation

    return derivation.derive(load(source), form=form, notation=notation, every=every)


def why(
    quantity: str,
    source: Source = "class",
    *,
    step: int = 0,
    sample: int | None = None,
    rate: float | None = None,
    change: bool = False,
    notation: str | None = None,
) -> Derivation:
    """Get where a number comes from: symbols = numbers = result, along every path, down to inputs and weights.

    `quantity` is a name such as `dE/dw1`, `∂E_total/∂w5`, `a_h1` or `w5_new`; `step`
    how many updates have been made. Of a batch, `sample` (from 1) is shown in full.
    With `change` it is a weight, and the answer is the sum of its updates over the run.

    Raises:
        SpecError: the spec is wrong.
        SheetgradError: nothing is called so, or there is no such step or sample.

    >>> why("dE/dw5", step=3).title
    'Why ∂E_total/∂w5 is 0.0703802187 after 3 steps'
    """
    from sheetgrad import answer

    setup = load(source)
    if change:
        return answer.change(setup, quantity, steps=step or None, rate=rate, notation=notation)
    return answer.answer(setup, quantity, step=step, sample=sample, rate=rate, notation=notation)


def train(
    source: Source = "class",
    *,
    steps: int | None = None,
    rate: float | None = None,
    trace: bool = False,
    losses: bool = False,
    engine: str | None = None,
    precision: str = "float64",
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Train, and get the losses, the parameters and (with `trace`) every quantity at every step.

    `steps` and `rate` are the spec's own when None. `progress` is called now and
    then with the steps done and the steps in all. `engine` names a kernel
    (straight, tape, layers …) in place of the quickest; all give the same numbers.
    With `precision="float32"` steps are computed in single precision, which is
    quicker and right to about seven digits; the first and the last loss are
    computed in double from the weights as they are.

    Raises:
        SpecError: the spec is wrong, or the engine or precision cannot be had.
        DivergedError: a number was no longer finite; says at which step.

    >>> round(train("class", steps=100, rate=0.5).final_loss, 12)
    0.029166680236
    """
    from sheetgrad.engine import precision_of, train

    return train(
        load(source),
        steps=steps,
        rate=rate,
        trace=trace,
        losses=losses,
        engine=engine,
        precision=precision_of(precision),
        progress=progress,
    )


def sweep(
    source: Source = "class",
    *,
    rates: str | Iterable[float] | None = None,
    scales: str | Iterable[float] | None = None,
    seeds: str | Iterable[int] | None = None,
    starts: int = 1,
    steps: int | None = None,
    every: int = 0,
    quantiles: bool = False,
    threshold: float | None = None,
    path: str | os.PathLike[str] | None = None,
    resume: bool = False,
    on: str | None = None,
    progress: Callable[[float], object] | None = None,
) -> Sweep:
    """Train many networks at once, and get what came of each: rates × scales × seeds × starting weights.

    Lists are numbers, or text such as `"log:0.01:10:50"`; what is not given is the
    spec's own. `every` keeps the loss of every so many steps, with `quantiles` only
    their quantiles over starts and seeds. With `path` (.csv, .parquet, .arrow) the
    table is written there, and finished blocks are kept beside it, so that with
    `resume` a sweep that was stopped goes on. `on="dask"` uses a Dask cluster.
    `progress` is told how many networks are done.

    Raises:
        SpecError: the spec or a list is wrong.
        TooLargeError: what is to be kept would not fit into memory.
        KeyboardInterrupt: it was stopped.

    >>> found = sweep("class", rates=[0.1, 0.5, 2.0], starts=20, steps=100)
    >>> found.best.rate, found.final.shape
    (2.0, (60,))
    """
    from sheetgrad.sweep.plan import Asked, planned
    from sheetgrad.sweep.run import swept

    asked = Asked(every, quantiles, threshold)
    plan = planned(load(source), rates=rates, scales=scales, seed=seeds, starts=starts, steps=steps, asked=asked)
    found = swept(plan, path=path, resume=resume, on=on, progress=progress)
    if not found.complete:
        raise KeyboardInterrupt
    return found


def verify(source: Source = "class", *, judges: Iterable[str] | None = None) -> Verification:
    """Compare every gradient with independent judges: finite differences, and the libraries installed.

    Raises:
        SpecError: the spec is wrong.

    >>> verify("class", judges=["finite_differences"]).ok
    True
    """
    from sheetgrad import engine

    return engine.verify(load(source), judges=judges)


def run(
    source: Source = "class",
    folder: str | os.PathLike[str] | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Do the main job: derive, train at every learning rate, verify, and write it all to a folder.

    The folder is `sheetgrad-out/NAME` when None. `progress` is called with what
    is being done.

    Raises:
        SpecError: the spec is wrong.
        CannotWriteError: the folder cannot be written to.
    """
    from sheetgrad import job

    return job.run(load(source), folder, progress=progress)


def workbook(
    source: Source = "class",
    path: str | os.PathLike[str] = "network.xlsx",
    *,
    steps: int | None = None,
    rates: Sequence[float] | None = None,
    values_only: bool = False,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write a run as a live Excel workbook: every number is a formula that carries its value.

    It has 100 steps when `steps` is None. The spec's own learning rates, or `rates`,
    have a sheet each. With `values_only` there are no formulas; a path that ends in
    .csv gets the values of the steps.

    Raises:
        SpecError: the spec is wrong.
        DivergedError: a number was no longer finite; says at which step.
        TooLargeError: a spreadsheet has no room for it; says what fits.
        CannotWriteError: the file cannot be written.
    """
    from sheetgrad.sheet.book import workbook as write

    write(load(source), path, steps=steps, rates=rates, values_only=values_only, progress=progress)


def explore(source: Source = "class", path: str | os.PathLike[str] | None = None) -> Any:  # noqa: ANN401 -- a widget, or nothing
    """Get the explorer as a widget for notebooks; with `path`, write it as one HTML page instead.

    Raises:
        SpecError: the spec is wrong.
        TooLargeError: the network has too many equations for one page.
        MissingPackageError: a widget needs anywidget: pip install 'sheetgrad[notebook]'.
        CannotWriteError: the file cannot be written.
    """
    if path is None:
        return load(source).explore()
    from sheetgrad.explorer.page import write

    write(load(source), path)
    return None


def check(
    *paths: str | os.PathLike[str],
    network: Source | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Checked]:
    """Judge every equality of hand-made derivations, and name every mistake: one report for each file.

    A path is a file (.md .markdown .txt .tex .ipynb .py), a folder, a pattern or
    "-" for standard input. `network` is what the texts are about; without it the
    one that each text describes is taken. `jobs` is the number of processes (as
    many as pay off when None). `progress` is called with the files done, the files
    in all and a path. A file that cannot be read has a report with `error` set.

    Raises:
        SpecError: the network's spec is wrong.

    >>> check("no-such-derivation.md")[0].error.partition(";")[0]
    'there is no such file'
    """
    from sheetgrad.check.given import network_of
    from sheetgrad.check.run import check_files

    given = None if network is None else network_of(load(network))
    return check_files(paths, network=given, jobs=jobs, progress=progress)


def check_gradients(
    loss: Callable[..., Any],
    backward: Callable[..., Any],
    point: Any,  # noqa: ANN401 -- a mapping, a sequence, an array or a number
    *,
    names: Sequence[str] | None = None,
) -> GradientCheck:
    """Say which entry of which gradient of a hand-written backward pass is wrong, and by which factor.

    `loss` and `backward` are called with `point`: a mapping by keyword, a sequence
    one by one, an array as it is. Every gradient is held against differences.

    >>> print(check_gradients(lambda w: w**3, lambda w: {"w": 2 * w**2}, {"w": 0.5}))
    dw: yours 0.5, should be 0.75, off by a factor 0.666667
    """
    from sheetgrad.check.gradients import check_gradients as compared

    return compared(loss, backward, point, names=names)


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- one of the words below
    if name == "__version__":
        from importlib.metadata import version

        return version("sheetgrad")
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'sheetgrad' has no attribute {name!r}"
    raise AttributeError(message)


class _Package(ModuleType):
    """Keeps `check` and `derive` for the verbs: on import the submodules of these names would take their places."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in {"check", "derive", "sweep"} and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

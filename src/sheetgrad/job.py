"""The main job: derive, train at every learning rate, verify, and write it all down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import DivergedError, TooLargeError
from sheetgrad.files import CannotWriteError, replacing
from sheetgrad.shown import Shown

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from sheetgrad.derivation import Derivation
    from sheetgrad.engine import Run, Verification
    from sheetgrad.setup import Setup

WORKBOOK = "network.xlsx"
EXPLORER = "explorer.html"
MOST_TRACED = 5_000_000
"""A trace with more numbers than this is not written: it would fill the disk rather than be read."""


@dataclass(frozen=True, slots=True)
class Report(Shown):
    """What the job found, and the files it wrote."""

    setup: Setup
    runs: tuple[Run | DivergedError, ...]
    """One for every learning rate, lowest first: how it went, or where it diverged."""
    verification: Verification
    folder: Path
    files: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    """What was left out, and why."""

    @property
    def ok(self) -> bool:
        """Whether every gradient was confirmed and at least one learning rate led somewhere."""
        return self.verification.ok and not all(isinstance(run, DivergedError) for run in self.runs)

    def as_json(self) -> dict[str, Any]:
        """What report.json holds."""
        from sheetgrad import __version__

        return {
            "name": self.setup.name,
            "version": __version__,
            "ok": self.ok,
            "runs": [_run_as_json(run) for run in self.runs],
            "verification": self.verification.as_json(),
            "files": list(self.files),
            "remarks": list(self.remarks),
        }

    def summary(self) -> str:
        """The same for people: a table of learning rates, the verdict, the files."""
        title = self.setup.title or self.setup.name
        steps = f"{self.setup.steps:,} steps of {self.setup.optimizer.title}"
        rows = ["learning rate   loss at the start   loss at the end", *map(_row, self.runs)]
        files = "\n".join(f"  {self.folder / name}" for name in self.files)
        remarks = "".join(f"\n{remark}\n" for remark in self.remarks)
        found = f"{verdict(self.verification)}\n{remarks}"
        return f"{title}\n\n{steps}\n\n" + "\n".join(rows) + f"\n\n{found}\nwritten:\n{files}\n"


def run(
    setup: Setup, folder: str | os.PathLike[str] | None = None, *, progress: Callable[[str], None] | None = None
) -> Report:
    """Do the main job; the files go to `folder`, or to `sheetgrad-out/NAME`.

    A learning rate at which training diverges is reported with its step, and the
    others go on. `progress` is called with what is about to be done.

    Raises:
        CannotWriteError: the folder cannot be made or written to.
    """
    from sheetgrad import derivation, engine

    say = progress or (lambda _what: None)
    place = _made(Path("sheetgrad-out") / setup.name if folder is None else Path(folder))
    say("deriving every gradient")
    derived = derivation.derive(setup)
    files = list(write_derivation(derived, place / "derivation.md", picture="network.svg"))
    runs: list[Run | DivergedError] = []
    for rate in sorted(setup.learning_rates):
        say(f"training at learning rate {rate:g}")
        runs.append(_trained(setup, rate, trace=rate == setup.learning_rates[0] and _can_be_read(setup)))
    files += _write_trace(runs, place)
    say("verifying every gradient")
    verification = engine.verify(setup, judges=("finite_differences",))
    say("drawing the losses")
    files += _write_chart(setup, runs, place)
    say("writing the workbook")
    book, remarks = _write_workbook(setup, runs, place)
    say("writing the explorer")
    explorer, more = _write_explorer(derived, place)
    files += [*book, *explorer, "report.json"]
    report = Report(setup, tuple(runs), verification, place, tuple(files), remarks + more)
    with replacing(place / "report.json") as file:
        json.dump(report.as_json(), file, indent=2, allow_nan=False)
        file.write("\n")
    return report


def write_derivation(derivation: Derivation, path: Path, *, picture: str) -> tuple[str, ...]:
    """Write a derivation as Markdown, and beside it the diagram that it shows; gives the names of both."""
    from sheetgrad.emit.diagram import diagram
    from sheetgrad.emit.markdown import markdown

    drawn = diagram(derivation.setup, derivation.notation.style)
    if drawn:
        with replacing(path.with_name(picture)) as file:
            file.write(drawn)
    with replacing(path) as file:
        file.write(markdown(derivation, diagram=picture if drawn else ""))
    return (path.name, picture) if drawn else (path.name,)


def verdict(verification: Verification) -> str:
    """One line on what the judges found."""
    found = verification.as_json()["largest_relative_error"]
    judged = ", ".join(f"{judge.replace('_', ' ')} {error:.1e}" for judge, error in found.items())
    head = "every gradient is confirmed" if verification.ok else "NOT every gradient is confirmed"
    return f"{head}; largest relative error: {judged}"


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder}: the folder cannot be made ({error.strerror}); give another place with -o"
        raise CannotWriteError(message) from error
    return folder


def _trained(setup: Setup, rate: float, *, trace: bool) -> Run | DivergedError:
    from sheetgrad import engine

    try:
        return engine.train(setup, rate=rate, trace=trace, losses=True)
    except DivergedError as error:
        return error


def _can_be_read(setup: Setup) -> bool:
    """Whether a trace of it is of a size that anybody would open."""
    return setup.model.size * setup.sample_count * setup.steps <= MOST_TRACED


def _write_trace(runs: list[Run | DivergedError], folder: Path) -> tuple[str, ...]:
    """The trace of the spec's first learning rate, if there is one."""
    for run in runs:
        if not isinstance(run, DivergedError) and run.trace is not None:
            run.trace.to_csv(folder / "trace.csv")
            return ("trace.csv",)
    return ()


def _write_chart(setup: Setup, runs: list[Run | DivergedError], folder: Path) -> tuple[str, ...]:
    from sheetgrad.emit.chart import Curve, loss_chart

    good = (run for run in runs if not isinstance(run, DivergedError))
    curves = [Curve(f"{run.learning_rate:g}", () if run.losses is None else run.losses) for run in good]
    chart = loss_chart(curves, title=f"{setup.name}: the loss at every step, by learning rate")
    with replacing(folder / "loss.svg") as file:
        file.write(chart.svg)
    with replacing(folder / "loss.png", "wb") as file:
        file.write(chart.png)
    return ("loss.svg", "loss.png")


def _write_workbook(
    setup: Setup, runs: list[Run | DivergedError], folder: Path
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The workbook with every learning rate that led somewhere, the spec's first one first; else why there is none."""
    from sheetgrad.sheet.book import workbook

    good = {run.learning_rate for run in runs if not isinstance(run, DivergedError)}
    rates = [rate for rate in setup.learning_rates if rate in good]
    if not rates:
        return (), ()
    try:
        workbook(setup, folder / WORKBOOK, rates=rates)
    except (TooLargeError, DivergedError) as error:
        return (), (str(error),)
    return (WORKBOOK,), ()


def _write_explorer(derived: Derivation, folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The page to explore the network with; else why there is none."""
    from sheetgrad.explorer.page import write

    try:
        write(derived.setup, folder / EXPLORER, derived)
    except TooLargeError as error:
        return (), (str(error),)
    return (EXPLORER,), ()


def _run_as_json(run: Run | DivergedError) -> dict[str, Any]:
    if isinstance(run, DivergedError):
        return {"learning_rate": run.rate, "diverged_at_step": run.step, "quantity": run.quantity}
    return run.as_json()


def _row(run: Run | DivergedError) -> str:
    if isinstance(run, DivergedError):
        return f"{run.rate:>13g}   diverged at step {run.step}: {run.quantity} is not finite"
    return f"{run.learning_rate:>13g}   {run.initial_loss:>17.9g}   {run.final_loss:>15.9g}"

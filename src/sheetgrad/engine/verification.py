"""Every gradient against independent judges: finite differences, and libraries where they are installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.engine import automatic
from sheetgrad.engine.case import Case
from sheetgrad.engine.differences import Study, studies
from sheetgrad.errors import MissingPackageError, Problem, SpecError
from sheetgrad.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sheetgrad.program import Program
    from sheetgrad.setup import Setup


class Judge(NamedTuple):
    """Another way to the gradients, and how near ours must be, on the scale of the largest gradient."""

    name: str
    tolerance: float
    package: str = ""
    """What must be installed."""
    gradient: Callable[[Case], list[float]] | None = None
    """The whole gradient in flat order; None for finite differences, which can be unsure."""


JUDGES: Mapping[str, Judge] = {
    judge.name: judge
    for judge in (
        Judge("finite_differences", 1e-7),
        Judge("autograd", 1e-12, "autograd", automatic.autograd),
        Judge("pytorch", 1e-12, "torch", automatic.pytorch),
        Judge("jax", 1e-12, "jax", automatic.jax),
    )
}


class Verdict(NamedTuple):
    """What one judge found."""

    judge: str
    error: float | None
    """The largest difference divided by the largest gradient; None where nothing could be judged."""
    worst: str
    """The parameter with the largest difference."""
    judged: int
    """How many parameters were compared."""
    ok: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification(Shown):
    """The verdicts of all judges, and the tables behind them."""

    verdicts: tuple[Verdict, ...]
    parameters: int
    """How many there are."""
    samples: int
    """How many samples the loss was taken over."""
    gradients: Mapping[str, float] = field(repr=False)
    """Our own, by the plain name of the parameter."""
    studies: Mapping[str, Study] = field(default_factory=dict, repr=False)
    """The step-size study of every parameter that finite differences looked at."""

    @property
    def ok(self) -> bool:
        """Whether every judge that ran agrees."""
        return all(verdict.ok for verdict in self.verdicts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know: samples taken, kinks met."""
        return tuple(dict.fromkeys(note for verdict in self.verdicts for note in verdict.notes))

    def errors(self, name: str) -> list[tuple[float, float]]:
        """The step-size study of one parameter as (h, difference from our gradient), for a table or a chart."""
        return [(estimate.h, abs(estimate.slope - self.gradients[name])) for estimate in self.studies[name].estimates]

    def as_json(self) -> dict[str, Any]:
        """The largest relative error by judge (None where it is not finite), and whether all is well."""
        errors = {verdict.judge: verdict.error for verdict in self.verdicts if verdict.error is not None}
        finite = {judge: error if isfinite(error) else None for judge, error in errors.items()}
        return {"largest_relative_error": finite, "ok": self.ok}


def verify(setup: Setup, *, judges: Iterable[str] | None = None, program: Program | None = None) -> Verification:
    """Compare every gradient at the starting parameters, over the whole batch, with independent judges.

    All judges that are installed, or those named: finite_differences, autograd,
    pytorch, jax. `program` is what is verified in place of the setup's own.

    Raises:
        SpecError: there is no judge of that name.
        MissingPackageError: a judge was named whose library is not installed.
    """
    chosen = [JUDGES[name] for name in JUDGES if _is_there(JUDGES[name])] if judges is None else _named(judges)
    case = Case.of(setup, program)
    looked = studies(case) if any(judge.gradient is None for judge in chosen) else []
    verdicts = tuple(
        _by_library(case, judge) if judge.gradient else _by_differences(case, judge, looked) for judge in chosen
    )
    names = [case.name(place) for place in range(len(case.parameters))]
    return Verification(
        verdicts,
        len(names),
        case.samples,
        dict(zip(names, case.gradient, strict=True)),
        {names[study.place]: study for study in looked},
    )


def _is_there(judge: Judge) -> bool:
    return not judge.package or find_spec(judge.package) is not None


def _named(names: Iterable[str]) -> list[Judge]:
    chosen = []
    for name in names:
        if name not in JUDGES:
            raise SpecError((Problem("judges", f"no judge is called {name!r}", f"there are {', '.join(JUDGES)}"),))
        if not _is_there(JUDGES[name]):
            raise MissingPackageError(JUDGES[name].package, f"the judge {name}", "judges")
        chosen.append(JUDGES[name])
    return chosen


def _scale(case: Case, others: Iterable[float]) -> float:
    """The largest gradient, ours or the judge's; 1 where all are 0."""
    return max((abs(value) for value in (*case.gradient, *others) if isfinite(value)), default=0.0) or 1.0


def _compared(case: Case, judge: Judge, found: Mapping[int, float], notes: tuple[str, ...]) -> Verdict:
    """Our gradient against the judge's at some places of the flat order."""
    if not found:
        return Verdict(judge.name, None, "", 0, ok=all(map(isfinite, case.gradient)), notes=notes)
    scale = _scale(case, found.values())
    errors = {place: abs(case.gradient[place] - value) / scale for place, value in found.items()}
    worst = max(errors, key=lambda place: errors[place] if isfinite(errors[place]) else inf)
    error = errors[worst] if isfinite(errors[worst]) else inf
    return Verdict(judge.name, error, case.name(worst), len(found), ok=error <= judge.tolerance, notes=notes)


def _by_library(case: Case, judge: Judge) -> Verdict:
    assert judge.gradient is not None  # noqa: S101 -- asked only for libraries
    verdict = _compared(case, judge, dict(enumerate(judge.gradient(case))), _samples_note(case))
    if verdict.ok or not case.on_kink:
        return verdict
    note = "a function stands exactly on its kink (relu at 0), where libraries take other slopes: no verdict there"
    return verdict._replace(ok=True, notes=(*verdict.notes, note))


def _by_differences(case: Case, judge: Judge, looked: list[Study]) -> Verdict:
    limit = judge.tolerance * _scale(case, ())
    sure = {study.place: study.chosen.slope for study in looked if study.chosen and study.spread <= limit}
    unsure = [study for study in looked if study.place not in sure]
    notes = [*_samples_note(case)]
    if len(looked) < len(case.parameters):
        notes.append(f"finite differences looked at a sample of {len(looked)} of {len(case.parameters)} parameters")
    for kinked, why in ((True, "a kink lies within the step"), (False, "rounding leaves the difference unsure")):
        names = [case.name(study.place) for study in unsure if study.kinked is kinked]
        if names:
            shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")  # noqa: PLR2004 -- what a line holds
            notes.append(f"finite differences give no verdict on {shown}: {why}")
    return _compared(case, judge, sure, tuple(notes))


def _samples_note(case: Case) -> tuple[str, ...]:
    if case.samples == case.setup.sample_count:
        return ()
    return (f"the loss was taken over the first {case.samples} of {case.setup.sample_count} samples",)

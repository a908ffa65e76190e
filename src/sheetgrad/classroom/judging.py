"""Grading one hand-in: open it, see whose it is, have it checked, give points, write its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.network import Network
from sheetgrad.check.one import LIMIT, checked
from sheetgrad.classroom.answers import Answers, Filled, as_marked, without_planted
from sheetgrad.classroom.cells import is_book
from sheetgrad.classroom.evidence import evidence, place, sign
from sheetgrad.classroom.feedback import feedback, follows
from sheetgrad.classroom.graded import Graded, Paper, Slip, graded_of, sums
from sheetgrad.classroom.gradescope import results
from sheetgrad.classroom.handins import STORE
from sheetgrad.classroom.levels import FIND
from sheetgrad.classroom.marks import marks, most, total
from sheetgrad.classroom.opened import digest, opened
from sheetgrad.classroom.roster import Roster, stated
from sheetgrad.classroom.rubric import is_late
from sheetgrad.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from sheetgrad.check.findings import Report
    from sheetgrad.classroom.feedback import Level
    from sheetgrad.classroom.handins import HandIn
    from sheetgrad.classroom.items import Item, Names
    from sheetgrad.classroom.key import Exercise
    from sheetgrad.classroom.opened import File
    from sheetgrad.classroom.rubric import Rubric

PAGES, RESULTS = "feedback", "results"
"""Folders of a report: a page for each student, and a file for Gradescope; `STORE` has what was done already."""


class Plan(NamedTuple):
    """What every hand-in is graded by."""

    folder: str
    rubric: Rubric
    items: tuple[Item, ...]
    names: Names
    network: tuple[Any, ...]
    """The parts of the network that everything is judged against."""
    title: str = ""
    level: Level = "explain"
    roster: Mapping[str, tuple[str, ...]] = {}
    exercise: Exercise | None = None
    limit: float = LIMIT
    stamp: str = ""
    """Stands for all that decides the marks beside the hand-in itself."""
    resume: bool = False


class Task(NamedTuple):
    """One hand-in to grade, and the name of its page."""

    hand_in: HandIn
    page: str


class Grader:
    """Grades hand-ins by one plan."""

    def __init__(self, plan: Plan) -> None:
        """Make the network and the class list once."""
        self.plan = plan
        self.network = Network(*plan.network)
        self.roster = Roster(plan.roster)
        self.folder = Path(plan.folder)
        self.answers = None if plan.exercise is None else Answers(plan.exercise)

    def grade(self, task: Task) -> Graded:
        """Grade one hand-in, or find that this was done already; its page and its results are written."""
        with opened(task.hand_in) as files:
            stamp = digest(files, f"{self.plan.stamp}\0{task!r}")
            store = self.folder / STORE / f"{task.page}.json"
            known = self._stored(store, stamp) if self.plan.resume else None
            if known is not None:
                return known
            graded, page = self._graded(task, files)
        self._write(f"{PAGES}/{task.page}.html", page)
        self._write(f"{RESULTS}/{task.page}.json", results(graded, self.plan.level))
        self._write(f"{STORE}/{task.page}.json", f"{stamp}\n{graded.text()}")  # the last: from here on it is done
        return graded

    def _write(self, name: str, text: str) -> None:
        with replacing(self.folder / name) as file:
            file.write(text)

    def _stored(self, path: Path, stamp: str) -> Graded | None:
        try:
            first, _, rest = path.read_text(encoding="utf-8").partition("\n")
            return graded_of(rest) if first == stamp else None
        except (OSError, ValueError, TypeError, KeyError, json.JSONDecodeError):
            return None

    def _graded(self, task: Task, files: Sequence[File]) -> tuple[Graded, str]:
        reports = [(file.shown, self._report(file)) for file in files if not file.problem]
        student, matched = self._student(task.hand_in, reports)
        plan = self.plan
        found = [one for shown, report in reports for one in evidence(report, shown, plan.names)]
        books = [(file.shown, file.given.path) for file in files if is_book(file.shown) and file.given.size]
        if not any(item.kind == "columns" for item in plan.items):  # then a workbook speaks for the equations, too
            found += [one._replace(kind="equations") for one in found if one.kind == "columns"]
        filled = Filled() if self.answers is None else self.answers.judge(student, reports, found, books)
        given = marks(plan.items, (*found, *filled.evidence), plan.rubric)
        late = task.hand_in.late or is_late(task.hand_in.time, plan.rubric.due)
        problem = "" if filled.evidence else _problem(files, reports)
        graded = Graded(
            task.hand_in.label,
            student,
            task.page,
            self.roster.called(student),
            matched,
            task.hand_in.time if task.hand_in.given_time else "",
            late,
            problem,
            0.0 if problem else total(given, late=plan.rubric.late if late else 0.0),
            most(given),
            given,
            (*(slip for shown, report in reports for slip in _slips(report, shown)), *filled.slips),
            tuple(_paper(file, dict(reports), filled) for file in files),
            filled.like,
            sums(report.text for _, report in reports),
        )
        if plan.exercise is not None:
            reports = [(shown, as_marked(report, plan.exercise, given)) for shown, report in reports]
        return graded, feedback(graded, reports, title=plan.title, level=plan.level)

    def _report(self, file: File) -> Report:
        own = file.given.form in {"workbook", "code"}  # columns and lines are marked by what they follow from
        report = checked(file.given, network=None if own else self.network, limit=self.plan.limit)
        report.error = report.error.replace(f"{file.given.path}: ", "").replace(file.given.path, file.shown)
        exercise = self.plan.exercise
        return without_planted(report) if exercise is not None and exercise.level == FIND else report

    def _student(self, hand_in: HandIn, reports: Sequence[tuple[str, Report]]) -> tuple[str, str]:
        """Whose it is, and how that is known."""
        if hand_in.student:
            return hand_in.student, "the name of the folder or file"
        for shown, report in reports:
            if self.roster:
                found = self.roster.named_in(report.text)
            else:
                found = next(iter(stated("\n".join(report.text.splitlines()[:60]))), "")
            if found:
                return found, f"a line in {shown}"
        return "", ""


def _problem(files: Sequence[File], reports: Sequence[tuple[str, Report]]) -> str:
    """Why a hand-in cannot be graded at all."""
    if any(not report.error for _, report in reports):
        return ""
    said = [f"{file.shown}: {file.problem}" for file in files if file.problem]
    said += [f"{shown}: {report.error}" for shown, report in reports]
    return "; ".join(said) or "there is no file in it that can be read"


def _slips(report: Report, shown: str) -> Iterator[Slip]:
    """The mistakes that were made, without what only follows from them."""
    seen: set[tuple[str, str]] = set()
    for finding in report.findings:
        key = (finding.place, finding.code)
        if finding.verdict in {"false", "slip"} and key not in seen and not follows(report, finding):
            seen.add(key)
            yield Slip(finding.code, finding.quantity, sign(finding), place(shown, finding.line))


def _paper(file: File, reports: Mapping[str, Report], filled: Filled) -> Paper:
    report = reports.get(file.shown)
    if report is None:
        is_filled = any(one.place == file.shown for one in filled.evidence)
        return Paper(file.shown, "workbook" if is_filled else "", "" if is_filled else file.problem)
    counts = report.counts
    return Paper(
        file.shown,
        report.kind,
        report.error,
        counts["true"],
        counts["slip"],
        counts["false"],
        counts["unread"],
    )

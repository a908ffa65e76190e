"""A class after it was graded, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.check.report.words import clean
from sheetgrad.classroom.frame import counted, number
from sheetgrad.classroom.judging import PAGES, RESULTS

if TYPE_CHECKING:
    from sheetgrad.classroom.graded import Graded
    from sheetgrad.classroom.judging import Plan

OVERVIEW, GRADES = "overview.html", "grades.csv"
MOST_SAID = 20
"""Hand-ins that are named one by one."""


class Class(NamedTuple):
    """A class after it was graded: every hand-in by its label, who handed in nothing, and what was left out."""

    graded: tuple[Graded, ...]
    missing: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    plan: Plan
    size: int = 0
    """How many students there are, with and without a hand-in."""


def summary(whole: Class) -> str:
    """What was done, for people."""
    graded = [one for one in whole.graded if not one.problem]
    broken = [one for one in whole.graded if one.problem]
    lines = [f"{counted(len(whole.graded), 'hand-in', 'hand-ins')}, {len(graded):,} graded"]
    if graded:
        points = [one.points for one in graded]
        lines.append(f"points: {number(sum(points) / len(points))} of {number(graded[0].most)} on average")
    lines += [f"not graded: {clean(one.label, 80)}: {clean(one.problem, 300)}" for one in broken[:MOST_SAID]]
    lines += [f"and {len(broken) - MOST_SAID:,} more that were not graded"] if len(broken) > MOST_SAID else []
    lines += [f"without a hand-in: {counted(len(whole.missing), 'student', 'students')}"] if whole.missing else []
    lines += [f"left out: {counted(len(whole.left_out), 'file', 'files')}"] if whole.left_out else []
    folder = Path(whole.plan.folder)
    return "\n".join([*lines, "", "written:", *(f"  {folder / name}" for name in (GRADES, OVERVIEW, PAGES, RESULTS))])


def as_json(whole: Class) -> dict[str, Any]:
    """What was done, for programs."""
    return {
        "hand_ins": [
            {
                "student": one.student,
                "hand_in": one.label,
                "points": None if one.problem else one.points,
                "max": one.most,
                "late": one.late,
                "problem": one.problem,
                "page": f"{PAGES}/{one.page}.html",
                "mistakes": [{"code": slip.code, "quantity": slip.quantity, "place": slip.place} for slip in one.slips],
            }
            for one in whole.graded
        ],
        "missing": list(whole.missing),
        "left_out": [{"path": path, "reason": reason} for path, reason in whole.left_out],
    }

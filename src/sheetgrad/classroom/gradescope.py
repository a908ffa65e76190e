"""What Gradescope wants of an autograder: `results.json`, with the fields that its specification names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sheetgrad.check.codes import entries
from sheetgrad.check.report.words import clean
from sheetgrad.classroom.marks import WORDS

if TYPE_CHECKING:
    from sheetgrad.classroom.feedback import Level
    from sheetgrad.classroom.graded import Graded
    from sheetgrad.classroom.marks import Mark


def results(graded: Graded, level: Level, *, visibility: str = "visible") -> str:
    """The text of `results.json` for one hand-in.

    The points stand at the top, so that a deduction for coming late counts; each item of
    the rubric is a test. What a teacher gives by hand is no test: Gradescope has its own
    rubric for that.
    """
    made: dict[str, Any] = {
        "score": graded.points,
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "output_format": "text",
        "output": _summary(graded),
        "tests": [_test(mark, level, place) for place, mark in enumerate(graded.marks, 1) if mark.kind != "teacher"],
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _summary(graded: Graded) -> str:
    if graded.problem:
        return f"Nothing could be graded: {clean(graded.problem, 2_000)}"
    lines = ["Handed in late."] if graded.late else []
    for paper in graded.papers:
        if paper.problem:
            lines.append(f"{clean(paper.shown)} was not read: {clean(paper.problem, 2_000)}")
        else:
            lines.append(f"{clean(paper.shown)}: {paper.true} true, {paper.slips} misspelt, {paper.false} false")
    return "\n".join(lines)


def _test(mark: Mark, level: Level, place: int) -> dict[str, Any]:
    full = mark.points >= mark.most
    words = WORDS[mark.standing]
    if mark.code and level != "locate":
        entry = entries().get(mark.code)
        words += f": {entry.title}" if entry else f": {mark.code}"
        if entry and level != "hint":
            words += f". {entry.meaning}"
    where = f"\n{mark.place}" if mark.place else ""
    return {
        "name": clean(mark.title, 120),
        "number": str(place),
        "score": mark.points,
        "max_score": mark.most,
        "status": "passed" if full else "failed",
        "output": clean(words, 2_000) + where,
        "output_format": "text",
        "visibility": "visible",
    }

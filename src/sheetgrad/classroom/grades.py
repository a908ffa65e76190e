"""grades.csv: a row for every student, ready for a grade book; and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sheetgrad.check.report.words import clean
from sheetgrad.classroom.frame import number
from sheetgrad.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheetgrad.classroom.graded import Graded
    from sheetgrad.classroom.whole import Class

HEAD = ("student", "points", "max", "status", "late", "hand_in", "page")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
"""What a spreadsheet takes for the beginning of a formula, or of a command."""


def write_grades(path: Path, whole: Class) -> None:
    """Write the file: one row a student, those without a hand-in too, ordered by name.

    Points are empty where nothing could be graded, so that nobody gets a nothing by
    accident; the column `status` says why. What a teacher gives by hand has an empty
    column each.
    """
    by_hand = [item.title for item in whole.plan.items if item.kind == "teacher"]
    graded = [item for item in whole.plan.items if item.kind != "teacher"]
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([harmless(word) for word in (*HEAD, *by_hand, *(item.title for item in graded))])
        for row in sorted(_rows(whole), key=lambda row: (row[0].casefold(), row)):
            writer.writerow([harmless(cell) for cell in row])


def counting(whole: Class) -> dict[str, Graded]:
    """The hand-in that counts for each student: of several the one with the most points, the last of equals."""
    best: dict[str, Graded] = {}
    for one in whole.graded:
        key = one.student or f"\0{one.label}"
        before = best.get(key)
        if before is None or (not one.problem, one.points) >= (not before.problem, before.points):
            best[key] = one
    return best


def _rows(whole: Class) -> Iterator[list[str]]:
    most = number(sum(item.points for item in whole.plan.items if item.kind != "teacher"))
    by_hand = [""] * sum(item.kind == "teacher" for item in whole.plan.items)
    best = counting(whole)
    for key, one in best.items():
        others = [
            other.label for other in whole.graded if (other.student or f"\0{other.label}") == key and other != one
        ]
        marks = [number(mark.points) for mark in one.marks if mark.kind != "teacher"]
        yield [
            one.student or f"? {one.label}",
            "" if one.problem else number(one.points),
            most,
            status(one, others),
            "late" if one.late else "",
            one.label,
            f"feedback/{one.page}.html",
            *by_hand,
            *marks,
        ]
    for student in whole.missing:
        yield [student, "0", most, "nothing handed in", "", "", "", *by_hand]


def status(one: Graded, others: list[str]) -> str:
    """What a teacher should know of a row."""
    said = [f"not graded: {one.problem}"] if one.problem else []
    said += [] if one.student else ["nobody of the class has this name"]
    said += [f"the numbers are those of {one.like}"] if one.like else []
    said += [f"also handed in: {', '.join(others)}"] if others else []
    unread = sum(mark.standing == "unread" for mark in one.marks)
    said += [f"{unread} to be looked at" if unread > 1 else "1 to be looked at"] if unread else []
    return "; ".join(said) or "graded"


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1")
    "'=1+1"
    """
    text = clean(cell)
    return f"'{text}" if text.lstrip().startswith(DANGEROUS) else text

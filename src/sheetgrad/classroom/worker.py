"""A process that grades hand-ins for another: `python -m sheetgrad.classroom.worker`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sheetgrad.check.worker import serve
from sheetgrad.classroom.grade import graded
from sheetgrad.classroom.judging import Grader, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.classroom.graded import Graded
    from sheetgrad.classroom.judging import Task


def grades(plan: Plan) -> Callable[[Task], Graded]:
    """What grades one hand-in by a plan."""
    return partial(graded, Grader(plan))


if __name__ == "__main__":
    serve(grades)

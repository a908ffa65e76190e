"""A process that grades hand-ins for another: `python -m sheetgrad.classroom.worker`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.worker import serve
from sheetgrad.classroom.grade import given_up
from sheetgrad.classroom.judging import Grader, Plan, Task
from sheetgrad.errors import SheetgradError
from sheetgrad.files import CannotWriteError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.classroom.graded import Graded


def grades(plan: Plan) -> Callable[[Task], Graded]:
    """What grades one hand-in by a plan; one that cannot be opened is listed with the reason."""
    grader = Grader(plan)

    def one(task: Task) -> Graded:
        try:
            return grader.grade(task)
        except CannotWriteError:
            raise
        except (SheetgradError, OSError, MemoryError) as problem:
            return given_up(task, plan, str(problem))

    return one


if __name__ == "__main__":
    serve(grades)

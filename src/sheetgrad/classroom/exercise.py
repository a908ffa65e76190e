"""`exercise`: sheets for a class and their key, in one call."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetgrad.classroom.make import Wishes, make
from sheetgrad.classroom.report import Report, report
from sheetgrad.classroom.students import Entry, class_list, entries
from sheetgrad.classroom.write import USUAL, check_formats, write

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sheetgrad.setup import Setup

EVERYBODY = "everybody"


def exercise(
    source: str | os.PathLike[str] | Mapping[str, Any] | Setup = "class",
    students: str | PathLike[str] | Iterable[str] | None = None,
    folder: str | os.PathLike[str] | None = None,
    *,
    formats: Sequence[str] = USUAL,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
    **wishes: Any,  # noqa: ANN401 -- the fields of Wishes
) -> Report:
    """Make an exercise in whose numbers every known mistake shows, and write it: a sheet and a key for each student.

    `students` is the path of a class list (CSV with a column `student`), or
    identifiers; without any there is one sheet for all. The folder is
    `sheetgrad-out/NAME-exercise` when None. `wishes` are level, blanks, seed, same,
    digits, rate, of, large_rate, activation and loss, as the command has them.

    Raises:
        SpecError: the spec is wrong, or the level does not fit it.
        SheetgradError: a class list that cannot be used, or no numbers in which every mistake shows.
        CannotWriteError: the folder cannot be written to.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = exercise("class", ["ada", "bo"], folder, formats=["md"], level="forward")
    >>> made.students, made.questions
    (2, 11)
    """
    from sheetgrad import network

    check_formats(formats)
    setup = network.load(source)
    place = Path("sheetgrad-out") / f"{setup.name}-exercise" if folder is None else Path(folder)
    made = make(setup, _listed(students), Wishes(**wishes), progress=progress)
    written = write(made, place, formats=formats, replace=replace, progress=progress)
    return report(made, place, written)


def _listed(students: str | PathLike[str] | Iterable[str] | None) -> tuple[Entry, ...]:
    if students is None:
        return entries([(EVERYBODY, "")])
    if isinstance(students, str | PathLike):
        return class_list(students)
    return entries((student, "") for student in dict.fromkeys(students))

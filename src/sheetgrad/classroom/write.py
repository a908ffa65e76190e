"""The folder of an exercise: the key, and a folder with sheets for each student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.classroom.key import FILE, KeyFileError, load
from sheetgrad.classroom.paper import paper
from sheetgrad.errors import SheetgradError
from sheetgrad.files import CannotWriteError, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sheetgrad.classroom.make import Made
    from sheetgrad.classroom.paper import Paper

    Write = Callable[[Paper, Path], None]


def _text(module: str, solved: str) -> Write:
    def write(paper: Paper, path: Path) -> None:
        from importlib import import_module

        with replacing(path) as file:
            file.write(getattr(import_module(f"sheetgrad.classroom.{module}"), solved)(paper))

    return write


def _book(solved: str) -> Write:
    def write(paper: Paper, path: Path) -> None:
        from sheetgrad.classroom import book

        getattr(book, solved)(paper, path)

    return write


FORMATS: Mapping[str, Mapping[str, Write]] = {
    "html": {"worksheet.html": _text("page", "worksheet"), "key.html": _text("page", "key")},
    "md": {"README.md": _text("readme", "worksheet"), "key.md": _text("readme", "key")},
    "xlsx": {"worksheet.xlsx": _book("worksheet"), "key.xlsx": _book("key")},
    "tex": {"worksheet.tex": _text("latex", "worksheet"), "key.tex": _text("latex", "key")},
}
"""The files of each format, and what writes them."""
BANKS: Mapping[str, tuple[str, str]] = {"moodle": ("questions.xml", "moodle"), "quiz": ("quiz.md", "quiz")}
"""Question banks for the whole class: the file of each, and what writes it."""
USUAL = ("html", "md", "xlsx")


def write(
    made: Made,
    folder: Path,
    *,
    formats: Sequence[str] = USUAL,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the key first, so that nothing is ever handed out without it, and then each student's sheets.

    Every file is whole or is not there; the same exercise gives the same bytes.

    Raises:
        SheetgradError: there is no such format, or the folder has the key of another exercise.
        CannotWriteError: a file cannot be written.
    """
    check_formats(formats)
    _make(folder)
    _refuse_other(folder / FILE, made, replace=replace)
    made.exercise.save(folder / FILE)
    written = [folder / FILE]
    for place, student in enumerate(made.exercise.students, 1):
        if progress:
            progress(f"writing sheets: student {place} of {len(made.exercise.students)}")
        own = folder / student.folder
        _make(own)
        sheet = paper(made, student)
        for form in formats:
            for name, write_one in FORMATS.get(form, {}).items():
                write_one(sheet, own / name)
                written.append(own / name)
    return written + [_bank(made, folder, form) for form in formats if form in BANKS]


def _bank(made: Made, folder: Path, form: str) -> Path:
    from sheetgrad.classroom import bank

    name, function = BANKS[form]
    with replacing(folder / name) as file:
        file.write(getattr(bank, function)(made))
    return folder / name


def check_formats(formats: Sequence[str]) -> None:
    """Refuse a format that there is not.

    Raises:
        SheetgradError: says which there are.
    """
    for form in formats:
        if form not in FORMATS and form not in BANKS:
            message = f"--formats: no format is called {form!r}; there are {', '.join((*FORMATS, *BANKS))}"
            raise SheetgradError(message)


def _make(folder: Path) -> None:
    try:
        if folder.is_symlink():
            message = f"{folder}: is a link to another place, and sheets are not written through one; remove it"
            raise CannotWriteError(message)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder}: the folder cannot be made ({error.strerror}); give another place with -o"
        raise CannotWriteError(message) from error


def _refuse_other(path: Path, made: Made, *, replace: bool) -> None:
    """A key of sheets that may have been handed out is not written over by that of another exercise."""
    if replace or not path.exists():
        return
    try:
        old = load(path)
    except KeyFileError as error:
        message = f"{error}; or write over it with --replace"
        raise KeyFileError(message) from error
    new = made.exercise
    kept = {student.student: student for student in old.students}
    same = all(kept.get(student.student, student) == student for student in new.students)
    if not same or old.questions != new.questions or old.decimals != new.decimals:
        message = (
            f"{path}: is the key of another exercise; give another folder with -o, or write over it with --replace"
        )
        raise SheetgradError(message)

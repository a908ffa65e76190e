"""The class list: who there is, and a folder for each that no name can lead out of."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

COLUMN = "student"
LONGEST_FOLDER = 60
MARK = 8
LONGEST = 1000
"""Characters of an identifier."""
LARGEST = 20_000_000
MOST = 20_000
"""Students."""
_SAFE = re.compile(r"[^\w.@-]+")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


class ClassListError(SheetgradError):
    """A class list that cannot be used; says in which line and why."""


class Entry(NamedTuple):
    """One student of the class."""

    student: str
    """The identifier, as the list has it."""
    name: str
    folder: str


def class_list(path: str | os.PathLike[str]) -> tuple[Entry, ...]:
    """The students in a CSV file with a column `student`, and a column `name` where there is one.

    Raises:
        ClassListError: it cannot be read, has no such column, or names a student twice.
    """
    place = Path(path)
    rows = _rows(place)
    heading = [cell.strip().casefold() for cell in (rows[0] if rows else [])]
    if COLUMN not in heading:
        shown = ", ".join(filter(None, heading))[:200] or "nothing"
        message = f"{place}:1: there is no column `{COLUMN}` (there is {shown}); name it so in the first line"
        raise ClassListError(message)
    at, name_at = heading.index(COLUMN), heading.index("name") if "name" in heading else None
    found: dict[str, tuple[int, str]] = {}
    for line, row in enumerate(rows[1:], 2):
        student = row[at].strip() if at < len(row) else ""
        if not student and not any(cell.strip() for cell in row):
            continue
        _check(place, line, student, found)
        found[student] = line, row[name_at].strip() if name_at is not None and name_at < len(row) else ""
    if not found:
        message = f"{place}: there is no student in it; write one a line, below the heading `{COLUMN}`"
        raise ClassListError(message)
    return entries({student: name for student, (_, name) in found.items()}.items())


def entries(students: Iterable[tuple[str, str]]) -> tuple[Entry, ...]:
    """Students with their names, each with a folder of its own.

    >>> [entry.folder for entry in entries([("ada", ""), ("Bob Li", ""), ("../../etc", "")])]
    ['ada', 'Bob_Li-f3017a74', 'etc-74ccf3c5']
    """
    listed = list(students)
    folders = folders_of([student for student, _ in listed])
    return tuple(Entry(student, name, folder) for (student, name), folder in zip(listed, folders, strict=True))


def folders_of(students: Sequence[str]) -> list[str]:
    """A safe folder for each: what had to be changed, or would be one with another's, ends in a mark of its own."""
    cleaned = [_cleaned(student) for student in students]
    counts: dict[str, int] = {}
    for clean in cleaned:
        counts[clean.casefold()] = counts.get(clean.casefold(), 0) + 1
    return [
        clean if clean == student and counts[clean.casefold()] == 1 else f"{clean}-{_mark(student)}"
        for clean, student in zip(cleaned, students, strict=True)
    ]


def _cleaned(student: str) -> str:
    plain = unicodedata.normalize("NFC", student)
    name = _SAFE.sub("_", plain)[:LONGEST_FOLDER].strip("._-@ ")
    return f"student-{name}" if _DEVICES.fullmatch(name) else name or "student"


def _mark(student: str) -> str:
    """A few digits that belong to this identifier, whoever else is in the class."""
    return hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:MARK]


def _check(place: Path, line: int, student: str, found: dict[str, tuple[int, str]]) -> None:
    if not student:
        message = f"{place}:{line}: the student has no identifier; fill in the column `{COLUMN}`"
        raise ClassListError(message)
    if len(student) > LONGEST:
        message = f"{place}:{line}: the identifier has {len(student):,} characters; {LONGEST:,} are the most"
        raise ClassListError(message)
    if student in found:
        shown = student if len(student) <= LONGEST_FOLDER else f"{student[:LONGEST_FOLDER]}…"
        message = f"{place}:{line}: {shown!r} stands here again (first in line {found[student][0]}); keep one of them"
        raise ClassListError(message)
    if len(found) >= MOST:
        message = f"{place}: there are more than {MOST:,} students; split the list"
        raise ClassListError(message)


def _rows(place: Path) -> list[list[str]]:
    try:
        if place.stat().st_size > LARGEST:
            message = f"{place}: is too large for a class list; {LARGEST // 1_000_000} MB is the most"
            raise ClassListError(message)
        text = place.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = f"{place}: cannot be read ({error.strerror}); give the class list as a CSV file"
        raise ClassListError(message) from error
    except UnicodeDecodeError as error:
        message = f"{place}: is not text in UTF-8; save the list as CSV in UTF-8"
        raise ClassListError(message) from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        message = f"{place}: is not CSV ({error}); save the list as CSV in UTF-8"
        raise ClassListError(message) from error

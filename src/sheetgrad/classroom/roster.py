"""Who is who: from the names that folders, downloads and files carry to the students of a class."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHORTEST = 3
"""Characters that a name must have to be looked for inside a longer one."""
LINES = 60
"""Of a document, in which a name is looked for."""
_NAMED = re.compile(
    r"^[\W_]*(?:full[ _-]?name|name|student(?:[ _-]?(?:id|name|no\.?|number))?|author|id|roll[ _-]?(?:no\.?|number))"
    r"[\s*_`]*[:=|][\s*_`]*(?P<who>[^|\n]{2,80})",
    re.IGNORECASE | re.MULTILINE,
)


class Roster:
    """The students of a class, each under every name that is known of them."""

    def __init__(self, students: Mapping[str, Iterable[str]]) -> None:
        """`students` has the other names (full name, address) of each."""
        self.names = {student: tuple(others) for student, others in students.items()}
        found: dict[str, set[str]] = {}
        for student, others in self.names.items():
            for name in (student, *others):
                for form in _forms(name):
                    found.setdefault(form, set()).add(student)
        self._known = {form: next(iter(who)) for form, who in found.items() if len(who) == 1}

    def __bool__(self) -> bool:
        """Whether anybody is known."""
        return bool(self.names)

    def who(self, *names: str) -> str:
        """The student that one of the names belongs to, the first that is sure; empty where none is.

        >>> Roster({"s17": ["Jane Doe"]}).who("Doe, Jane")
        's17'
        """
        for name in names:
            for form in _forms(name):
                if form in self._known:
                    return self._known[form]
        for name in names:
            inside = {self._known[form] for form in _inside(name) if form in self._known}
            if len(inside) == 1:
                return inside.pop()
        return ""

    def called(self, student: str) -> str:
        """What people call a student: the first other name of two words or more."""
        others = self.names.get(student, ())
        return next((other for other in others if " " in other.strip() and other != student), "")

    def named_in(self, text: str) -> str:
        """The student whose name a document gives on a line of its own (`Name: Jane Doe`)."""
        head = "\n".join(text.splitlines()[:LINES])
        return self.who(*stated(head))


def stated(text: str) -> list[str]:
    r"""What follows `Name:`, `Student:` and their like.

    >>> stated("# Sheet 3\n**Name:** Jane Doe")
    ['Jane Doe']
    """
    return [match["who"].strip(" *_`\t\r") for match in _NAMED.finditer(text)]


def plain(name: str) -> str:
    """A name without case, accents and punctuation."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def _words(name: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", bare)


def _forms(name: str) -> list[str]:
    """The name in one piece, and its words in the order of the alphabet (`Doe, Jane` is `Jane Doe`)."""
    whole = plain(name)
    return [form for form in dict.fromkeys((whole, " ".join(sorted(_words(name))))) if form]


def _inside(name: str) -> list[str]:
    """Every run of words in a longer name: `sheet3_s17_final` holds `s17`."""
    words = _words(name)
    runs = [
        words[start:stop] for start in range(len(words)) for stop in range(start + 1, min(start + 4, len(words)) + 1)
    ]
    runs.sort(key=lambda run: -sum(map(len, run)))
    return [form for run in runs for form in ("".join(run), " ".join(sorted(run))) if len(form) >= SHORTEST]


class _Columns(NamedTuple):
    student: str
    others: tuple[str, ...]


def roster_of(path: str | Path) -> Roster:
    """The students that a CSV file lists in its column `student`; the other columns are further names.

    Raises:
        SheetgradError: the file cannot be read, or has no such column.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = _columns(reader.fieldnames or (), str(path))
            rows = [(row.get(columns.student) or "", row) for row in reader]
    except (OSError, ValueError, csv.Error) as problem:
        message = f"{path}: cannot be read as a list of students ({problem}); it is a CSV file with a column `student`"
        raise SheetgradError(message) from problem
    return Roster(
        {
            student.strip(): [row[key] for key in columns.others if row.get(key)]
            for student, row in rows
            if student.strip()
        }
    )


def _columns(names: Iterable[str], path: str) -> _Columns:
    names = list(names)
    student = next((name for name in names if name.strip().casefold() == "student"), None)
    if student is None:
        message = f"{path}: has no column `student`; its columns are {', '.join(names) or 'none'}"
        raise SheetgradError(message)
    others = tuple(name for name in names if re.search(r"name|mail|id|number", name, re.IGNORECASE) and name != student)
    return _Columns(student, others)

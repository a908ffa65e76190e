"""How learning platforms name what they let teachers download.

Moodle: `Full Name_12345_assignsubmission_file_/README.md`, or the same with the
file's name behind it and no folder. Canvas: `doejane_LATE_123_456_README.md`.
Gradescope: `submission_123/README.md`, and beside the folders a file
`submission_metadata.yml` that says whose they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

METADATA = "submission_metadata.yml"
_MOODLE = re.compile(r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?")
_CANVAS = re.compile(r"(?P<who>[^\W_]+)(?:_(?P<late>LATE))?_(?P<number>\d+)_\d+_(?P<file>.+)")
_GRADESCOPE = re.compile(r"submission_(?P<number>\d+)")
_KEY = re.compile(r"(?P<space> *)(?:- )?:?(?P<key>[\w-]+):(?: (?P<value>.*))?")
LONGEST = 20_000_000
"""Characters of a list of submissions that are read."""


class Labelled(NamedTuple):
    """What the name of a folder or file says: whose it is, a key that its files share, and the file's own name."""

    who: str
    key: str
    file: str = ""
    late: bool = False


class Submission(NamedTuple):
    """One submission as Gradescope lists it."""

    names: tuple[tuple[str, ...], ...] = ()
    """For each of those who handed it in: name, number and address, as far as they are given."""
    time: str = ""


def labelled(name: str) -> Labelled | None:
    """What a platform's name says; None where no platform named it.

    >>> labelled("Jane Doe_4711_assignsubmission_file_README.md")
    Labelled(who='Jane Doe', key='Jane Doe_4711', file='README.md', late=False)
    """
    match = _MOODLE.fullmatch(name)
    if match is not None:
        return Labelled(match["who"], f"{match['who']}_{match['number']}", match["file"] or "")
    match = _CANVAS.fullmatch(name)
    if match is not None and "." in match["file"]:
        return Labelled(match["who"], f"{match['who']}_{match['number']}", match["file"], match["late"] is not None)
    match = _GRADESCOPE.fullmatch(name)
    return Labelled("", name) if match is not None else None


def submissions(text: str) -> dict[str, Submission]:
    r"""What `submission_metadata.yml` says of each folder.

    The file is written by a program and regular, so the few lines that matter are
    picked out; the rest of YAML is not needed, and its dangers neither.

    >>> submissions("submission_7:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '17'\n")["submission_7"].names
    (('Jane Doe', '17'),)
    """
    found: dict[str, Submission] = {}
    folder, inside = "", False
    people: list[list[str]] = []
    for line in text[:LONGEST].splitlines():
        match = _KEY.fullmatch(line.rstrip())
        if match is None:
            continue
        key, value, depth = match["key"], _value(match["value"] or ""), len(match["space"])
        if depth == 0 and not line.startswith("-"):
            folder, inside, people = key, False, []
            found[folder] = Submission()
        elif key == "submitters":
            inside = True
        elif key == "created_at" and folder:
            inside = False
            found[folder] = found[folder]._replace(time=value if not found[folder].time else found[folder].time)
        elif inside and key in {"name", "sid", "email"} and value and folder:
            if not people or line.lstrip().startswith("- "):
                people.append([])
            people[-1].append(value)
            found[folder] = found[folder]._replace(names=tuple(map(tuple, people)))
        elif inside and key not in {"name", "sid", "email"}:
            inside = False
    return {folder: one for folder, one in found.items() if _GRADESCOPE.fullmatch(folder)}


def _value(text: str) -> str:
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == "'":
        return bare[1:-1].replace("''", "'")
    return bare.strip('"') if bare != "null" else ""

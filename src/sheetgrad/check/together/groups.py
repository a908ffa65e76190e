"""Which of many files were handed in together: those of one folder."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.check.findings import Report

MOST = 12
"""Files of one hand-in; a folder with more holds those of many people, and only files of one name belong together."""


def compared(reports: Sequence[Report]) -> list[tuple[int, ...]]:
    """The numbers of reports whose files were handed in together and have something that can be compared."""
    known = {n: (r.path, r.kind == "workbook") for n, r in enumerate(reports) if r.facts and not r.error}
    return hand_ins({number: file for number, file in known.items() if file[0] != "-"})


def hand_ins(files: Mapping[int, tuple[str, bool]]) -> list[tuple[int, ...]]:
    """The numbers of files that belong together, two or more each; for each file its path and whether it is a workbook.

    Files of one folder belong together. Workbooks in the one folder below a text belong to
    it; a folder with many files is taken apart by the names without their endings.

    >>> hand_ins({0: ("ann/README.md", False), 1: ("ann/steps.xlsx", True), 2: ("bob/steps.xlsx", True)})
    [(0, 1)]
    """
    folders: dict[PurePath, list[int]] = {}
    for number, (path, _) in files.items():
        folders.setdefault(PurePath(path).parent, []).append(number)
    joined = _joined(folders, {number: is_book for number, (_, is_book) in files.items()})
    found = (part for numbers in joined for part in _parts(numbers, files))
    return [tuple(part) for part in found if len(part) > 1]


def _joined(folders: Mapping[PurePath, Sequence[int]], is_book: Mapping[int, bool]) -> list[list[int]]:
    """Folders of texts alone take in the one folder of workbooks alone that lies below them."""
    texts = [folder for folder, numbers in folders.items() if not any(is_book[n] for n in numbers)]
    made = {folder: list(numbers) for folder, numbers in folders.items()}
    for folder in texts:
        below = [other for other in folders if folder in other.parents]
        if len(below) == 1 and all(is_book[n] for n in folders[below[0]]) and below[0] in made:
            made[folder] += made.pop(below[0])
    return [sorted(numbers) for numbers in made.values()]


def _parts(numbers: Sequence[int], files: Mapping[int, tuple[str, bool]]) -> Iterable[list[int]]:
    if len(numbers) <= MOST:
        return [list(numbers)]
    stems: dict[str, list[int]] = {}
    for number in numbers:
        stems.setdefault(PurePath(files[number][0]).stem.casefold(), []).append(number)
    return [part for part in stems.values() if len(part) <= MOST]

"""The files of one hand-in, unpacked and ready to be read, for as long as they are needed."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.files import FORMS, Given, files
from sheetgrad.classroom.archives import ArchiveError, Unpacker, members
from sheetgrad.classroom.cells import BOOKS
from sheetgrad.classroom.handins import PICTURES, ZIP, is_junk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.classroom.handins import HandIn, Piece

MOST_FILES = 80
"""Of one hand-in, that are read."""
MOST_NESTED = 2
"""Zips inside zips that are opened."""


class File(NamedTuple):
    """One file of a hand-in: how its author calls it, and where it lies; or why it is not read."""

    shown: str
    given: Given
    problem: str = ""


@contextmanager
def opened(hand_in: HandIn) -> Iterator[tuple[File, ...]]:
    """The files of a hand-in, zips unpacked into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sheetgrad-") as folder:
        opener = _Opener(Path(folder))
        for piece in hand_in.pieces:
            opener.open(piece)
        yield tuple(opener.files)


def digest(found: tuple[File, ...], also: str) -> str:
    """What tells one state of a hand-in, and of everything that decides its marks, from another."""
    made = hashlib.sha256(also.encode())
    for file in found:
        made.update(f"\0{file.shown}\0{file.problem}\0".encode())
        if file.given.size:
            with Path(file.given.path).open("rb") as source:
                made.update(hashlib.file_digest(source, "sha256").digest())
    return made.hexdigest()


class _Opener:
    """Opens pieces one after the other, and gives up where a hand-in grows beyond its bounds."""

    def __init__(self, folder: Path) -> None:
        self.unpacker = Unpacker(folder)
        self.files: list[File] = []

    def open(self, piece: Piece) -> None:
        try:
            if not piece.member:
                self._file(piece.shown, Path(piece.path), 0)
                return
            if not _is_read(piece.member):
                self._left(piece.shown, piece.member)
                return
            with zipfile.ZipFile(piece.path) as archive:
                self._file(piece.shown, self.unpacker.unpack(archive, piece.member), 0)
        except (ArchiveError, OSError, zipfile.BadZipFile) as problem:
            self._broken(piece.shown, str(problem))

    def _file(self, shown: str, path: Path, depth: int) -> None:
        if PurePosixPath(shown).suffix.lower() == ZIP:
            self._zip(shown, path, depth)
        elif not _is_read(shown):
            self._left(shown, shown)
        elif len(self.files) < MOST_FILES:
            (given,) = files([path])
            self.files.append(File(shown, given, given.error))
        elif len(self.files) == MOST_FILES:
            self._broken(shown, f"there are more than {MOST_FILES} files; the others were not read")

    def _zip(self, shown: str, path: Path, depth: int) -> None:
        if depth >= MOST_NESTED:
            self._broken(shown, "is a zip in a zip in a zip; unpack it")
            return
        found = members(path)
        with zipfile.ZipFile(path) as archive:
            for member in found:
                name = f"{shown}/{'/'.join(member.parts)}"
                if any(map(is_junk, member.parts)):
                    continue
                if member.refused:
                    self._broken(name, member.refused)
                elif not _is_read(name):
                    self._left(name, name)
                elif len(self.files) <= MOST_FILES:
                    self._file(name, self.unpacker.unpack(archive, member.name), depth + 1)

    def _left(self, shown: str, name: str) -> None:
        """A file that is not read: pictures go without a word, the rest says why."""
        ending = PurePosixPath(name).suffix.lower()
        if ending in PICTURES or len(self.files) > MOST_FILES:
            return
        from sheetgrad.check.files import advice

        self._broken(shown, advice(shown, ending))

    def _broken(self, shown: str, problem: str) -> None:
        if len(self.files) <= MOST_FILES:
            self.files.append(File(shown, Given(shown, error=problem), problem))


def _is_read(name: str) -> bool:
    ending = PurePosixPath(name).suffix.lower()
    return ending in FORMS or ending in BOOKS or ending in {ZIP, ""}

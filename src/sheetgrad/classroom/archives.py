"""Zip files of other people, opened without trusting them.

What a zip says of itself is not believed: names that lead out of its folder, links,
devices and encrypted members are refused, and bytes are counted while they are
unpacked, so that a small file cannot fill a disk.
"""

from __future__ import annotations

import stat
import zipfile
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple

from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from pathlib import Path

MOST_MEMBERS = 100_000
"""In a whole download; a thousand hand-ins of a hundred files."""
LARGEST_MEMBER = 100_000_000
"""Bytes of one file when unpacked: that of the largest notebook that is read."""
LARGEST_WHOLE = 400_000_000
"""Bytes of all files of one hand-in when unpacked."""
LARGEST_LIST = 64_000_000
"""Bytes of the list of members at the end of a zip: more is a list that fills the memory."""
CHUNK = 1 << 16


class ArchiveError(SheetgradError):
    """A zip that is broken, or that is not what a hand-in looks like."""


class Member(NamedTuple):
    """One file in a zip: its name there, its parts, when it was last changed (as written), or why it is refused."""

    name: str
    parts: tuple[str, ...]
    time: str = ""
    refused: str = ""


def members(archive: str | Path) -> list[Member]:
    """Every file in a zip, in the order of their names; what is refused says why.

    Raises:
        ArchiveError: it is no zip, or it holds more files than any class hands in.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, MemoryError) as problem:
        message = f"{archive}: cannot be opened as a zip ({problem}); pack it again as .zip"
        raise ArchiveError(message) from problem
    if len(infos) > MOST_MEMBERS:
        message = f"{archive}: holds {len(infos):,} files; give the hand-ins in several zips"
        raise ArchiveError(message)
    return sorted((_member(info) for info in infos if not info.is_dir()), key=lambda member: member.name)


def _member(info: zipfile.ZipInfo) -> Member:
    name = info.filename.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    year, month, day, hour, minute, second = info.date_time
    time = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{min(second, 59):02}"
    return Member(info.filename, parts, time, _refused(info, name, parts))


def _refused(info: zipfile.ZipInfo, name: str, parts: tuple[str, ...]) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        return "is a link or a device, not a file"
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
        return "leads out of the folder it should lie in"
    if info.flag_bits & 1:
        return "is encrypted; pack it again without a password"
    if info.file_size > LARGEST_MEMBER:
        return f"is larger than {LARGEST_MEMBER // 1_000_000} MB"
    return ""


class Unpacker:
    """Unpacks members of one hand-in into a folder, and stops when they grow too large together."""

    def __init__(self, folder: Path, *, most: int = LARGEST_WHOLE) -> None:
        """Begin with nothing unpacked."""
        self.folder = folder
        self.left = most
        self.count = 0

    def unpack(self, opened: zipfile.ZipFile, name: str) -> Path:
        """One member as a file of our own name with the same ending.

        Raises:
            ArchiveError: it is broken, or larger than it may be.
        """
        self.count += 1
        ending = PurePosixPath(name.replace("\\", "/")).suffix[:12]
        target = self.folder / f"{self.count:05}{ending if ending[1:].isalnum() else ''}"
        try:
            with opened.open(name) as source, target.open("xb") as made:
                self._copy(source, made, name)
        except ArchiveError:
            target.unlink()
            raise
        except Exception as problem:  # zipfile raises many kinds on broken members, zlib.error among them
            target.unlink(missing_ok=True)
            message = f"{name}: cannot be unpacked ({problem}); pack it again as .zip"
            raise ArchiveError(message) from problem
        return target

    def _copy(self, source: IO[bytes], made: IO[bytes], name: str) -> None:
        most = min(self.left, LARGEST_MEMBER)
        while chunk := source.read(CHUNK):
            most -= len(chunk)
            self.left -= len(chunk)
            if most < 0:
                message = (
                    f"{name}: is larger than {LARGEST_MEMBER // 1_000_000} MB, or all files together are too large"
                )
                raise ArchiveError(message)
            made.write(chunk)

"""A spreadsheet file as the zip file that it is, read within bounds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from sheetgrad.read.book import limits
from sheetgrad.read.book.limits import UnreadableBookError, too_much

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1 << 16
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, struct.error)
ENCRYPTED = 1
"""The flag of a member that needs a password."""


class Package:
    """The members of a zip file by name; what has been unpacked so far is counted over all of them."""

    def __init__(self, path: str, data: bytes) -> None:
        """Read the list of members.

        Raises:
            UnreadableBookError: the zip file is cut off, broken or too large.
        """
        self.path = path
        self._left = limits.INFLATED_BYTES
        _check_directory(path, data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise _broken(path) from error
        members = self._zip.infolist()
        if len(members) > limits.MEMBERS:
            too_much(path, "members", limits.MEMBERS)
        self._members = {member.filename.lstrip("/").lower(): member for member in reversed(members)}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all members, as the file spells them."""
        return tuple(member.filename for member in self._members.values())

    def __contains__(self, name: str) -> bool:
        """Whether there is a member; capitals do not matter, as in the standard."""
        return name.lstrip("/").lower() in self._members

    def chunks(self, name: str, limit: int = limits.INFLATED_BYTES) -> Iterator[bytes]:
        """The bytes of a member, piece by piece.

        Raises:
            UnreadableBookError: it is missing, damaged, protected, or unpacks to more than is read.
        """
        member = self._members.get(name.lstrip("/").lower())
        if member is None:
            raise UnreadableBookError(f"{self.path}: the part {name} is missing. The file is damaged: save it again.")
        if member.flag_bits & ENCRYPTED:
            raise UnreadableBookError(
                f"{self.path}: the file is protected by a password. A copy saved without one would be read."
            )
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableBookError(
                f"{self.path}: {name} is packed in a way that spreadsheets do not use. Save the file again."
            )
        read = 0
        try:
            with self._zip.open(member) as file:
                while chunk := file.read(CHUNK):
                    read += len(chunk)
                    self._left -= len(chunk)
                    if self._left < 0 or read > limit:
                        too_much(self.path, f"bytes in {name}", min(limit, limits.INFLATED_BYTES))
                    if read > limits.RATIO_FROM and read > limits.RATIO * max(1, member.compress_size):
                        raise UnreadableBookError(
                            f"{self.path}: {name} unpacks to more than {limits.RATIO} times its size, "
                            "as files do that are made to fill the memory. It is not read."
                        )
                    yield chunk
        except _BROKEN as error:
            raise _broken(self.path, name) from error

    def whole(self, name: str, limit: int = limits.SMALL_PART_BYTES) -> bytes:
        """All bytes of a small member."""
        return b"".join(self.chunks(name, limit))


def _broken(path: str, name: str = "") -> UnreadableBookError:
    where = f" (in {name})" if name else ""
    return UnreadableBookError(
        f"{path}: the file is cut off or damaged{where}. Download or copy it again, or save it anew."
    )


def _check_directory(path: str, data: bytes) -> None:
    """Refuse a list of members that would fill the memory before anything of it is looked at."""
    at = data.rfind(_END, max(0, len(data) - 66_000))
    if at < 0 or at + 22 > len(data):
        raise _broken(path)
    (size,) = struct.unpack_from("<L", data, at + 12)
    if data[max(0, at - 20) : at].startswith(_LOCATOR_64):
        (record,) = struct.unpack_from("<Q", data, at - 12)
        if record + 56 > len(data) or data[record : record + 4] != _END_64:
            raise _broken(path)
        (size,) = struct.unpack_from("<Q", data, record + 40)
    if size > limits.DIRECTORY_BYTES:
        too_much(path, "bytes in its list of members", limits.DIRECTORY_BYTES)

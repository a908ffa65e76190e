"""The door: a file or its bytes to a Book, whatever its ending says it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sheetgrad.read.book import limits
from sheetgrad.read.book.limits import UnreadableBookError
from sheetgrad.read.book.ods import read_ods
from sheetgrad.read.book.package import CHUNK, Package
from sheetgrad.read.book.xlsx import Workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from sheetgrad.read.book.cells import Book

SAVE = "Save it as an .xlsx file (Excel workbook) and give that."
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINNINGS = (
    (b"%PDF", "it is a PDF. The spreadsheet that it was printed from would be read."),
    (b"\x09\x08", f"it is an .xls file of an old Excel. {SAVE}"),
    (b"{\\rtf", f"it is a text document. {SAVE}"),
    (b"\x89PNG", "it is a picture. The spreadsheet that it shows would be read."),
    (b"\xff\xd8\xff", "it is a picture. The spreadsheet that it shows would be read."),
    (b"Rar!", "it is an archive. Unpack it and give the spreadsheet in it."),
    (b"7z\xbc\xaf", "it is an archive. Unpack it and give the spreadsheet in it."),
    (b"\x1f\x8b", "it is an archive. Unpack it and give the spreadsheet in it."),
)
"""How files begin that are given for spreadsheets and are none."""
_INSIDE = (
    ("xl/workbook.bin", f"it is an .xlsb file, which holds its cells in a form of its own. {SAVE}"),
    ("word/document.xml", "it is a Word document. The checker reads documents as Markdown, LaTeX or text."),
    ("ppt/presentation.xml", "it is a presentation. Give the spreadsheet."),
    ("index/document.iwa", "it is a file of Apple Numbers. Export it to Excel and give that."),
    ("index.zip", "it is a file of Apple Numbers. Export it to Excel and give that."),
)
"""What zip files hold that are given for spreadsheets and are none."""


def open_book(source: str | os.PathLike[str] | bytes, *, name: str = "") -> Book:
    """Read a spreadsheet file (.xlsx, .xlsm, .ods): the cells of every sheet with their formulas and stored values.

    What the file holds decides how it is read, not its ending. Nothing in it is
    run and no link is followed. `name` is what messages call the file.

    Raises:
        UnreadableBookError: it is no spreadsheet, is broken, protected by a password, or too large.
        OSError: the file cannot be opened.
    """
    data = source if isinstance(source, bytes) else _bytes(Path(source))
    path = name or ("the file" if isinstance(source, bytes) else str(source))
    if len(data) > limits.FILE_BYTES:
        raise UnreadableBookError(f"{path}: it has more than {limits.FILE_BYTES:,} bytes, which is more than is read.")
    if not data.startswith(b"PK"):
        if _is_flat(data):
            return read_ods(path, _pieces(data))
        raise UnreadableBookError(f"{path}: {_what(data)}")
    package = Package(path, data)
    for part, what in _INSIDE:
        if part in package:
            raise UnreadableBookError(f"{path}: {what}")
    if "content.xml" in package:
        return _ods(package)
    if "[Content_Types].xml" not in package and "xl/workbook.xml" not in package:
        raise UnreadableBookError(f"{path}: it is a zip file without a spreadsheet. Give the .xlsx file itself.")
    return Workbook(package).read()


def _ods(package: Package) -> Book:
    """An OpenDocument file, if it is a spreadsheet and open to all."""
    kind = package.whole("mimetype", 1000).decode("latin-1") if "mimetype" in package else "spreadsheet"
    if "spreadsheet" not in kind:
        raise UnreadableBookError(
            f"{package.path}: it is an OpenDocument file, but no spreadsheet. Give the .ods file."
        )
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.whole("META-INF/manifest.xml"):
        raise UnreadableBookError(
            f"{package.path}: it is protected by a password. A copy saved without one would be read."
        )
    return read_ods(package.path, package.chunks("content.xml"), package)


def _is_flat(data: bytes) -> bool:
    """Whether it is an OpenDocument spreadsheet as one XML file."""
    head = data[:20_000]
    return b"<office:document" in head and b"opendocument.spreadsheet" in head


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(limits.FILE_BYTES + 1)


def _what(data: bytes) -> str:
    """What a file is that is no zip file, and what would be read."""
    if not data:
        return "it is empty. Copy or download it again."
    if data.startswith(_OLD):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "it is protected by a password. A copy saved without one would be read."
        return f"it is a file of an old Office, such as .xls. {SAVE}"
    for beginning, what in _BEGINNINGS:
        if data.startswith(beginning):
            return what
    head = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return f"it is a spreadsheet of Excel 2003 in XML. {SAVE}"
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")) or b"<html" in head:
        return f"it is a web page with the ending of a spreadsheet: open it in a spreadsheet and save it. {SAVE}"
    if head.startswith(b"{") and b"doc_id" in head:
        return "it is only a link to Google Sheets. Download the sheet as an .xlsx file and give that."
    return f"it is no spreadsheet. {SAVE}"

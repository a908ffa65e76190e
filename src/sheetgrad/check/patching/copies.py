"""A copy of a workbook in which some formulas are put right, or only marked.

Only the XML of the cells concerned is written anew: pictures, charts, formats and
everything else in the package stay byte for byte as they are.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from sheetgrad.check.patching.colours import CHANGED, MARKED, coloured
from sheetgrad.check.patching.places import Edit, applied, attribute, prefix, spans, with_attributes
from sheetgrad.check.patching.review import sheet_xml
from sheetgrad.check.patching.sheets import styles_in_use, with_changes, with_values
from sheetgrad.errors import SheetgradError
from sheetgrad.files import replacing
from sheetgrad.read.book import limits, open_book
from sheetgrad.read.book.package import Package
from sheetgrad.read.book.recalculated import CIRCLE, Recalculation, recalculated
from sheetgrad.read.book.xlsx import Workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from sheetgrad.check.patching.review import Line
    from sheetgrad.read.book.cells import Book, Place, Value

REVIEW = "Review"
_TYPES = "[Content_Types].xml"
_SHEET_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_CLOSE = 1e-12
"""Values that differ by less, on their own scale, are not written anew."""


class CannotPatchError(SheetgradError):
    """A file of which no corrected copy can be made; says why and what can."""


class Change(NamedTuple):
    """What to do with one cell."""

    sheet: str
    place: Place
    formula: str
    """The formula in A1 form that the cell shall have; nothing marks the cell only."""
    reason: str


class Patched(NamedTuple):
    """What was done: cells with another formula, cells marked only, and changes that could not be made."""

    changed: int
    marked: int
    left: tuple[Change, ...]


def patched(
    path: str | os.PathLike[str], changes: Sequence[Change], target: str | os.PathLike[str], *, annotate: bool = False
) -> Patched:
    """Write a copy of an .xlsx or .xlsm file with formulas changed, coloured, and listed on a sheet of their own.

    Where a formula changes, all values that follow from it are computed anew. With
    `annotate`, cells are coloured and listed, and no formula changes.

    Raises:
        CannotPatchError: it is no .xlsx or .xlsm file, or has no sheet of a change's name.
        UnreadableBookError: it cannot be read.
        CannotWriteError: the copy cannot be written.
    """
    data = Path(path).read_bytes()
    book = open_book(data, name=str(path))
    parts = {sheet.name: sheet.part for sheet in book.sheets if sheet.part}
    if not parts:
        raise CannotPatchError(f"{path}: only .xlsx and .xlsm files can be corrected. Save it as .xlsx and check that.")
    for change in changes:
        if change.sheet not in parts:
            raise CannotPatchError(f"{path}: there is no sheet {change.sheet}. The file has {', '.join(parts)}.")
    package = Package(str(path), data)
    new, lines, left = _with_formulas(package, parts, changes, annotate=annotate)
    _add_review(package, new, lines, [sheet.name for sheet in book.sheets])
    if any(line.now for line in lines):
        _add_values(package, new, book, parts)
    with replacing(target, "wb") as file:
        file.write(_packed(data, new))
    changed = sum(bool(line.now) for line in lines)
    return Patched(changed, len(lines) - changed, tuple(left))


def _with_formulas(
    package: Package, parts: Mapping[str, str], changes: Sequence[Change], *, annotate: bool
) -> tuple[dict[str, bytes], list[Line], list[Change]]:
    """The parts that change, the lines of the review, and the changes that could not be made."""
    by_sheet: dict[str, dict[Place, Change]] = defaultdict(dict)
    for change in changes:
        by_sheet[change.sheet][change.place] = change
    found = {sheet: package.whole(parts[sheet], limits.INFLATED_BYTES) for sheet in by_sheet}
    colours = {
        (sheet, place): (style, MARKED if annotate or not by_sheet[sheet][place].formula else CHANGED)
        for sheet, xml in found.items()
        for place, style in styles_in_use(xml, list(by_sheet[sheet])).items()
    }
    new: dict[str, bytes] = {}
    copies: dict[tuple[int, str], int] = {}
    styles = _styles_part(package)
    if styles:
        new[styles], copies = coloured(package.whole(styles), list(colours.values()))
    lines: list[Line] = []
    left: list[Change] = []
    for sheet, xml in found.items():
        mine = {place: copies[want] for (name, place), want in colours.items() if name == sheet and want in copies}
        patch = with_changes(xml, by_sheet[sheet], mine, annotate=annotate)
        new[parts[sheet]] = patch.data
        lines += patch.lines
        left += patch.left
    return new, lines, left


def _styles_part(package: Package) -> str:
    """The part with the styles, or nothing."""
    related = Workbook(package).related_to_main()
    return next((r.target for r in related.values() if r.kind == "styles" and r.target in package), "")


def _add_review(package: Package, new: dict[str, bytes], lines: Sequence[Line], names: Sequence[str]) -> None:
    """Add the sheet that lists the changes, and name it wherever a package names its sheets."""
    book = Workbook(package)
    main, folder = package.whole(book.main), posixpath.dirname(book.main)
    listed = spans(main, "sheet")
    root = spans(main, "workbook")[0]
    strict = b"purl.oclc.org/ooxml/spreadsheetml" in main[root.start : root.inner]
    number = next(
        n for n in range(1, limits.SHEETS * 2) if f"{folder}/worksheets/review{n}.xml".lstrip("/") not in package
    )
    part = f"{folder}/worksheets/review{number}.xml".lstrip("/")
    taken = {name.lower() for name in names}
    name = next(n for n in (REVIEW, *(f"{REVIEW} {k}" for k in range(2, limits.SHEETS * 2))) if n.lower() not in taken)
    space = "http://purl.oclc.org/ooxml/spreadsheetml/main" if strict else _MAIN
    new[part] = sheet_xml(lines, space)
    relations = f"{folder}/_rels/{posixpath.basename(book.main)}.rels".lstrip("/")
    key = b"rIdReview%d" % number
    kind = (
        b"http://purl.oclc.org/ooxml/officeDocument"
        if strict
        else b"http://schemas.openxmlformats.org/officeDocument/2006"
    )
    relation = b'Relationship Id="%b" Type="%b/relationships/worksheet" Target="worksheets/review%d.xml"/>'
    new[relations] = _appended(package.whole(relations), "Relationships", relation % (key, kind, number))
    override = b'Override PartName="/%b" ContentType="%b"/>' % (part.encode(), _SHEET_TYPE)
    new[_TYPES] = _appended(package.whole(_TYPES), "Types", override)
    tags = [main[span.start : span.inner] for span in listed]
    numbers = [int(known) for tag in tags if (known := attribute(tag, b"sheetId")) and known.isdigit()]
    id_name = next((found[1] for tag in tags if (found := re.search(rb"\s([\w.-]+:id)\s*=", tag))), b"r:id")
    entry = b'sheet name="%b" sheetId="%d" %b="%b"/>' % (name.encode(), max(numbers, default=0) + 1, id_name, key)
    new[book.main] = _recalculating(_appended(main, "sheets", entry))


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _appended(data: bytes, name: str, element: bytes) -> bytes:
    """A part with an element more at the end of a list."""
    span = spans(data, name)[0]
    tag = data[span.start : span.inner]
    start = b"<" + prefix(tag)
    if tag.endswith(b"/>"):
        return applied(
            data, [Edit(span.start, span.end, tag[:-2] + b">" + start + element + b"</" + tag[1:-2].split()[0] + b">")]
        )
    close = data.rindex(b"</", span.start, span.end)
    return applied(data, [Edit(close, close, start + element)])


def _recalculating(main: bytes) -> bytes:
    """The workbook's own part, asking the spreadsheet to compute everything when it opens the file."""
    for span in spans(main, "calcPr")[:1]:
        tag = with_attributes(main[span.start : span.inner], {b"fullCalcOnLoad": b"1"})
        return applied(main, [Edit(span.start, span.inner, tag)])
    last = max(span.end for name in ("sheets", "externalReferences", "definedNames") for span in spans(main, name)[:1])
    mark = prefix(main[spans(main, "sheets")[0].start :][:100])
    return applied(main, [Edit(last, last, b'<%bcalcPr fullCalcOnLoad="1"/>' % mark)])


def _add_values(package: Package, new: dict[str, bytes], before: Book, parts: Mapping[str, str]) -> None:
    """Compute the values that follow from the new formulas, and put them in where they are others."""
    after = open_book(_packed_parts(package, new), name=before.path)
    old, now = Recalculation(before), recalculated(after)
    stored = {(page.name, place): cell.value for page in after.sheets for place, cell in page.cells.items()}
    changed: dict[str, dict[Place, Value]] = defaultdict(dict)
    for (sheet, place), value in now.items():
        where = sheet, place
        if sheet not in parts or value == CIRCLE or _same(stored[where], value):
            continue
        if not _same(old.some([where]).get(where), value):
            changed[sheet][place] = value
    for sheet, values in changed.items():
        part = parts[sheet]
        xml = new.get(part) or package.whole(part, limits.INFLATED_BYTES)
        new[part] = with_values(xml, values)


def _same(old: Value, new: Value) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) <= _CLOSE * max(abs(old), abs(new))
    return old == new


def _packed_parts(package: Package, new: Mapping[str, bytes]) -> bytes:
    """A package with the parts in it, quickly packed, to be read again at once."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=1) as file:
        lower = {name.lower() for name in new}
        for name in package.names:
            if name.lstrip("/").lower() not in lower and not name.endswith("/"):
                small = name.endswith((".xml", ".rels"))
                file.writestr(name, package.whole(name, limits.INFLATED_BYTES) if small else b"")
        for name, data in new.items():
            file.writestr(name, data)
    return buffer.getvalue()


def _packed(data: bytes, new: Mapping[str, bytes]) -> bytes:
    """The package with some parts put in the place of others; all others are copied as they are, still packed."""
    buffer, left = io.BytesIO(), {name.lower(): name for name in new}
    with ZipFile(io.BytesIO(data)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for member in old.infolist():
            name = left.pop(member.filename.lstrip("/").lower(), None)
            if name is not None:
                member.compress_type = ZIP_DEFLATED
                file.writestr(member, new[name])
                continue
            at = member.header_offset
            start = (
                at
                + 30
                + int.from_bytes(data[at + 26 : at + 28], "little")
                + int.from_bytes(data[at + 28 : at + 30], "little")
            )
            packed = data[start : start + member.compress_size]
            member.flag_bits &= ~8  # the sizes stand before the data, not behind
            member.extra = b""
            member.header_offset = file.start_dir
            assert file.fp is not None  # noqa: S101 -- it was opened above
            file.fp.seek(file.start_dir)
            file.fp.write(member.FileHeader())
            file.fp.write(packed)
            file.filelist.append(member)
            file.NameToInfo[member.filename] = member
            file.start_dir = file.fp.tell()
        for name in left.values():
            file.writestr(name, new[name])
    return buffer.getvalue()

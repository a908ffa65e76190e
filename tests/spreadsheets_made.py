"""Spreadsheet packages written part by part, as odd as files in the wild are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Parts as a zip file."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return buffer.getvalue()


def relations(*targets: tuple[str, str], office: str = OFFICE) -> str:
    """A list of relationships: kinds and targets under rId1, rId2, …"""
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def sheet(rows: str, *, after: str = "", space: str = MAIN) -> str:
    """A sheet's XML around its rows."""
    return f'<worksheet xmlns="{space}" xmlns:r="{OFFICE}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def xlsx(
    *sheets: str,
    texts: str = "",
    names: str = "",
    more: Mapping[str, str | bytes] | None = None,
    space: str = MAIN,
    office: str = OFFICE,
    attributes: str = "",
) -> bytes:
    """A workbook of sheets Sheet1, Sheet2, … given as XML; other parts as they are."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"{attributes}/>' for n in numbers)
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    targets += [("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")]
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
    overrides += "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
    )
    overrides += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
    overrides += f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml"), office=office),
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{office}"><sheets>{listed}</sheets>'
        f"<definedNames>{names}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": relations(*targets, office=office),
        "xl/sharedStrings.xml": f'<sst xmlns="{space}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{space}"><fonts count="1"><font><sz val="11"/>'
        '<name val="Calibri"/></font>'
        '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
        'patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" '
        'fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>",
    }
    for n, text in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = text
    return packed(parts | dict(more or {}))


def formula(place: str, text: str, value: object = "", more: str = "") -> str:
    """A cell with a formula and a number."""
    return f'<c r="{place}"><f{more}>{escape(text)}</f><v>{value}</v></c>'


def number(place: str, value: object) -> str:
    """A cell with a number."""
    return f'<c r="{place}"><v>{value}</v></c>'


def row(place: int, *cells: str) -> str:
    """A row of cells."""
    return f'<row r="{place}">{"".join(cells)}</row>'


def one(text: str, *, names: str = "") -> bytes:
    """A workbook with one formula in it, above and left of which are numbers."""
    numbers = "".join(
        row(r, *(number(f"{letters}{r}", r + place / 8) for place, letters in enumerate("ABC", 1))) for r in (1, 2, 3)
    )
    return xlsx(sheet(numbers + row(4, formula("D4", text))), names=names)


ODS = "urn:oasis:names:tc:opendocument:xmlns"


def ods(tables: str, *, names: str = "", styles: str = "") -> bytes:
    """An OpenDocument spreadsheet around its tables."""
    spaces = " ".join(
        f'xmlns:{short}="{ODS}:{short}:1.0"' for short in ("office", "table", "text", "style", "draw", "chart")
    )
    content = (
        f'<office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}"
        f"<table:named-expressions>{names}</table:named-expressions></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})

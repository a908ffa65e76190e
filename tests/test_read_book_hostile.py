"""Files that are broken, protected, something else, or made to do harm end with a clear message, soon and cheaply."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spreadsheets_made import MAIN, formula, number, ods, one, packed, relations, row, sheet, xlsx

from sheetgrad.read.book import UnreadableBookError, limits, open_book
from sheetgrad.read.book.recalculated import recalculated

if TYPE_CHECKING:
    from pathlib import Path

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PLAIN = xlsx(sheet(row(1, number("A1", 1), formula("B1", "A1*2", 2))))
NOT_A_BOOK = {
    "empty": (b"", "empty"),
    "pdf": (b"%PDF-1.7 and so on", "PDF"),
    "password": (OLD + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
    "old excel": (OLD + bytes(600), "old Office"),
    "page": (b"\n<html><table><tr><td>1</td></tr></table></html>", "web page"),
    "excel 2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "2003"),
    "link": (b'{"url": "https://x", "doc_id": "1"}', "link to Google Sheets"),
    "text": (b"a,b\n1,2\n", "no spreadsheet"),
    "picture": (b"\x89PNG\r\n", "picture"),
    "document": (packed({"word/document.xml": "<a/>", "[Content_Types].xml": "<a/>"}), "Word"),
    "binary book": (packed({"xl/workbook.bin": "", "[Content_Types].xml": "<a/>"}), ".xlsb"),
    "numbers": (packed({"Index/Document.iwa": ""}), "Apple Numbers"),
    "zip": (packed({"readme.txt": "hello"}), "without a spreadsheet"),
    "text document": (
        packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "no spreadsheet",
    ),
    "cut off": (PLAIN[: len(PLAIN) // 2], "cut off"),
    "only the beginning": (b"PK\x03\x04", "cut off"),
}


@pytest.mark.parametrize("kind", NOT_A_BOOK)
def test_a_file_that_is_no_book_is_told_what_it_is(kind: str) -> None:
    data, words = NOT_A_BOOK[kind]
    with pytest.raises(UnreadableBookError, match=words) as refused:
        open_book(data, name="book.xlsx")
    assert str(refused.value).startswith("book.xlsx: ")


def test_a_protected_ods_is_told() -> None:
    manifest = '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    data = packed({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": "x"})
    with pytest.raises(UnreadableBookError, match="password"):
        open_book(data)


def test_a_protected_zip_is_told() -> None:
    data = bytearray(PLAIN)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + offset] |= 1
    with pytest.raises(UnreadableBookError, match="password"):
        open_book(bytes(data))


def within(data: bytes, folder: Path, *, seconds: int, megabytes: int) -> str:
    """What is said about a file by a process of its own that has no more time and memory than this."""
    path = folder / "hostile.xlsx"
    path.write_bytes(data)
    code = (
        "import sys, resource\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20}, {megabytes << 20}))\n"
        f"resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))\n"
        "from sheetgrad.read.book import open_book, UnreadableBookError\n"
        "try:\n    book = open_book(sys.argv[1])\n"
        "except UnreadableBookError as error:\n    print(error)\n"
        "else:\n    print('read', sum(len(sheet.cells) for sheet in book.sheets))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


def bomb(head: bytes, middle: bytes, tail: bytes, times: int, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A package with a part that is short when packed and long when unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    pieces, check, size = [], 0, 0
    block = middle * (1_000_000 // len(middle))
    for piece in (head, *[block] * times, tail):
        pieces.append(packer.compress(piece))
        check, size = zlib.crc32(piece, check), size + len(piece)
    pieces.append(packer.flush())
    raw = b"".join(pieces)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(buffer, "w") as file:
        for member in old.infolist():
            if member.filename != name:
                file.writestr(member.filename, old.read(member))
        member = zipfile.ZipInfo(name)
        member.compress_type, member.CRC, member.compress_size, member.file_size = (
            zipfile.ZIP_DEFLATED,
            check,
            len(raw),
            size,
        )
        member.header_offset = file.start_dir
        assert file.fp is not None
        file.fp.seek(file.start_dir)
        file.fp.write(member.FileHeader() + raw)
        file.filelist.append(member)
        file.start_dir = file.fp.tell()
        file.writestr("last.txt", "")
    return buffer.getvalue()


HEAD = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
BOMBS = {
    "one endless text": (HEAD + b"<row><c><is><t>", b"x", b"</t></is></c></row></sheetData></worksheet>"),
    "one endless tag": (HEAD + b'<row><c r="', b"A", b'"/></row></sheetData></worksheet>'),
    "empty cells without end": (HEAD, b"<row><c/></row>", b"</sheetData></worksheet>"),
    "elements in elements": (HEAD, b"<a>", b""),
    "blanks": (HEAD, b" ", b"</sheetData></worksheet>"),
    "cells without end": (HEAD + b"<row>", b"<c><v>1</v></c>", b"</row></sheetData></worksheet>"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_in_bounded_time_and_memory(kind: str, tmp_path: Path) -> None:
    said = within(bomb(*BOMBS[kind], times=60), tmp_path, seconds=30, megabytes=1500)
    assert said.startswith(str(tmp_path)), said


def test_a_bomb_of_texts_is_refused(tmp_path: Path) -> None:
    head = f'<sst xmlns="{MAIN}">'.encode()
    data = bomb(head, b"<si><t>" + b"x" * 3000 + b"</t></si>", b"</sst>", 250, "xl/sharedStrings.xml")
    assert "more than" in within(data, tmp_path, seconds=30, megabytes=1500)


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a SYSTEM "https://example.org/a.dtd">',
)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused(entity: str, part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with pytest.raises(UnreadableBookError, match="entities"):
        open_book(packed(parts | {part: entity.encode() + parts[part]}))


def test_a_billion_declared_cells_cost_nothing() -> None:
    inside = f'<dimension ref="A1:XFD1048576"/><sheetData>{row(1048576, number("XFD1048576", 3))}</sheetData>'
    begin = time.process_time()
    book = open_book(xlsx(f'<worksheet xmlns="{MAIN}">{inside}</worksheet>'))
    assert book.sheets[0].cells[1_048_576, 16_384].value == 3.0
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("address", ["A0", "A1048577", "XFE1", "A99999999999", "1", "AAAA1", "ZZZ9"])
def test_a_cell_where_there_is_none_is_refused(address: str) -> None:
    with pytest.raises(UnreadableBookError, match="no sheet"):
        open_book(xlsx(sheet(row(1, number(address, 1)))))


def test_a_formula_over_everything_is_computed_on_the_cells_there_are() -> None:
    book = open_book(
        xlsx(sheet(row(1, number("A1", 2), number("A2", 3), formula("C1", "SUM(A:A)+SUM($A$1:$B$1048576)"))))
    )
    assert recalculated(book)["Sheet1", (1, 3)] == 10.0


def test_a_block_of_a_million_cells_is_not_filled() -> None:
    rows = row(1, '<c r="A1"><f t="array" ref="A1:XFD1048576">B1:B9</f><v>1</v></c>')
    found = open_book(xlsx(sheet(rows))).sheets[0].cells
    assert len(found) == 1
    assert found[1, 1].formula is not None
    assert "10,000" in found[1, 1].formula.trouble


def test_too_many_sheets_are_refused() -> None:
    many = "".join(f'<sheet name="s{k}" sheetId="{k}"/>' for k in range(1, limits.SHEETS + 2))
    parts = {
        "[Content_Types].xml": "<a/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets>{many}</sheets></workbook>',
    }
    with pytest.raises(UnreadableBookError, match="sheets"):
        open_book(packed(parts))


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    data = packed({f"x{k}": "" for k in range(limits.MEMBERS + 1)})
    assert "members" in within(data, tmp_path, seconds=20, megabytes=1000)


def test_a_part_that_points_at_itself_ends() -> None:
    more = {"xl/_rels/workbook.xml.rels": relations(("worksheet", "workbook.xml"), ("sharedStrings", "workbook.xml"))}
    with suppress(UnreadableBookError):
        open_book(xlsx(sheet(""), more=more))


MUTATED = (
    PLAIN,
    one("SUM(A1:B2)*EXP(-C3)", names='<definedName name="lr">Sheet1!$A$1</definedName>'),
    ods(
        '<table:table table:name="A"><table:table-row><table:table-cell table:formula="of:=[.B1]"/></table:table-row>'
        "</table:table>"
    ),
)


@given(
    st.sampled_from(MUTATED), st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4)), min_size=1, max_size=6)
)
def test_no_damage_to_a_file_breaks_the_reader(data: bytes, damage: list[tuple[int, bytes]]) -> None:
    broken = bytearray(data)
    for at, put in damage:
        start = at % len(broken)
        broken[start : start + max(1, len(put))] = put
    with suppress(UnreadableBookError):
        recalculated(open_book(bytes(broken)))


@given(st.data())
def test_no_damage_to_the_xml_breaks_the_reader(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(MUTATED))
    with zipfile.ZipFile(io.BytesIO(source)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    text = parts[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    put = data.draw(
        st.sampled_from([b"", b'"', b"<", b"/>", b"99999999999", b"-1", b"&#x41;", b"\xff", b"A1:B2", b"<c>", b"\x00"])
    )
    with suppress(UnreadableBookError):
        recalculated(open_book(packed(parts | {name: text[:start] + put + text[end:]})))

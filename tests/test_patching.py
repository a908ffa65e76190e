"""Corrected and marked copies: right for every spreadsheet, and everything else byte for byte as it was."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from spreadsheets_made import MAIN, STRICT, STRICT_OFFICE, formula, number, ods, packed, row, sheet, xlsx
from workbooks import by_ironcalc, by_libreoffice, parts, read_by_calamine, tree

import sheetgrad
from sheetgrad.check.patching import CannotPatchError, Change, Patched, patched
from sheetgrad.check.patching.moving import moved
from sheetgrad.check.patching.review import Line, stretches
from sheetgrad.files import CannotWriteError
from sheetgrad.read.book import open_book
from sheetgrad.read.book.recalculated import recalculated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sheetgrad.read.book.cells import Book

LAST = 40
RIGHT = "A{0}*2+1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def shared_book() -> bytes:
    """A column of shared formulas, one that follows from it, and one that nothing is changed in."""
    rows = [row(1, number("A1", 1), formula("B1", "A1*3", 3), formula("C1", "B1^2", 9), formula("D1", "A1", 1))]
    about = f' t="shared" ref="B2:B{LAST}" si="0"'
    for r in range(2, LAST + 1):
        master = formula(f"B{r}", "A2*3" if r == 2 else "", 3 * r, about if r == 2 else ' t="shared" si="0"')
        follows = formula(f"C{r}", f"B{r}^2+C{r - 1}", sum(9 * k * k for k in range(1, r + 1)))
        rows.append(row(r, number(f"A{r}", r), master, follows, f'<c r="D{r}" s="0"/>'))
    return xlsx(
        sheet("".join(rows), after="<pageMargins left='1' right='1' top='1' bottom='1' header='0' footer='0'/>")
    )


def fixed(path: Path, data: bytes, changes: Sequence[Change], *, annotate: bool = False) -> tuple[Book, Path, Patched]:
    path.write_bytes(data)
    target = path.with_name("book.fixed.xlsx")
    done = patched(path, changes, target, annotate=annotate)
    return open_book(target), target, done


def in_rows(rows: Sequence[int], column: int = 2) -> list[Change]:
    return [Change("Sheet1", (r, column), "=" + RIGHT.format(r), "the factor is 2 & <not> 3") for r in rows]


@pytest.mark.parametrize("rows", [[2], [3, 4], [LAST], list(range(2, LAST + 1)), [2, 5, 7]])
def test_only_the_changed_cells_have_another_formula(path: Path, rows: list[int]) -> None:
    book, _, done = fixed(path, shared_book(), in_rows(rows))
    assert done == Patched(len(rows), 0, ())
    for r in range(1, LAST + 1):
        found = book.sheets[0].cells[r, 2].formula
        assert found is not None
        assert found.shape == ("RC[-1]*2+1" if r in rows else "RC[-1]*3"), r


@pytest.mark.parametrize("engine", [by_ironcalc, by_libreoffice])
def test_the_values_of_a_copy_are_what_engines_compute(path: Path, engine: Callable[[Path], Any]) -> None:
    book, target, _ = fixed(path, shared_book(), in_rows([2, 3, 9]))
    found = engine(target)["Sheet1"]
    for (r, column), stored in book.sheets[0].cells.items():
        if isinstance(stored.value, float):
            assert found[r - 1][column - 1] == pytest.approx(stored.value, rel=1e-12), (r, column)


def test_values_that_follow_are_computed_anew(path: Path) -> None:
    book, target, _ = fixed(path, shared_book(), in_rows([2]))
    assert recalculated(book) == {
        ("Sheet1", place): stored.value for place, stored in book.sheets[0].cells.items() if stored.formula
    }
    assert read_by_calamine(target)["Sheet1"][1][:3] == [2.0, 5.0, 34.0]


def test_marking_changes_no_formula_and_no_value(path: Path) -> None:
    before = open_book(shared_book())
    book, target, done = fixed(path, shared_book(), in_rows([2, 3]), annotate=True)
    assert done == Patched(0, 2, ())
    shapes = [
        {
            place: (stored.value, stored.formula and stored.formula.shape)
            for place, stored in one.sheets[0].cells.items()
        }
        for one in (before, book)
    ]
    assert shapes[0] == shapes[1]
    assert b"FFFFC7CE" in parts(target)["xl/styles.xml"]


def test_changed_cells_are_coloured_and_others_are_not(path: Path) -> None:
    _, target, _ = fixed(path, shared_book(), in_rows([2, 3]))
    page = openpyxl.load_workbook(target)["Sheet1"]
    colours = {r: page.cell(r, 2).fill.fgColor.rgb for r in range(1, 6)}
    assert {r for r, colour in colours.items() if colour == "FFC6EFCE"} == {2, 3}


def test_the_review_lists_each_stretch_with_its_reason(path: Path) -> None:
    _, target, _ = fixed(path, shared_book(), in_rows([2, 3, 4, 9]))
    rows = read_by_calamine(target)["Review"]
    assert rows[0] == ["Sheet", "Cells", "Formula before", "Formula now", "Why"]
    assert rows[1] == ["Sheet1", "B2:B4", "=A2*3", "=A2*2+1", "the factor is 2 & <not> 3"]
    assert rows[2][1:4] == ["B9", "=A9*3", "=A9*2+1"]
    assert not [text for text in parts(target) if "review" in text and b"<f>" in parts(target)[text]]


def test_everything_else_in_the_package_is_byte_for_byte_the_same(path: Path) -> None:
    sheetgrad.workbook("class", path, steps=12, rates=[0.5])
    data = path.read_bytes()
    steps = next(page for page in open_book(data).sheets if page.name == "Steps")
    place = next(place for place, stored in steps.cells.items() if stored.formula)
    _, target, _ = fixed(path, data, [Change("Steps", place, "=1+1", "why")])
    old, new = parts(path), parts(target)
    changed = {part for part in old if old[part] != new[part]}
    lists = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    assert lists <= changed
    assert all(part.startswith("xl/worksheets/sheet") for part in changed - lists)
    assert any(part.startswith("xl/charts/") for part in old)
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(target) as other:
        assert other.testzip() is None
        for part in set(old) - changed:
            assert one.getinfo(part).compress_size == other.getinfo(part).compress_size, (
                "packed data are copied, not packed anew"
            )


def test_other_cells_of_the_sheet_are_byte_for_byte_the_same(path: Path) -> None:
    _, target, _ = fixed(path, shared_book(), [Change("Sheet1", (5, 4), "=A5", "why")])
    old, new = (found["xl/worksheets/sheet1.xml"] for found in (parts(path), parts(target)))
    assert new == old.replace(b'<c r="D5" s="0"/>', b'<c r="D5" s="1"><f>A5</f><v>5</v></c>')


def test_the_package_is_whole_and_names_its_new_sheet_once(path: Path) -> None:
    """Every part has a content type, every relationship a part, and the ids are no one else's."""
    _, target, _ = fixed(path, shared_book(), in_rows([2]))
    found = parts(target)
    for name, text in found.items():
        if name.endswith((".xml", ".rels")):
            tree(text)
    types = [str(node.get("PartName")) for node in tree(found["[Content_Types].xml"]) if node.get("PartName")]
    assert len(types) == len(set(types))
    assert {name.lstrip("/") for name in types} <= set(found)
    related = {node.get("Id"): node.get("Target") for node in tree(found["xl/_rels/workbook.xml.rels"])}
    listed = list(tree(found["xl/workbook.xml"]).iter(f"{{{MAIN}}}sheet"))
    assert len({node.get("sheetId") for node in listed}) == len(listed) == 2
    assert all(f"xl/{related[value]}" in found for node in listed for key, value in node.items() if key.endswith("}id"))
    assert b'fullCalcOnLoad="1"' in found["xl/workbook.xml"]


def test_a_review_beside_a_review_has_another_name(path: Path) -> None:
    _, first, _ = fixed(path, shared_book(), in_rows([2]))
    book, _, _ = fixed(path, first.read_bytes(), in_rows([3]))
    assert [page.name for page in book.sheets] == ["Sheet1", "Review", "Review 2"]


def test_prefixed_and_strict_files_are_patched_too(path: Path) -> None:
    cells = '<x:c r="A1"><x:v>4</x:v></x:c><x:c r="B1" t="str" s="0"><x:f>A1&amp;"x"</x:f><x:v>4x</x:v></x:c>'
    prefixed = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1">{cells}</x:row></x:sheetData></x:worksheet>'
    strict = sheet(row(1, number("A1", 4), formula("B1", "A1", 4)), space=STRICT)
    for data in (xlsx(prefixed), xlsx(strict, space=STRICT, office=STRICT_OFFICE)):
        book, _, _ = fixed(path, data, [Change("Sheet1", (1, 2), "=A1*2", "why")])
        assert book.sheets[0].cells[1, 2].value == 8.0
        assert [page.name for page in book.sheets] == ["Sheet1", "Review"]
        assert book.sheets[1].cells[2, 2].value == "B1"


def test_values_keep_their_kinds(path: Path) -> None:
    cells = row(1, number("A1", 1), formula("B1", "A1", 1), formula("C1", "B1>1", 0, ""), formula("D1", "1/(B1-2)", -1))
    book, _, _ = fixed(path, xlsx(sheet(cells)), [Change("Sheet1", (1, 2), "=A1*2", "why")])
    found = {place[1]: stored.value for place, stored in book.sheets[0].cells.items()}
    assert found[3] is True
    assert str(found[4]) == "Fault(code='#DIV/0!')"


def test_a_part_of_a_block_and_an_empty_cell_are_left_and_said(path: Path) -> None:
    cells = row(1, number("A1", 1), '<c r="B1"><f t="array" ref="B1:C1">A1*{1,2}</f><v>1</v></c>', number("C1", 2))
    changes = [Change("Sheet1", (1, 3), "=A1", "first"), Change("Sheet1", (9, 9), "=A1", "second")]
    book, target, done = fixed(path, xlsx(sheet(cells)), changes)
    assert done == Patched(0, 2, tuple(changes))
    assert book.sheets[0].cells[1, 3].value == 2.0
    reasons = [line[4] for line in read_by_calamine(target)["Review"][1:]]
    assert "block" in reasons[0]
    assert "empty" in reasons[1]


def test_no_text_becomes_a_formula_or_breaks_the_file(path: Path) -> None:
    reason = "=cmd|' /C calc'!A0 \x00 ]]> <v>&amp;</v>"
    _, target, _ = fixed(path, shared_book(), [Change("Sheet1", (2, 2), '="<a&b>"&A2', reason)])
    page = openpyxl.load_workbook(target)["Review"]
    assert page["E2"].data_type == "s"
    assert page["E2"].value == reason.replace("\x00", "")
    assert openpyxl.load_workbook(target)["Sheet1"]["B2"].value == '="<a&b>"&A2'


def test_an_ods_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    path.write_bytes(ods('<table:table table:name="A"/>'))
    with pytest.raises(CannotPatchError, match=r"Save it as \.xlsx"):
        patched(path, [], tmp_path / "out.ods")


def test_a_sheet_that_is_not_there_is_an_error(path: Path) -> None:
    path.write_bytes(shared_book())
    with pytest.raises(CannotPatchError, match="no sheet Nowhere"):
        patched(path, [Change("Nowhere", (1, 1), "", "why")], path.with_name("out.xlsx"))


def test_a_copy_that_cannot_be_written_leaves_nothing(path: Path) -> None:
    path.write_bytes(shared_book())
    with pytest.raises(CannotWriteError):
        patched(path, in_rows([2]), path.parent / "nowhere" / "out.xlsx")
    assert list(path.parent.iterdir()) == [path]


def test_a_package_whose_sizes_stand_behind_the_data_is_copied_right(path: Path) -> None:
    """Programs that write without looking back put the sizes after each member."""

    class Forward(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += bytes(data)
            return len(data)

    stream = Forward()
    source = {**dict.fromkeys(["docProps/x.bin"], b"kept" * 100)}
    with zipfile.ZipFile(io.BytesIO(shared_book())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name in old.namelist():
            file.writestr(name, old.read(name))
        for name, text in source.items():
            file.writestr(name, text)
    _, target, _ = fixed(path, stream.data, in_rows([2]))
    assert parts(target)["docProps/x.bin"] == b"kept" * 100
    assert packed({"a": "b"}).startswith(b"PK")


def test_a_moved_formula_reads_as_if_copied() -> None:
    assert moved('A1*$B$1+SUM(C1:D2)&"A1"', (1, 5), (3, 6)) == 'B3*$B$1+SUM(D3:E4)&"A1"'
    assert moved("SUM(A:A,$B:C,1:$2)", (1, 5), (3, 6)) == "SUM(B:B,$B:D,3:$2)"
    assert moved("'LR 0.1'!A1+LOG10(a1)", (1, 1), (2, 1)) == "'LR 0.1'!A2+LOG10(A2)"


def test_stretches_end_where_the_reason_changes() -> None:
    lines = [Line("S", (r, 1), "a", "b", "x" if r < 4 else "y") for r in (1, 2, 3, 4, 6)]
    assert [(one.first[0], one.last[0]) for one in stretches(lines)] == [(1, 3), (4, 4), (6, 6)]

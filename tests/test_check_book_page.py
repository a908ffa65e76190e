"""The page about a workbook draws its table and marks the wrong cells."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import openpyxl
import pytest

import sheetgrad
from sheetgrad.check.book.workbook import check_book
from sheetgrad.check.report.cells import blocks
from sheetgrad.check.report.html import html

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.check.findings import Report


class Cells(HTMLParser):
    """The marked cells of the page, as the column's letter and the row's number."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marked: dict[str, set[str]] = {}
        self.tags: set[str] = set()
        self._letters: list[str] = []
        self._row, self._at, self._scope = "", 0, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self._scope = given.get("scope") or ""
        if tag == "table":
            self._letters = []
        if tag == "tr":
            self._at = 0
        if tag == "td":
            if given.get("class"):
                self.marked.setdefault(given["class"] or "", set()).add(f"{self._letters[self._at]}{self._row}")
            self._at += 1

    def handle_data(self, data: str) -> None:
        if self._scope == "col":
            self._letters.append(data)
        if self._scope == "row":
            self._row = data
        self._scope = ""


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """The usual slip in one column, from step 10 to step 19, on a sheet with a name that would be markup."""
    path = tmp_path / "book.xlsx"
    sheetgrad.workbook("class", path, steps=30, rates=[0.5])
    book = openpyxl.load_workbook(path)
    sheet = book["Steps"]
    head = {cell.value: cell.column_letter for cell in sheet[1]}
    for row in range(13, 23):
        sheet[f"{head['dE_total_dh2']}{row}"] = f"={head['dE_total_da_h2']}{row}*K{row}*(1-K{row})"
    sheet["A2"] = "<script>alert(1)</script>"
    book.save(path)
    return check_book(str(path))


def test_the_cells_of_a_finding_are_marked_where_they_stand(report: Report) -> None:
    (wrong,) = (finding for finding in report.findings if finding.verdict == "false")
    page = html([report])
    column = wrong.place.rpartition("!")[2].rstrip("0123456789").rpartition(":")[2]
    assert wrong.place == f"Steps!{column}13:{column}22"
    assert Cells(page).marked["false"] == {f"{column}13", f"{column}22"}
    assert wrong.place in page
    assert "script" not in Cells(page).tags


def test_rows_between_are_left_out_and_the_gap_is_shown(report: Report) -> None:
    page = html([report])
    assert page.count("⋮") >= 2
    assert '<th scope="row">3</th>' in page
    assert '<th scope="row">17</th>' not in page


@pytest.mark.parametrize(
    ("place", "sheet", "corners"),
    [
        ("Steps!B3:B5", "Steps", [(3, 2, 5, 2)]),
        ("'it''s'!AA10", "it's", [(10, 27, 10, 27)]),
        ("Other!B3", "Steps", []),
        ("README.md:3:1", "README", []),
    ],
)
def test_a_place_is_read_back_as_cells(place: str, sheet: str, corners: list[tuple[int, ...]]) -> None:
    assert [tuple(block) for block in blocks(place, sheet)] == corners

"""The charts of an .ods file: each is a small document of its own beside the sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.book import limits
from sheetgrad.read.book.addresses import LETTERS, block
from sheetgrad.read.book.cells import Chart, Series
from sheetgrad.read.book.limits import UnreadableBookError
from sheetgrad.read.book.markup import small_tree
from sheetgrad.read.book.open_formula import cells as to_cells
from sheetgrad.read.book.tokens import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from sheetgrad.read.book.package import Package

_CHART = "urn:oasis:names:tc:opendocument:xmlns:chart:1.0 "
_RANGE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 cell-range-address"


def ods_charts(sheet: str, objects: Sequence[str], package: Package | None, remarks: list[str]) -> Iterator[Chart]:
    """The charts among the objects of a sheet; a broken one is told of and passed over."""
    for place in objects[: limits.CHARTS]:
        part = f"{place.removeprefix('./').rstrip('/')}/content.xml"
        if package is None or part not in package:
            continue
        try:
            root = small_tree(part, package.chunks(part, limits.SMALL_PART_BYTES), leaving_out=("table",))
        except UnreadableBookError:
            remarks.append(f"A chart of the sheet {sheet} is broken and was left out.")
            continue
        for node in root.iter("chart"):
            if f"{_CHART}class" in node.attrib:
                yield _chart(node)


def _chart(node: Element) -> Chart:
    kind = node.get(f"{_CHART}class", "").rpartition(":")[2]
    title = "".join("".join(title.itertext()) for title in node.findall("title")).strip()
    x = next((_address(one.get(_RANGE, "")) for one in node.iter("categories")), "")
    series = []
    for one in node.iter("series"):
        own = next((_address(domain.get(_RANGE, "")) for domain in one.iter("domain")), x)
        name, y = (one.get(f"{_CHART}{key}", "") for key in ("label-cell-address", "values-cell-range-address"))
        series.append(Series(_address(name), own, _address(y)))
    return Chart(f"{kind}Chart", title, tuple(series))


def _address(text: str) -> str:
    """An address in A1 form with every part fixed, as .xlsx files write it."""
    sheet, mark, area = to_cells(text).rpartition("!")
    corners = block(area)
    if corners is None:
        return text
    name = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
    fixed = [f"${LETTERS[column]}${row}" for row, column in corners]
    return (f"{quoted(name)}!" if mark else "") + (fixed[0] if fixed[0] == fixed[1] else ":".join(fixed))

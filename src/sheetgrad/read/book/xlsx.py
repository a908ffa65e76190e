"""An .xlsx or .xlsm file: its sheets, names, tables and charts."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.read.book import limits
from sheetgrad.read.book.addresses import block
from sheetgrad.read.book.cells import Book, Chart, Sheet
from sheetgrad.read.book.charts import charts
from sheetgrad.read.book.formulas import Formulas, SheetFormulas
from sheetgrad.read.book.limits import UnreadableBookError, too_much
from sheetgrad.read.book.markup import relation, small_tree
from sheetgrad.read.book.words import Table, Words
from sheetgrad.read.book.xlsx_cells import Budget, read_cells, read_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from sheetgrad.read.book.package import Package

MACRO_SHEETS = ("macrosheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


class Relationship(NamedTuple):
    """Where a part points: the last word of the kind, and the part."""

    kind: str
    target: str


class Listed(NamedTuple):
    """A sheet as the workbook's own part lists it."""

    name: str
    hidden: bool
    kind: str
    part: str


class Workbook:
    """Reads one package."""

    def __init__(self, package: Package) -> None:
        """Find the part that lists the sheets."""
        self._package, self._path = package, package.path
        self.remarks: list[str] = []
        main = next((r.target for r in self._related("").values() if r.kind == "officeDocument"), "xl/workbook.xml")
        self.main = main if main in package else "xl/workbook.xml"
        """The part that lists the sheets."""

    def read(self) -> Book:
        """The whole book."""
        package = self._package
        root = small_tree(f"{self._path}: {self.main}", package.chunks(self.main, limits.SMALL_PART_BYTES))
        related = self._related(self.main)
        listed = list(self._listed(root, related))
        texts: list[str] = []
        for relationship in related.values():
            if relationship.kind == "sharedStrings" and relationship.target in package:
                texts = read_texts(f"{self._path}: {relationship.target}", package.chunks(relationship.target))
        words = Words(
            [sheet.name for sheet in listed],
            _names(root, [s.name for s in listed], self._path),
            [*self._tables(listed)],
        )
        formulas, budget = Formulas(words), Budget()
        sheets = tuple(self._sheet(sheet, formulas, texts, budget) for sheet in listed)
        self._look_around(related)
        if formulas.linked:
            self.remarks.append("Some formulas look into other files. These were not opened.")
        return Book(self._path, sheets, words.whole_book(), tuple(self.remarks), formulas.linked)

    def related_to_main(self) -> dict[str, Relationship]:
        """What the part that lists the sheets points at."""
        return self._related(self.main)

    def _related(self, part: str) -> dict[str, Relationship]:
        """What a part points at, by the keys it uses; a broken list is empty."""
        folder, name = posixpath.split(part)
        place = posixpath.join(folder, "_rels", f"{name}.rels")
        if place not in self._package:
            return {}
        try:
            root = small_tree(f"{self._path}: {place}", self._package.chunks(place, limits.SMALL_PART_BYTES))
        except UnreadableBookError:
            self.remarks.append(f"The part {place} is broken and was left out.")
            return {}
        found = {}
        for node in root.iter("Relationship"):
            if node.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, node.get("Target", "")))
                found[node.get("Id", "")] = Relationship(node.get("Type", "").rpartition("/")[2], target.lstrip("/"))
        return found

    def _listed(self, root: Element, related: dict[str, Relationship]) -> Iterator[Listed]:
        for count, node in enumerate(root.iterfind("sheets/sheet")):
            if count >= limits.SHEETS:
                too_much(self._path, "sheets", limits.SHEETS)
            to = related.get(relation(node.attrib), Relationship("", f"xl/worksheets/sheet{count + 1}.xml"))
            name = node.get("name", f"Sheet{count + 1}")
            yield Listed(name, node.get("state", "visible") != "visible", to.kind, to.target)

    def _sheet(self, listed: Listed, formulas: Formulas, texts: list[str], budget: Budget) -> Sheet:
        place = f"{self._path}: sheet {listed.name}"
        if listed.kind in MACRO_SHEETS:
            self.remarks.append(f"The sheet {listed.name} holds macros or a dialog and was left out.")
            return Sheet(listed.name, {}, listed.hidden)
        if listed.part not in self._package:
            self.remarks.append(f"The sheet {listed.name} is listed, but the file does not have it.")
            return Sheet(listed.name, {}, listed.hidden)
        reader = SheetFormulas(formulas, listed.name)
        part = read_cells(place, self._package.chunks(listed.part), reader, texts, budget)
        drawn = tuple(self._charts(listed, part.drawings))
        return Sheet(listed.name, part.cells, listed.hidden, part.merged, drawn, listed.part)

    def _charts(self, listed: Listed, drawings: tuple[str, ...]) -> Iterator[Chart]:
        """The charts that are drawn on a sheet; a broken drawing is told of and passed over."""
        related = self._related(listed.part) if drawings else {}
        count = 0
        for drawing in (related[key].target for key in drawings if key in related):
            for chart in self._related(drawing).values():
                if chart.kind != "chart" or chart.target not in self._package:
                    continue
                count += 1
                if count > limits.CHARTS:
                    too_much(f"{self._path}: sheet {listed.name}", "charts", limits.CHARTS)
                try:
                    yield from charts(chart.target, self._package.chunks(chart.target, limits.SMALL_PART_BYTES))
                except UnreadableBookError:
                    self.remarks.append(f"A chart of the sheet {listed.name} is broken and was left out.")

    def _tables(self, listed: list[Listed]) -> Iterator[Table]:
        for sheet in listed:
            for relationship in self._related(sheet.part).values():
                if relationship.kind == "table" and relationship.target in self._package:
                    try:
                        place = f"{self._path}: {relationship.target}"
                        root = small_tree(place, self._package.chunks(relationship.target, limits.SMALL_PART_BYTES))
                    except UnreadableBookError:
                        self.remarks.append(f"A table of the sheet {sheet.name} is broken and was left out.")
                        continue
                    table = _table(root, sheet.name)
                    if table is not None:
                        yield table

    def _look_around(self, related: dict[str, Relationship]) -> None:
        """Say what was found and left alone."""
        kinds = {relationship.kind for relationship in related.values()}
        if "vbaProject" in kinds or "xl/vbaProject.bin" in self._package:
            self.remarks.append("The file holds macros. They were not run.")
        if "externalLink" in kinds:
            self.remarks.append("The file holds links to other files. They were not followed.")


def _names(root: Element, sheets: list[str], path: str) -> dict[tuple[str | None, str], str]:
    """The text of every defined name, under its sheet (None for the whole book) and the name in capitals."""
    found: dict[tuple[str | None, str], str] = {}
    for node in root.iterfind("definedNames/definedName"):
        name, where, text = node.get("name", ""), node.get("localSheetId"), node.text or ""
        if name.lower().startswith("_xlnm.") or node.get("function") in {"1", "true"}:
            continue
        if len(found) >= limits.NAMES:
            too_much(path, "defined names", limits.NAMES)
        if where is None:
            found[None, name.upper()] = text
        elif where.isdecimal() and len(where) < 6 and int(where) < len(sheets):
            found[sheets[int(where)], name.upper()] = text
    return found


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 1


def _table(root: Element, sheet: str) -> Table | None:
    corners = block(root.get("ref", ""))
    if corners is None:
        return None
    columns = tuple(node.get("name", "") for node in root.iterfind("tableColumns/tableColumn"))
    totals = 0 if root.get("totalsRowCount") is None else _count(root.get("totalsRowCount", ""))
    name = root.get("displayName", root.get("name", ""))
    return Table(name, sheet, *corners, _count(root.get("headerRowCount", "1")), totals, columns)

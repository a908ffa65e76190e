"""Workbooks as other programs see them: read, planted with wrong values, changed, and recalculated."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

WRONG = 12345.678
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA = re.compile(rb"(<c [^>]*?)( t=\"\w+\")?>(<f[^>]*/>|<f[^>]*>[^<]*</f>)<v>[^<]*</v>")

Cells = dict[str, list[list[Any]]]
"""Every sheet as rows of values."""


def parts(path: Path) -> dict[str, bytes]:
    """The files in a workbook."""
    with ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def tree(text: bytes | str) -> ET.Element:
    """Some XML of ours."""
    return ET.fromstring(text)  # noqa: S314 -- we have just written it


def planted(path: Path, changes: Mapping[str, float] | None = None) -> Path:
    """A copy with a wrong value in every formula cell, and other numbers in the cells of some names."""
    found = parts(path)
    book = tree(found["xl/workbook.xml"])
    places = {name.get("name"): name.text or "" for name in book.iter(f"{MAIN}definedName")}
    sheets = [sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")]
    for name, number in (changes or {}).items():
        sheet, cell = places[name].replace("$", "").split("!")
        part = f"xl/worksheets/sheet{sheets.index(sheet) + 1}.xml"
        found[part], count = re.subn(
            rf'(<c r="{cell}"[^>]*>)<v>[^<]*</v>'.encode(), rf"\g<1><v>{number!r}</v>".encode(), found[part]
        )
        assert count == 1, f"{name} is one cell"
    count = 0
    copy = path.with_name(f"planted-{path.name}")
    with ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=1) as package:
        for part, text in found.items():
            if part.startswith("xl/worksheets/sheet"):
                text, here = _FORMULA.subn(rf"\1>\3<v>{WRONG}</v>".encode(), text)  # noqa: PLW2901 -- the part as it is from here on
                count += here
            package.writestr(part, text)
    assert count, "there are formulas"
    return copy


def cached(path: Path) -> Cells:
    """The values that the file carries."""
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def by_ironcalc(path: Path) -> Cells:
    """Recalculated by IronCalc."""
    import ironcalc

    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    found: Cells = {}
    for place, sheet in enumerate(model.get_worksheets_properties()):
        _, last_row, _, last_column = _dimensions(model, place)
        found[sheet["name"]] = [
            [model.get_cell_value(place, row, column) for column in range(1, last_column + 1)]
            for row in range(1, last_row + 1)
        ]
    return found


def _dimensions(model: Any, place: int) -> tuple[int, int, int, int]:
    found: tuple[int, int, int, int] = model.get_sheet_dimensions(place)
    return found


def by_gnumeric(path: Path) -> Cells:
    """Recalculated by Gnumeric."""
    command = needed("ssconvert")
    out = path.with_name(f"gnumeric-{path.name}")
    subprocess.run([command, "--recalc", str(path), str(out)], check=True, capture_output=True)
    return read_by_calamine(out)


def read_by_calamine(path: Path) -> Cells:
    """The values that the file carries, read by a third reader."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def by_libreoffice(path: Path) -> Cells:
    """Recalculated by LibreOffice, every digit read through its interface for programs."""
    return all_by_libreoffice([path])[0]


def all_by_libreoffice(paths: Iterable[Path], typed: Mapping[str, float] | None = None) -> list[Cells]:
    """Several, by one LibreOffice: recalculated whole, or as it does when a user types numbers into named cells."""
    command, python = needed("soffice"), system_python()
    script = Path(__file__).with_name("libreoffice_recalculates.py")
    words = [*([json.dumps(typed)] if typed else []), *map(str, paths)]
    done = subprocess.run([python, str(script), command, *words], check=True, capture_output=True, timeout=600)
    found: list[Cells] = json.loads(done.stdout)
    return found


def system_python() -> str:
    """The Python that LibreOffice's interface is installed for."""
    python = "/usr/bin/python3"
    if (
        not Path(python).exists()
        or subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode
    ):
        pytest.skip("python3-uno is not installed")
    return python


def needed(command: str) -> str:
    """The path of a program, or a skip that names it."""
    found = which(command)
    if found is None:
        pytest.skip(f"{command} is not installed")
    return found


ENGINES: dict[str, Callable[[Path], Cells]] = {
    "ironcalc": by_ironcalc,
    "libreoffice": by_libreoffice,
    "gnumeric": by_gnumeric,
}


def table(cells: Cells, sheet: str) -> dict[str, list[float]]:
    """A sheet of steps as columns by name."""
    names, _, *rows = cells[sheet]
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def disagreement(found: Mapping[str, list[Any]], expected: Mapping[str, list[float]]) -> tuple[float, str]:
    """The largest difference on the scale of its column (of all derivatives, for a derivative), and where."""
    slopes = [abs(x) for name, column in expected.items() if name.startswith("dE") for x in column]
    worst = (0.0, "nowhere")
    for name, column in expected.items():
        assert len(found[name]) == len(column), name
        scale = max(slopes) if name.startswith("dE") else max(map(abs, column))
        for row, (mine, other) in enumerate(zip(found[name], column, strict=True)):
            if not isinstance(mine, int | float):
                return float("inf"), f"{name} in row {row} is {mine!r}"
            apart = abs(mine - other) / (scale or 1.0)
            worst = max(worst, (apart, f"{name} in row {row}: {mine!r}, not {other!r}"))
    return worst

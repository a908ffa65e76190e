"""Run by the Python that LibreOffice belongs to: load workbooks, recalculate them, print every sheet as JSON.

The words after the name of the program are files. One that begins with { holds
numbers to type into named cells of the files after it, as a user does; then
LibreOffice recalculates what it thinks has changed, on all cores, and nothing
else. Where every value is wrong before it begins, it works on one core: on
several it can take a value for finished that is not, and leaves it so until it
is asked a second time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno

ONE_CORE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Calculation">
<prop oor:name="UseThreadedCalculationForFormulaGroups" oor:op="fuse"><value>false</value></prop></item></oor:items>
"""


def main(command: str, *words: str) -> None:
    """Print the sheets of each file; the seconds that loading and recalculating took go to stderr."""
    with tempfile.TemporaryDirectory() as profile:
        pipe = Path(profile).name
        typed: dict[str, float] = next((json.loads(word) for word in words if word.startswith("{")), {})
        paths = [word for word in words if not word.startswith("{")]
        if not typed:
            (Path(profile) / "user").mkdir()
            (Path(profile) / "user" / "registrymodifications.xcu").write_text(ONE_CORE)
        options = ["--headless", "--norestore", f"-env:UserInstallation=file://{profile}"]
        office = subprocess.Popen([command, *options, f"--accept=pipe,name={pipe};urp;"])
        try:
            desktop = connected(pipe)
            sys.stdout.write(json.dumps([recalculated(desktop, path, typed) for path in paths]))
        finally:
            office.terminate()
            office.wait(30)


def connected(pipe: str) -> Any:
    """The desktop of the office that listens at a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            time.sleep(0.5)
    message = "LibreOffice did not start"
    raise RuntimeError(message)


def recalculated(desktop: Any, path: str, typed: dict[str, float]) -> dict[str, list[list[Any]]]:
    """Every sheet's cells as rows."""
    hidden = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    hidden.Name, hidden.Value = "Hidden", True
    began = time.monotonic()
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, (hidden,))
    loaded = time.monotonic()
    for name, number in typed.items():
        document.NamedRanges.getByName(name).ReferredCells.getCellByPosition(0, 0).Value = number
    if not typed:
        document.calculateAll()
    sys.stderr.write(f"load {loaded - began:.1f} s, recalculate {time.monotonic() - loaded:.1f} s\n")
    found = {}
    for name in document.Sheets.ElementNames:
        sheet = document.Sheets.getByName(name)
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)  # noqa: FBT003 -- the interface's own
        end = cursor.RangeAddress
        found[name] = [
            list(row) for row in sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()
        ]
    document.close(True)  # noqa: FBT003 -- the interface's own
    return found


main(*sys.argv[1:])

"""Run by the Python that LibreOffice belongs to: load a workbook, recalculate everything, print every sheet as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno


def main(command: str, path: str) -> None:
    """Print the sheets; the seconds that loading and recalculating took go to stderr."""
    with tempfile.TemporaryDirectory() as profile:
        pipe = Path(profile).name
        options = ["--headless", "--norestore", f"-env:UserInstallation=file://{profile}"]
        office = subprocess.Popen([command, *options, f"--accept=pipe,name={pipe};urp;"])
        try:
            sys.stdout.write(json.dumps(recalculated(connected(pipe), path)))
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


def recalculated(desktop: Any, path: str) -> dict[str, list[list[Any]]]:
    """Every sheet's cells as rows."""
    hidden = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    hidden.Name, hidden.Value = "Hidden", True
    began = time.monotonic()
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, (hidden,))
    loaded = time.monotonic()
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

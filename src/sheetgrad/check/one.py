"""One file, checked; whatever happens there is a report in the end."""

from __future__ import annotations

import gc
from dataclasses import replace
from importlib.util import find_spec
from pathlib import PurePath
from typing import TYPE_CHECKING

from sheetgrad.check.bounds import TooSlow, within
from sheetgrad.check.files import STANDARD_INPUT, text_of
from sheetgrad.check.findings import Finding, Report
from sheetgrad.errors import BrokenInvariant, SheetgradError

if TYPE_CHECKING:
    from sheetgrad.check.files import Given, Text
    from sheetgrad.check.network import Network

LIMIT = 30.0
"""Seconds for one file; an ordinary one takes a few tenths."""


def checked(given: Given, *, network: Network | None = None, limit: float = LIMIT, text: Text | None = None) -> Report:
    """The report on one file; a file that cannot be read gives one with `error` set."""
    if given.error:
        return Report(given.path, error=given.error)
    if given.form == "workbook":
        return _bounded(given, "", network, limit)
    read = text_of(given) if text is None else text
    if read.error:
        return Report(given.path, error=read.error)
    report = _bounded(given, read.text, network, limit)
    if read.note and not report.error:
        place = f"{given.path}:{read.line}:1"
        report.findings.insert(0, Finding("note", "encoding", read.line, 1, place, message=read.note))
    return report


def _bounded(given: Given, text: str, network: Network | None, limit: float) -> Report:
    try:
        with within(limit):
            return _judged(given, text, network)
    except TooSlow:
        reason = f"took longer than {limit:g} seconds and was given up; check the part with the equations on its own"
    except SheetgradError as problem:
        reason = str(problem).removeprefix(f"{given.path}: ")  # the report says the place itself
    except MemoryError:
        reason = "needs more memory than there is; check the part with the equations on its own"
    except BrokenInvariant:
        raise
    except Exception as problem:  # noqa: BLE001 -- one bad file never stops the rest
        reason = f"could not be checked, which is a mistake of sheetgrad's own: {type(problem).__name__}: {problem}"
    gc.collect()
    return Report(given.path, "workbook" if given.form == "workbook" else "document", text=text, error=reason)


def _judged(given: Given, text: str, network: Network | None) -> Report:
    if given.form == "notebook" or (given.path == STANDARD_INPUT and _is_notebook(text)):
        from sheetgrad.check.notebook import check_notebook

        return check_notebook(given.path, text, network=network)
    if given.form == "code":
        if find_spec("sheetgrad.check.code") is None:
            ending = PurePath(given.path).suffix
            return Report(given.path, "code", error=f"{ending} is not read yet; put the equations into a .md file")
        from sheetgrad.check.code import check_code

        return check_code(given.path, text, network=network)
    if given.form == "workbook":
        from sheetgrad.check.book.workbook import check_book

        return check_book(given.path, network=network)
    from sheetgrad.check.document import check_text

    return check_text(given.path, text, network=network)


def _is_notebook(text: str) -> bool:
    return text.lstrip().startswith("{") and '"cells"' in text


def at(finding: Finding, path: str, line: int, column: int, *, cell: int = 0) -> Finding:
    """The same finding in another place."""
    where = f"{path}:cell {cell}:{line}:{column}" if cell else f"{path}:{line}:{column}"
    return replace(finding, line=line, column=column, place=where)

"""Formulas as .ods files write them (OpenFormula), turned into A1 form."""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|\[(?P<cells>(?:'(?:[^']|'')*'|[^\]'])*)\]|(?P<open>\{)|(?P<close>\})|(?P<column>;)|(?P<row>\|)|(?P<name>\$\$)"""
)
_CELL = re.compile(
    r"""(?:\$?(?P<sheet>'(?:[^']|'')+'(?:\#\$?(?:'(?:[^']|'')+'|[^.:'\[\]]*))?|[^.:'\[\]]*))?\.(?P<cell>\#REF!|[$A-Za-z0-9]*)"""
)
_PREFIX = re.compile(r"(?:[a-z]+:)?=")


def to_a1(text: str) -> str:
    """A formula in A1 form, without its equals sign.

    >>> to_a1('of:=POWER([.A1];2)+SUM([.B$1:.B2])-[$Sheet2.$C$3]')
    "POWER(A1,2)+SUM(B$1:B2)-'Sheet2'!$C$3"
    """
    found = _PREFIX.match(text)
    body = text[found.end() :] if found else text
    if text.startswith("msoxl:"):
        return body
    inside = 0
    pieces, at = [], 0
    for match in _PARTS.finditer(body):
        pieces.append(body[at : match.start()])
        at = match.end()
        match match.lastgroup:
            case "text":
                pieces.append(match[0])
            case "cells":
                pieces.append(cells(match["cells"]))
            case "open" | "close":
                inside += 1 if match.lastgroup == "open" else -1
                pieces.append(match[0])
            case "column":
                pieces.append(",")
            case "name":  # Excel writes a defined name so
                pass
            case _:
                pieces.append(";" if inside > 0 else "|")
    pieces.append(body[at:])
    return "".join(pieces)


def cells(text: str) -> str:
    """An address or a block as .ods files write it, without brackets, in A1 form.

    >>> cells(".A1:.B2"), cells("$'my sheet'.$A$1"), cells("Sheet1.A1:Sheet1.A5")
    ('A1:B2', "'my sheet'!$A$1", "'Sheet1'!A1:A5")
    """
    parts: list[str] = []
    first = ""
    for match in _CELL.finditer(text):
        sheet = match["sheet"] or ""
        if "#" in sheet and sheet.startswith("'"):
            sheet = "'[1]'"
        elif sheet and not sheet.startswith("'"):
            sheet = "'" + sheet.replace("'", "''") + "'"
        prefix = f"{sheet}!" if sheet and sheet != first else ""
        first = first or sheet
        parts.append(prefix + match["cell"])
    return ":".join(parts) if parts else text

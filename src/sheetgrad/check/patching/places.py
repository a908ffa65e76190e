"""Where elements stand in XML, in bytes, so that one can be changed and every other byte stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from sheetgrad.read.book.addresses import address, place
from sheetgrad.read.book.limits import UnreadableBookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheetgrad.read.book.cells import Place

_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_NAME = re.compile(rb"</?([\w.-]+:)?[\w.-]+")
_ATTRIBUTE = re.compile(rb"""\s([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')""")


class Edit(NamedTuple):
    """Bytes to put in the place of others."""

    start: int
    end: int
    put: bytes


class CellSpan(NamedTuple):
    """A cell in the XML of its sheet, and how its formula is given."""

    place: Place
    start: int
    end: int
    kind: str
    """What `t` of the formula says: shared, array or nothing; `none` without a formula."""
    group: str
    """The number of the shared formula."""
    text: str
    area: str


class Span(NamedTuple):
    """An element from its first byte to its last, and where its start tag ends."""

    start: int
    inner: int
    end: int


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with all edits made; edits do not overlap."""
    pieces, at = [], 0
    for edit in sorted(edits):
        pieces += [data[at : edit.start], edit.put]
        at = edit.end
    return b"".join((*pieces, data[at:]))


def tag_end(data: bytes, start: int) -> int:
    """Where a tag ends; a > in an attribute does not end it."""
    found = _TAG.match(data, start)
    return found.end() if found else data.index(b">", start) + 1


def prefix(tag: bytes) -> bytes:
    """What stands before the name in a tag: `x:` or nothing."""
    found = _NAME.match(tag)
    return (found[1] or b"") if found else b""


def with_attributes(tag: bytes, values: Mapping[bytes, bytes | None]) -> bytes:
    """A start tag with some attributes changed, added, or (None) taken away; the others stay as they are."""
    close = b"/>" if tag.endswith(b"/>") else b">"
    found = {match[1]: match[0] for match in _ATTRIBUTE.finditer(tag)}
    body = tag[: -len(close)].rstrip()
    for name, value in values.items():
        if name in found:
            body = body.replace(found[name], b"" if value is None else b" %s=%s" % (name, b'"' + value + b'"'), 1)
        elif value is not None:
            body += b" %s=%s" % (name, b'"' + value + b'"')
    return body + close


def attribute(tag: bytes, name: bytes) -> bytes | None:
    """The value of an attribute in a start tag, as it is written."""
    return next((match[2][1:-1] for match in _ATTRIBUTE.finditer(tag) if match[1] == name), None)


def spans(data: bytes, name: str) -> list[Span]:
    """The elements of a name (without its namespace) in a small part, in their order."""
    found: list[Span] = []
    open_at: list[int] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(full: str, _attributes: dict[str, str]) -> None:
        if full.rpartition(" ")[2] == name:
            open_at.append(parser.CurrentByteIndex)

    def end(full: str) -> None:
        if full.rpartition(" ")[2] == name:
            begin = open_at.pop()
            found.append(Span(begin, tag_end(data, begin), _end(data, begin, parser.CurrentByteIndex)))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed(parser, data)
    return sorted(found)


def _end(data: bytes, begin: int, now: int) -> int:
    """Where an element ends: for one without anything inside, expat is already behind it."""
    inner = tag_end(data, begin)
    return inner if data.startswith(b"/>", inner - 2) else tag_end(data, now)


def _feed(parser: expat.XMLParserType, data: bytes) -> None:
    """Read XML that the reader has read before."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or re.match(
        rb"<\?xml[^>]*encoding=.(?!utf-8|us-ascii)", data, re.IGNORECASE
    ):
        raise UnreadableBookError("The XML of the file is not in UTF-8. Save the file again from the spreadsheet.")
    try:
        parser.Parse(data, True)  # noqa: FBT003 -- expat takes no keyword
    except expat.ExpatError as error:
        raise UnreadableBookError(
            f"A part of the file is no well-formed XML ({error}). Save the file again."
        ) from error


class _Cells:
    """Collects where the cells of a sheet stand."""

    def __init__(self, data: bytes) -> None:
        self.data, self.found = data, list[CellSpan]()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.row = self.column = self.begin = 0
        self.about: dict[str, str] | None = None
        self.text: list[str] | None = None
        self.formula = ""
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.characters

    def start(self, full: str, attributes: dict[str, str]) -> None:
        match full.rpartition(" ")[2]:
            case "row":
                self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            case "c":
                at = place(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
                self.row, self.column = at or (self.row, self.column + 1)
                self.begin, self.about, self.formula = self.parser.CurrentByteIndex, None, ""
            case "f":
                self.about, self.text = attributes, []

    def characters(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def end(self, full: str) -> None:
        match full.rpartition(" ")[2]:
            case "f" if self.text is not None:
                self.formula, self.text = "".join(self.text), None
            case "c":
                about = self.about
                kind, group, area = (
                    ("none", "", "") if about is None else (about.get(key, "") for key in ("t", "si", "ref"))
                )
                end = _end(self.data, self.begin, self.parser.CurrentByteIndex)
                where = self.row, self.column
                self.found.append(CellSpan(where, self.begin, end, kind, group, self.formula, area))


def cell_spans(data: bytes) -> dict[Place, CellSpan]:
    """Where every cell of a sheet stands."""
    cells = _Cells(data)
    _feed(cells.parser, data)
    return {span.place: span for span in cells.found}


def named(where: Place) -> str:
    """A place as people write it."""
    return address(*where)

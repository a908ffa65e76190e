"""XML read within bounds: no entities, no endless tags, no endless depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from sheetgrad.read.book import limits
from sheetgrad.read.book.limits import UnreadableBookError, too_much

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    Attributes = Mapping[str, str]

RELATIONSHIP = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
"""How the attribute r:id is spelled, in the usual and in the strict form of the format."""


class Locals(dict[str, str]):
    """From a name with its namespace to the name alone; "" for names of other namespaces than those asked for."""

    def __init__(self, place: str, namespaces: Collection[str] = ()) -> None:
        """Take names of the given namespaces, or of all."""
        super().__init__()
        self._place, self._namespaces = place, namespaces

    def __missing__(self, name: str) -> str:
        """Work a name out once; a file with endless new names is refused."""
        if len(self) > limits.ELEMENT_NAMES:
            too_much(self._place, "kinds of element", limits.ELEMENT_NAMES)
        namespace, _, local = name.rpartition(" ")
        self[name] = local = local if not self._namespaces or namespace in self._namespaces else ""
        return local


def parse(
    place: str,
    chunks: Iterable[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Read XML and tell of every element and text; names come as `namespace name`.

    Raises:
        UnreadableBookError: it is no XML, it declares entities, or it is built to exhaust the memory.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _doctype(place)
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003 -- expat takes no keyword
            fed += len(chunk)
            if fed - max(0, parser.CurrentByteIndex) > limits.TAG_BYTES:
                too_much(place, "bytes in one tag", limits.TAG_BYTES)
        parser.Parse(b"", True)  # noqa: FBT003 -- the same
    except expat.ExpatError as error:
        raise UnreadableBookError(f"{place}: it is no well-formed XML ({error}). Save the file again.") from error


def _doctype(place: str) -> Callable[..., NoReturn]:
    def refuse(*_: object) -> NoReturn:
        raise UnreadableBookError(f"{place}: it declares entities, which no spreadsheet does. It is not read.")

    return refuse


class Depth:
    """Counts how deep elements stand in each other, up to a limit."""

    __slots__ = ("_place", "now")

    def __init__(self, place: str) -> None:
        """Start outside."""
        self._place, self.now = place, 0

    def down(self) -> None:
        """Go into an element."""
        self.now += 1
        if self.now > limits.DEPTH:
            too_much(self._place, "elements within each other", limits.DEPTH)


def small_tree(place: str, chunks: Iterable[bytes], *, leaving_out: Collection[str] = ()) -> Element:
    """A small part as a tree of elements by their names alone, without those that are left out.

    Attributes keep their namespaces: `r:id` is one of RELATIONSHIP.
    """
    local, builder, depth = Locals(place), TreeBuilder(), Depth(place)
    out = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal out, count
        depth.down()
        count += 1
        if count > limits.ELEMENTS:
            too_much(place, "elements", limits.ELEMENTS)
        short = local[name]
        if out or short in leaving_out:
            out += 1
        else:
            builder.start(short, attributes)

    def end(name: str) -> None:
        nonlocal out
        depth.now -= 1
        if out:
            out -= 1
        else:
            builder.end(local[name])

    def text(data: str) -> None:
        if not out:
            builder.data(data)

    parse(place, chunks, start=start, end=end, text=text)
    return builder.close()


def relation(attributes: Attributes) -> str:
    """The attribute r:id, or nothing."""
    return next((attributes[name] for name in RELATIONSHIP if name in attributes), "")

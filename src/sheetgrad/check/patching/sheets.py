"""The XML of one sheet with other formulas, values and colours in some of its cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.patching.moving import moved
from sheetgrad.check.patching.places import Edit, applied, attribute, cell_spans, prefix, tag_end, with_attributes
from sheetgrad.check.patching.review import Line, escaped
from sheetgrad.read.book.addresses import block
from sheetgrad.read.book.cells import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetgrad.check.patching.copies import Change
    from sheetgrad.check.patching.places import CellSpan
    from sheetgrad.read.book.cells import Place, Value

_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f(?:\s[^>]*)?(?:/>|>.*?</(?:[\w.-]+:)?f\s*>)", re.DOTALL)
_IN_A_BLOCK = "it is part of a formula that fills a block, and was left as it is"
_EMPTY = "the cell is empty, and was left as it is"


class Patch(NamedTuple):
    """A sheet's XML after it was changed, and what was done."""

    data: bytes
    lines: tuple[Line, ...]
    left: tuple[Change, ...]


def styles_in_use(data: bytes, places: Sequence[Place]) -> dict[Place, int]:
    """The style of each of some cells, by its number."""
    spans = cell_spans(data)
    found: dict[Place, int] = {}
    for place in places:
        if place in spans:
            style = attribute(data[spans[place].start : tag_end(data, spans[place].start)], b"s")
            found[place] = int(style) if style and style.isdigit() else 0
    return found


def with_changes(data: bytes, changes: Mapping[Place, Change], styles: Mapping[Place, int], *, annotate: bool) -> Patch:
    """Put formulas and colours into cells; values come later."""
    spans = cell_spans(data)
    edits: dict[Place, Edit] = {}
    lines: list[Line] = []
    left: list[Change] = []
    texts = _Texts(spans)
    blocks = [
        corners for span in spans.values() if span.kind in {"array", "dataTable"} and (corners := block(span.area))
    ]
    for place, change in changes.items():
        span = spans.get(place)
        style = {b"s": b"%d" % styles[place]} if place in styles else {}
        why, now = change.reason, "" if annotate else change.formula.removeprefix("=")
        if span is None:
            left.append(change)
            lines.append(Line(change.sheet, place, "", "", f"{why} ({_EMPTY})"))
            continue
        if now and any(first <= place and _is_in(place, first, last) for first, last in blocks):
            left.append(change)
            now, why = "", f"{why} ({_IN_A_BLOCK})"
        raw = data[span.start : span.end]
        edits[place] = Edit(span.start, span.end, _with_formula(raw, now, style) if now else _styled(raw, style))
        lines.append(Line(change.sheet, place, texts.of(place), now, why))
        if now and span.kind == "shared" and span.text:
            edits |= _unshared(data, spans, span, {*changes}, texts)
    return Patch(applied(data, edits.values()), tuple(lines), tuple(left))


def _is_in(place: Place, first: Place, last: Place) -> bool:
    return first[0] <= place[0] <= last[0] and first[1] <= place[1] <= last[1]


class _Texts:
    """The formula of any cell in A1 form, also where it is shared with another cell."""

    def __init__(self, spans: Mapping[Place, CellSpan]) -> None:
        self._spans = spans
        self._masters = {span.group: span for span in spans.values() if span.kind == "shared" and span.text}

    def of(self, place: Place) -> str:
        span = self._spans[place]
        if span.text or span.kind != "shared" or span.group not in self._masters:
            return span.text
        master = self._masters[span.group]
        return moved(master.text, master.place, place) or ""


def _unshared(
    data: bytes, spans: Mapping[Place, CellSpan], master: CellSpan, changed: set[Place], texts: _Texts
) -> dict[Place, Edit]:
    """Formulas of their own for the cells that shared the one which is changed."""
    found: dict[Place, Edit] = {}
    for place, span in spans.items():
        if span.kind == "shared" and span.group == master.group and not span.text and place not in changed:
            raw = data[span.start : span.end]
            formula = _FORMULA.search(raw)
            text = texts.of(place)
            if formula is not None and text:
                mark = prefix(raw)
                plain = b"<%bf>%b</%bf>" % (mark, escaped(text).encode(), mark)
                found[place] = Edit(span.start + formula.start(), span.start + formula.end(), plain)
    return found


def _styled(raw: bytes, style: Mapping[bytes, bytes]) -> bytes:
    end = tag_end(raw, 0)
    return with_attributes(raw[:end], style) + raw[end:]


def _with_formula(raw: bytes, formula: str, style: Mapping[bytes, bytes]) -> bytes:
    """A cell with another formula; its old value stays until it is computed, if it is a number."""
    end = tag_end(raw, 0)
    mark = prefix(raw)
    kept = attribute(raw[:end], b"t") in {None, b"n"}
    old = re.search(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>[^<]*</(?:[\w.-]+:)?v\s*>", raw[end:]) if kept else None
    tag = with_attributes(
        raw[:end].removesuffix(b"/>") + b">" if raw[:end].endswith(b"/>") else raw[:end], {**style, b"t": None}
    )
    body = b"<%bf>%b</%bf>" % (mark, escaped(formula).encode(), mark)
    return tag + body + (old[0] if old else b"") + b"</%bc>" % mark


def with_values(data: bytes, values: Mapping[Place, Value]) -> bytes:
    """Put computed values into cells with formulas; the formulas stay as they are, byte for byte."""
    spans = cell_spans(data)
    edits = []
    for place, value in values.items():
        span = spans.get(place)
        if span is None or span.kind == "none":
            continue
        raw = data[span.start : span.end]
        formula = _FORMULA.search(raw)
        if formula is None:
            continue
        kind, text = _written(value)
        mark = prefix(raw)
        tag = with_attributes(raw[: tag_end(raw, 0)], {b"t": kind})
        stored = b"" if text is None else b"<%bv>%b</%bv>" % (mark, escaped(text).encode(), mark)
        edits.append(Edit(span.start, span.end, tag + formula[0] + stored + b"</%bc>" % mark))
    return applied(data, edits)


def _written(value: Value) -> tuple[bytes | None, str | None]:
    """What a value is called in the file, and how it is written."""
    match value:
        case bool():
            return b"b", "1" if value else "0"
        case str():
            return b"str", value
        case Fault(code):
            return b"e", code
        case None:
            return None, None
    return None, repr(float(value)).removesuffix(".0")

"""Styles that are like those in use but for their colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.patching.places import Edit, applied, attribute, prefix, spans, with_attributes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.check.patching.places import Span

CHANGED, MARKED = "FFC6EFCE", "FFFFC7CE"
"""Green where a formula was put right, red where one was only marked."""


def coloured(styles: bytes, wanted: Sequence[tuple[int, str]]) -> tuple[bytes, dict[tuple[int, str], int]]:
    """The part with the styles, a copy added for each style and colour wanted, and the numbers of the copies.

    A part without a list of styles stays as it is, and no cell is coloured.
    """
    fills, formats = spans(styles, "fills"), spans(styles, "cellXfs")
    if not fills or not formats or not wanted or styles[fills[0].inner - 2 :].startswith(b"/>"):
        return styles, {}
    inside = spans(styles, "fill")
    start, _, end = formats[0]
    used = [span for span in spans(styles, "xf") if start < span.start < end]
    if not used:
        return styles, {}
    colours = sorted({colour for _, colour in wanted})
    first = sum(fills[0].start < span.start < fills[0].end for span in inside)
    mark = prefix(styles[fills[0].start : fills[0].inner])
    new_fills = b"".join(_fill(mark, colour) for colour in colours)
    copies: dict[tuple[int, str], int] = {}
    new_formats = b""
    for style, colour in dict.fromkeys(wanted):
        span = used[style if style < len(used) else 0]
        tag = with_attributes(
            styles[span.start : span.inner], {b"fillId": b"%d" % (first + colours.index(colour)), b"applyFill": b"1"}
        )
        new_formats += tag + styles[span.inner : span.end]
        copies[style, colour] = len(used) + len(copies)
    edits = [
        *_grown(styles, fills[0], new_fills, len(colours)),
        *_grown(styles, formats[0], new_formats, len(copies)),
    ]
    return applied(styles, edits), copies


def _fill(mark: bytes, colour: str) -> bytes:
    inside = b'<%bpatternFill patternType="solid"><%bfgColor rgb="%b"/><%bbgColor indexed="64"/></%bpatternFill>'
    body = inside % (mark, mark, colour.encode(), mark, mark)
    return b"<%bfill>%b</%bfill>" % (mark, body, mark)


def _grown(data: bytes, span: Span, more: bytes, count: int) -> list[Edit]:
    """A list with more at its end, and its count to match."""
    start, inner, end = span
    tag = data[start:inner]
    before = attribute(tag, b"count")
    put = with_attributes(tag, {b"count": b"%d" % (int(before) + count)}) if before and before.isdigit() else tag
    close = data.rindex(b"</", start, end)
    return [Edit(start, inner, put), Edit(close, close, more)]

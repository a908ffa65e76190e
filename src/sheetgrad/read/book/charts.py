"""The charts of a sheet: what each line takes its name, x and y from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.read.book.cells import Chart, Series
from sheetgrad.read.book.markup import small_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

_COPIES = ("strCache", "numCache", "multiLvlStrCache", "extLst", "spPr", "txPr", "numLit", "strLit")
"""Stored copies of the cells, and formats."""


def charts(place: str, chunks: Iterable[bytes]) -> Iterator[Chart]:
    """The charts of one part: one for each kind of line that is drawn in it."""
    root = small_tree(place, chunks, leaving_out=_COPIES)
    title = _title(root)
    for plot in root.iter("plotArea"):
        for group in plot:
            series = tuple(map(_series, group.findall("ser")))
            if series:
                yield Chart(group.tag, title, series)


def _series(node: Element) -> Series:
    return Series(
        _source(node, "tx") or _text(node.find("tx/v")),
        _source(node, "cat") or _source(node, "xVal"),
        _source(node, "val") or _source(node, "yVal"),
    )


def _source(node: Element, name: str) -> str:
    inner = node.find(name)
    return "" if inner is None else next((_text(formula) for formula in inner.iter("f")), "")


def _text(node: Element | None) -> str:
    return "" if node is None else (node.text or "").strip()


def _title(root: Element) -> str:
    for title in root.iter("title"):
        return "".join(text.text or "" for text in title.iter("t")).strip()
    return ""

"""Which stretch of a text carries which verdict, for pages that show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.check.findings import Judged, Report

RANKS: Mapping[str, int] = {"given": 1, "true": 2, "note": 3, "unread": 4, "slip": 5, "false": 6}
"""Where verdicts overlap, the highest is shown."""


class Mark(NamedTuple):
    """A stretch with one verdict; `words` is how it was understood."""

    start: int
    end: int
    verdict: str
    words: str = ""


class Stretch(NamedTuple):
    """Text, with the mark on it if any."""

    text: str
    mark: Mark | None


def marks(report: Report) -> list[Mark]:
    """What to mark. Of a chain A = B = C each equality marks what the one before it has not."""
    found: list[Mark] = []
    for chain in _chains(report.equalities):
        last = chain[0].span[0]
        for judged in chain:
            found.append(Mark(last, judged.span[1], judged.verdict, f"{judged.left} = {judged.right}"))
            last = max(last, judged.span[1])
        found[-1] = found[-1]._replace(end=_end(report.text, chain[0].span[0], last))
    found += [
        Mark(*finding.span, finding.verdict, finding.message)
        for finding in report.findings
        if finding.verdict in {"unread", "note"} and finding.span != (0, 0)
    ]
    return [mark for mark in found if 0 <= mark.start < mark.end]


_ADDRESS = re.compile(r"[^\s\"'<>]*%[0-9A-Fa-f]{2}[^\s\"'<>]*")


def _end(text: str, start: int, end: int) -> int:
    """Where a chain ends: in the address of a picture every sign may take three, so it goes on to the address's end."""
    address = _ADDRESS.match(text, start, start + 20_000)
    if address is None or address.end() <= end:
        return end
    stop = text.find("![", end, address.end())
    return (stop if stop >= 0 else address.end()) - (text[address.end() - 1] == ")" and stop < 0)


def _chains(equalities: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Equalities that begin at the same place, by where they end."""
    by_start: dict[int, list[Judged]] = {}
    for judged in equalities:
        if judged.span != (0, 0):
            by_start.setdefault(judged.span[0], []).append(judged)
    for chain in by_start.values():
        yield sorted(chain, key=lambda judged: judged.span[1])


def lines(text: str, found: Sequence[Mark]) -> Iterator[list[Stretch]]:
    """The text line by line, cut where marks begin and end, in time linear in both."""
    events = sorted({edge for mark in found for edge in (mark.start, mark.end)})
    opened = sorted(found, key=lambda mark: mark.start)
    active: list[Mark] = []
    next_event = next_open = 0
    place = 0
    for line in text.split("\n"):
        stop = place + len(line)
        stretches: list[Stretch] = []
        while place < stop or not stretches:
            while next_event < len(events) and events[next_event] <= place:
                next_event += 1
            while next_open < len(opened) and opened[next_open].start <= place:
                active.append(opened[next_open])
                next_open += 1
            active = [mark for mark in active if mark.end > place]
            end = min(stop, events[next_event]) if next_event < len(events) else stop
            shown = max(active, key=lambda mark: RANKS.get(mark.verdict, 0), default=None)
            stretches.append(Stretch(text[place:end], shown))
            place = end
            if place >= stop:
                break
        yield stretches
        place = stop + 1

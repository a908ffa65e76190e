"""Where the cells of a folded table stand: tracks and lines on one side, sheets, rows and columns on the other.

In a table whose steps are blocks of cells, or are spread over two sheets, a step is
folded into one line. A *part* is what one sheet gives to it: a block of so many rows
(or columns) that comes back at a fixed distance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.read.book.cells import Place, Sheet


class Part(NamedTuple):
    """The blocks of one sheet: where the first begins, and how many rows (or columns) one has."""

    sheet: Sheet
    sideways: bool
    first: int
    stride: int

    def turned(self, place: Place) -> tuple[int, int, int]:
        """The number of a cell's block, and where in the block it stands."""
        row, column = place
        along, across = (column, row) if self.sideways else (row, column)
        number, inside = divmod(along - self.first, self.stride)
        return number, inside, across

    def place(self, number: int, inside: int, across: int) -> Place:
        """Row and column of a cell of a block."""
        along = self.first + number * self.stride + inside
        return (across, along) if self.sideways else (along, across)


class Spot(NamedTuple):
    """Where in a block a track stands."""

    sheet: str
    inside: int
    across: int


class Site(NamedTuple):
    """A cell of the book."""

    sheet: str
    place: Place


FIRST = 1
"""The line of the first block."""


@dataclass(slots=True)
class Layout:
    """How the lines of a folded table lie in the sheets of a book."""

    parts: Mapping[str, Part]
    lowest: int = 0
    """The number of the first block."""
    highest: int = 0
    spots: tuple[Spot, ...] = ()
    """Where each track stands; a track is called by its place in this list, counted from 1."""
    tracks: dict[Spot, int] = field(default_factory=dict)
    carried: dict[int, int] = field(default_factory=dict)
    """New values that stand in a block, and the track that has them on the next line (their own where no other has)."""
    starts: dict[Site, int] = field(default_factory=dict)
    """Cells outside of the blocks that a track starts from."""
    own: frozenset[tuple[int, int]] = frozenset()
    """Tracks and lines on which a track with carried values has a formula of its own all the same."""
    outside: dict[tuple[str, int, int], int] = field(default_factory=dict)
    """How far cells of other places move from line to line."""

    @property
    def last(self) -> int:
        """The line of the last block."""
        return FIRST + self.highest - self.lowest

    def block(self, line: int) -> int:
        """The number of the block of a line."""
        return line - FIRST + self.lowest

    def spot(self, site: Site) -> tuple[Spot, int] | None:
        """Where in a block a cell stands, and on which line; None outside of all blocks."""
        part = self.parts.get(site.sheet)
        if part is None:
            return None
        number, inside, across = part.turned(site.place)
        if not self.lowest <= number <= self.highest:
            return None
        return Spot(site.sheet, inside, across), FIRST + number - self.lowest

    def turned(self, site: Site) -> tuple[int, int] | None:
        """Track and line of a cell; None outside of the table."""
        start = self.starts.get(site)
        if start is not None:
            return start, FIRST
        found = self.spot(site)
        track = None if found is None else self.tracks.get(found[0])
        if found is None or track is None:
            return None
        return (self.carried[track], found[1] + 1) if track in self.carried else (track, found[1])

    def site(self, track: int, line: int) -> Site | None:
        """The cell that a track has on a line."""
        if line == FIRST and track in self.starts.values():
            return next(site for site, start in self.starts.items() if start == track)
        new = next((one for one, other in self.carried.items() if other == track), None)
        if new is not None and line > FIRST and (track, line) not in self.own:
            return self._at(new, line - 1)
        return self._at(track, line)

    def _at(self, track: int, line: int) -> Site | None:
        if not 0 < track <= len(self.spots):
            return None
        spot = self.spots[track - 1]
        return Site(spot.sheet, self.parts[spot.sheet].place(self.block(line), spot.inside, spot.across))

    def shown(self, track: int, line: int) -> Place:
        """Row and column of a cell as a person sees them."""
        site = self.site(track, line)
        return (line, track) if site is None else site.place

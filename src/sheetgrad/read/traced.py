"""Text that remembers where every character came from, however often it is rewritten."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable


class Place(NamedTuple):
    """Where something stands in a file; both count from 1."""

    line: int
    column: int


class Traced(NamedTuple):
    """Some text, and for each of its characters the offset in the source."""

    text: str
    at: tuple[int, ...]

    def part(self, start: int, end: int | None = None) -> Traced:
        """A slice."""
        return Traced(self.text[start:end], self.at[start:end])

    def stripped(self) -> Traced:
        """Without white space at either end."""
        start = len(self.text) - len(self.text.lstrip())
        end = len(self.text.rstrip())
        return self.part(start, max(start, end))

    def sub(self, pattern: re.Pattern[str], put: str | Callable[[re.Match[str]], str | Traced]) -> Traced:
        """Rewrite every match; what is put in comes from where the match began.

        A replacement that keeps a group of the match keeps the places of its characters:
        return `self.part(*match.span(n))` from `put` for that.
        """
        if not pattern.search(self.text):
            return self
        texts: list[str] = []
        at: list[int] = []
        last = 0
        for match in pattern.finditer(self.text):
            start, end = match.span()
            texts.append(self.text[last:start])
            at.extend(self.at[last:start])
            new = put if isinstance(put, str) else put(match)
            if isinstance(new, Traced):
                texts.append(new.text)
                at.extend(new.at)
            else:
                texts.append(new)
                at.extend([self._origin(start)] * len(new))
            last = end
        texts.append(self.text[last:])
        at.extend(self.at[last:])
        return Traced("".join(texts), tuple(at))

    def _origin(self, place: int) -> int:
        if place < len(self.at):
            return self.at[place]
        return self.at[-1] if self.at else 0


def joined(parts: Iterable[Traced | str]) -> Traced:
    """Parts one after the other; a plain string takes the place of what came before it."""
    texts: list[str] = []
    at: list[int] = []
    for part in parts:
        if isinstance(part, Traced):
            texts.append(part.text)
            at.extend(part.at)
        else:
            texts.append(part)
            at.extend([at[-1] if at else 0] * len(part))
    return Traced("".join(texts), tuple(at))


@dataclass(frozen=True)
class Source:
    """A file's text, or one cell's, and where its lines begin."""

    path: str
    text: str
    starts: tuple[int, ...]
    first_line: int = 1

    @classmethod
    def of(cls, path: str, text: str, *, first_line: int = 1) -> Source:
        """Note where the lines begin."""
        starts = [0]
        starts.extend(place + 1 for place, character in enumerate(text) if character == "\n")
        return cls(path, text, tuple(starts), first_line)

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect_right(self.starts, offset) - 1
        return Place(line + self.first_line, offset - self.starts[line] + 1)

    def traced(self, start: int = 0, end: int | None = None) -> Traced:
        """A stretch of the text."""
        stop = len(self.text) if end is None else end
        return Traced(self.text[start:stop], tuple(range(start, stop)))

"""A code that a finding can carry, in words."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One code in words."""

    code: str
    title: str
    meaning: str
    why: str = ""
    how_to_see: str = ""

    def __str__(self) -> str:
        """The entry as `sheetgrad explain` prints it."""
        parts = [f"{self.code}: {self.title}", self.meaning]
        parts += [f"Why it happens: {self.why}"] if self.why else []
        parts += [f"How to see it: {self.how_to_see}"] if self.how_to_see else []
        return "\n\n".join(parts)

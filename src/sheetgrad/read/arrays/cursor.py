"""A place in a run of tokens, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetgrad.read.arrays.marks import BOLD
from sheetgrad.read.folding import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetgrad.read.arrays.lexer import Token


@dataclass
class Cursor:
    """Tokens of one side of an equation, the text that they were cut from, and how far they are read."""

    made: Sequence[Token]
    source: str = ""
    at: int = 0
    depth: int = 0
    norms: int = 0

    def _fail(self, reason: str = "") -> None:
        token = self.made[min(self.at, len(self.made) - 1)]
        raise Unreadable(reason or f"{self.source[token.start : token.end].strip()!r} cannot stand here")

    def _text(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.made[place].text if place < len(self.made) and self.made[place].kind == "mark" else ""

    def _kind(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.made[place].kind if place < len(self.made) else ""

    def _accept(self, *texts: str) -> str:
        text = self._text()
        if text and text in texts:
            self.at += 1
            return text
        return ""

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._fail(f"{text} is missing")

    def _spelled(self, start: int) -> str:
        first, last = self.made[start], self.made[self.at - 1]
        return "".join(self.source[first.start : last.end].split(BOLD)).strip()

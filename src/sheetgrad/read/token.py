"""What a line is cut into."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

TokenKind: TypeAlias = Literal["number", "name", "word", "partial", "function", "frac", "sqrt", "sum", "mark", "other"]


class Token(NamedTuple):
    """One token: what it is, its normal form, and where it stands in the text it was cut from."""

    kind: TokenKind
    text: str
    start: int
    end: int
    spelled: str = ""
    note: str = ""

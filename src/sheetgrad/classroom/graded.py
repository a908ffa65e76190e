"""One hand-in, graded: everything that the report says of it, as plain data."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.classroom.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_LINES = 600
"""Lines of a hand-in that are remembered, to find the same text elsewhere."""
SHORTEST_LINE = 20
"""Letters and digits that a line must have to be remembered."""


class Slip(NamedTuple):
    """One mistake, as the overview counts it."""

    code: str
    quantity: str
    sign: str
    """What is the same when somebody else makes the same mistake."""
    place: str


class Paper(NamedTuple):
    """One file of a hand-in: how it was judged, or why it was not."""

    shown: str
    kind: str = ""
    problem: str = ""
    true: int = 0
    slips: int = 0
    false: int = 0
    unread: int = 0


class Graded(NamedTuple):
    """What is known of one hand-in after it was graded."""

    label: str
    student: str
    page: str
    """The name of its feedback page, without the ending."""
    name: str = ""
    """What people call the student, where the class list says it."""
    matched: str = ""
    """How the student was found."""
    time: str = ""
    late: bool = False
    problem: str = ""
    """Why nothing could be graded; empty where something could."""
    points: float = 0.0
    most: float = 0.0
    marks: tuple[Mark, ...] = ()
    slips: tuple[Slip, ...] = ()
    papers: tuple[Paper, ...] = ()
    like: str = ""
    """The student whose numbers these are, where they are not this student's own."""
    lines: tuple[str, ...] = ()
    """A short sum of each line that could be somebody's own."""

    @property
    def who(self) -> str:
        """The student for people: the name with the identifier, or what the hand-in is called."""
        if self.name and self.student:
            return f"{self.name} ({self.student})"
        return self.student or self.label

    def text(self) -> str:
        """The same as JSON."""
        made = self._asdict()
        for key in ("marks", "slips", "papers"):
            made[key] = [one._asdict() for one in made[key]]
        return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def graded_of(text: str) -> Graded:
    """What `Graded.text` wrote.

    Raises:
        ValueError, TypeError, KeyError: it is something else.
    """
    given: dict[str, Any] = json.loads(text)
    kinds: Mapping[str, Any] = {"marks": Mark, "slips": Slip, "papers": Paper}
    for key, kind in kinds.items():
        given[key] = tuple(kind(**one) for one in given[key])
    given["lines"] = tuple(given["lines"])
    return Graded(**given)


def sums(texts: Iterable[str]) -> tuple[str, ...]:
    """A short sum of every line that is long enough to be somebody's own, each once."""
    found: dict[str, None] = {}
    for text in texts:
        for line in text.splitlines():
            bare = re.sub(r"[\s*_`>|#-]+", "", line).casefold()
            if sum(map(str.isalnum, bare)) >= SHORTEST_LINE and len(found) < LONGEST_LINES:
                found.setdefault(hashlib.blake2b(bare.encode(errors="replace"), digest_size=6).hexdigest())
    return tuple(found)

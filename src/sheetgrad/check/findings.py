"""What a check finds: verdicts and findings as plain data, before anything is printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from sheetgrad.check.steps import Step
    from sheetgrad.check.together.facts import Facts

Verdict: TypeAlias = Literal["true", "slip", "false", "unread", "given"]
VERDICTS: tuple[Verdict, ...] = ("true", "slip", "false", "unread", "given")
Kind: TypeAlias = Literal["document", "code", "workbook"]


class Mended(NamedTuple):
    """A cell of a workbook, and the formula that would be right in it; empty where none is known."""

    sheet: str
    row: int
    column: int
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one place.

    `verdict` is "slip", "false", "unread", or "note" for what is no verdict.
    """

    verdict: str
    code: str
    line: int
    column: int
    place: str
    """`file:line:column`, `file:cell 3:line:column`, or `Sheet1!AC33:AC78`."""
    quantity: str = ""
    """The plain name of what the equality is about (`dE_total_dw3`)."""
    yours: str = ""
    """The side that is meant, in the author's own notation."""
    expected: str = ""
    """What would be right, in the author's own notation; empty where nothing short is."""
    message: str = ""
    """Why, in a sentence or two."""
    witness: str = ""
    """Numbers at which the two sides differ."""
    span: tuple[int, int] = (0, 0)
    """Where it stands in the source, for marking: start and end offset."""
    cells: tuple[Mended, ...] = ()
    """The cells one by one, where steps are blocks of cells and a formula is not simply copied from step to step."""

    def as_json(self) -> dict[str, Any]:
        """The keys that users may rely on."""
        keys = ("verdict", "line", "column", "place", "code", "quantity", "yours", "expected", "message")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class Judged:
    """One equality as it was understood and judged; `check --show-reading` prints these."""

    line: int
    column: int
    verdict: Verdict
    left: str
    right: str
    span: tuple[int, int] = (0, 0)


class Shown(NamedTuple):
    """A cell of a sheet as a report shows it."""

    text: str
    formula: str = ""


class Drawing(NamedTuple):
    """A part of a sheet that a report shows."""

    sheet: str
    rows: tuple[int, ...]
    """The numbers of the rows, counted from 1; where one is left out, so are the rows."""
    columns: tuple[int, ...]
    letters: tuple[str, ...]
    cells: tuple[tuple[Shown, ...], ...]
    """Row after row."""


@dataclass
class Report:
    """All that a check says about one file."""

    path: str
    kind: Kind = "document"
    network: str = ""
    """What the file was judged against, in words."""
    equalities: list[Judged] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_read: int = 0
    """Lines with = and names in which no equality could be read."""
    gradients: dict[str, Verdict] = field(default_factory=dict)
    """For each weight whose gradient the file gives in the end: whether that is right."""
    steps: list[Step] = field(default_factory=list, repr=False)
    """What each chain of a text comes to, and from which earlier mistake it follows; for giving marks."""
    facts: list[Facts] = field(default_factory=list, repr=False)
    """The network of a text, or of each table of a workbook, for comparing files that were handed in together."""
    text: str = field(default="", repr=False)
    """The source, for reports that mark it."""
    drawings: list[Drawing] = field(default_factory=list, repr=False)
    """The tables of a workbook, for reports that mark them."""
    error: str = ""
    """Why the file could not be read at all; empty when it could."""

    @property
    def counts(self) -> dict[str, int]:
        """How many equalities have each verdict."""
        return {verdict: sum(judged.verdict == verdict for judged in self.equalities) for verdict in VERDICTS}

    def as_json(self) -> dict[str, Any]:
        """`{"path", "kind", "counts", "findings"}` and what else is known."""
        found = [finding.as_json() for finding in self.findings]
        made: dict[str, Any] = {"path": self.path, "kind": self.kind, "counts": self.counts, "findings": found}
        made |= {"network": self.network, "not_read": self.not_read, "gradients": dict(self.gradients)}
        return made | ({"error": self.error} if self.error else {})

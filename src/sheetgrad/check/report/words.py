"""What all reports say alike: counts, names and final gradients in words."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheetgrad.check.findings import Finding, Report

LONGEST = 600
"""Characters of one formula in a report for people."""
_DERIVATIVE = re.compile(r"d(.+?)_d(.+)")
_CELLS = re.compile(r"![A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that would steer a terminal, or hide or turn round what stands beside them."""


def clean(text: str, longest: int = LONGEST) -> str:
    r"""Text of somebody else on one line: what cannot be seen is spelt out, what is too long is cut.

    >>> clean("a\x1b[31m = b")
    'a\\x1b[31m = b'
    """
    shown = visible(text).replace("\n", " ").replace("\t", " ")
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def visible(text: str) -> str:
    """The same with hidden characters spelt out; line breaks and tabs stay."""
    return _HIDDEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def quantity(plain: str) -> str:
    """A plain name as people write it: `dE_total_dw5` is ∂E_total/∂w5."""
    match = _DERIVATIVE.fullmatch(plain)
    return clean(f"∂{match[1]}/∂{match[2]}" if match else plain, 80)


def kind(finding: Finding) -> str:
    """The code, with the verdict before it where that is not false."""
    code = clean(finding.code, 80)
    match finding.verdict:
        case "false":
            return code
        case "unread":
            return "not read" if code == "unread" else f"not read: {code}"
        case verdict:
            return f"{verdict}: {code}" if code != verdict else verdict


class Group(NamedTuple):
    """A finding, and others that say the same of other places."""

    first: Finding
    others: tuple[Finding, ...]

    @property
    def more(self) -> str:
        """`and 3 more like it: lines 12, 15 and 18`, or nothing."""
        if not self.others:
            return ""
        if in_workbook(self.first):
            return f"and {len(self.others):,} more like it: {', '.join(map(_cells, self.others))}"
        cells = {other.place.rpartition(":cell ")[1] for other in self.others} != {""}
        places = [_where(other, cell=cells) for other in self.others]
        word = "" if cells else ("line " if len(places) == 1 else "lines ")
        return f"and {len(places):,} more like it: {word}{', '.join(places)}"


def in_workbook(finding: Finding) -> bool:
    """Whether it is about cells of a workbook: `Sheet1!AC33:AC78`."""
    return finding.place.startswith("'") or re.search(r"![A-Z]{1,3}\d+", finding.place) is not None


def _cells(finding: Finding) -> str:
    name = f" ({quantity(finding.quantity)})" if finding.quantity else ""
    return f"{clean(finding.place, 120)}{name}"


def _where(finding: Finding, *, cell: bool) -> str:
    name = f" ({quantity(finding.quantity)})" if finding.quantity else ""
    place = finding.place.rpartition(":cell ")[2].split(":")
    line = f"cell {place[0]} line {finding.line}" if cell else str(finding.line)
    return f"{line}{name}"


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Findings of one code whose words differ only in their numbers, under the first of them."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    seen: set[tuple[str, str, str]] = set()
    for finding in findings:
        said = (finding.place, finding.yours, finding.message)
        if said in seen:  # both equalities of a chain stumble over the member between them
            continue
        seen.add(said)
        words = re.sub(r"[\W\d_]+", " ", _CELLS.sub("!", finding.message))
        found.setdefault((finding.verdict, finding.code, words), []).append(finding)
    return [Group(members[0], tuple(members[1:])) for members in found.values()]


def counted(reports: Sequence[Report]) -> str:
    """`117 equalities: 112 true, 3 slips, 2 false, 0 unread; 0 lines with = not read`."""
    counts: dict[str, int] = {}
    for report in reports:
        for verdict, count in report.counts.items():
            counts[verdict] = counts.get(verdict, 0) + count
    judged = sum(count for verdict, count in counts.items() if verdict != "given")
    cells = bool(reports) and all(report.kind == "workbook" for report in reports)
    lines = _many(sum(report.not_read for report in reports), "line", "lines")
    nouns = ("formula", "formulas") if cells else ("equality", "equalities")
    words = (
        f"{_many(judged, *nouns)}: {counts.get('true', 0):,} true, "
        f"{_many(counts.get('slip', 0), 'slip', 'slips')}, {counts.get('false', 0):,} false, "
        f"{counts.get('unread', 0):,} unread"
    )
    if not cells:
        words += f"; {lines} with = not read"
    given = counts.get("given", 0)
    return f"{words}; {_many(given, 'value or name', 'values or names')} given" if given else words


COMMONEST = 5
"""Mistakes that a summary names."""


def commonest(reports: Sequence[Report]) -> list[str]:
    """`wrong-index in 12 files`: what most files have wrong, the commonest first."""
    files = Counter(
        code for r in reports for code in sorted({f.code for f in r.findings if f.verdict == "false" != f.code})
    )
    return [f"{clean(code, 80)} in {_many(count, 'file', 'files')}" for code, count in files.most_common(COMMONEST)]


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def gradients(found: Mapping[str, str]) -> str:
    """`final gradients: w1, w2 right; w3, w4 WRONG`, or that there are none."""
    if not found:
        return "final gradients: the text gives none that could be judged"
    names = sorted(found, key=natural)
    right = [name for name in names if found[name] != "false"]
    wrong = [name for name in names if found[name] == "false"]
    if not wrong:
        return f"final gradients: all {len(right)} right ({', '.join(right)})"
    good = f"{', '.join(right)} right; " if right else ""
    return f"final gradients: {good}{', '.join(wrong)} WRONG"


def natural(name: str) -> tuple[str | int, ...]:
    """The order in which people count: w2 before w10."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name))

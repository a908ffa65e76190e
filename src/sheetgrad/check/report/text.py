"""A report for people, as compilers write theirs: a place, what is wrong, and how to mend it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from sheetgrad.check.report.words import clean, commonest, counted, gradients, grouped, kind, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from sheetgrad.check.findings import Judged, Report
    from sheetgrad.check.report.words import Group

    Paint: TypeAlias = Callable[[str, str], str]

COLOURS: Mapping[str, str] = {
    "false": "31;1",
    "slip": "33;1",
    "unread": "35",
    "note": "36",
    "true": "32",
    "given": "2",
    "bold": "1",
    "dim": "2",
}
"""What each is printed in, by its code for terminals."""


def text(reports: Sequence[Report], *, colour: bool = False, reading: bool = False) -> str:
    """Every finding of every file, a summary for each, and one for all where there are several.

    `reading` prints every equality as it was understood, first.
    """
    paint = _painted if colour else _plain
    lines: list[str] = []
    folder = ""
    several = len({PurePath(report.path).parent for report in reports}) < len(reports) > 2
    for report in reports:
        here = clean(str(PurePath(report.path).parent))
        if several and here != folder:
            lines += [paint(f"── {here}", "dim"), ""]
            folder = here
        lines += [*_report(report, paint, reading=reading), ""]
    if len(reports) > 1:
        lines += _total(reports, paint)
    return "\n".join(lines).rstrip("\n") + "\n"


def _plain(words: str, _colour: str) -> str:
    return words


def _painted(words: str, colour: str) -> str:
    return f"\x1b[{COLOURS[colour]}m{words}\x1b[0m"


def _report(report: Report, paint: Paint, *, reading: bool) -> Iterator[str]:
    path = clean(report.path)
    if report.error:
        yield f"{paint(path, 'bold')}: {paint('not checked', 'false')}: {clean(report.error, 2_000)}"
        return
    if reading:
        yield from (_understood(judged, paint) for judged in report.equalities)
        yield ""
    for group in grouped(report.findings):
        yield from _group(group, paint)
        yield ""
    yield f"{paint(path, 'bold')}: {counted([report])}"
    if report.network:
        yield f"  judged against: {clean(report.network)}"
    if report.equalities and report.network:
        wrong = "false" in report.gradients.values()
        yield "  " + paint(gradients(report.gradients), "false" if wrong else "true" if report.gradients else "dim")


def _group(group: Group, paint: Paint) -> Iterator[str]:
    finding = group.first
    head = f"{paint(clean(finding.place), 'bold')}  {paint(kind(finding), finding.verdict)}"
    yield f"{head}  {quantity(finding.quantity)}" if finding.quantity else head
    if finding.yours:
        yield f"  yours     {clean(finding.yours)}"
    if finding.expected:
        yield f"  expected  {clean(finding.expected)}"
    if finding.message:
        yield f"  {clean(finding.message, 2_000)}"
    if finding.witness and not finding.expected:
        yield f"  {paint(clean(finding.witness), 'dim')}"
    if group.more:
        yield f"  {paint(clean(group.more, 2_000), 'dim')}"


def _understood(judged: Judged, paint: Paint) -> str:
    verdict = paint(f"{judged.verdict:<6}", judged.verdict)
    return f"{judged.line:>5}:{judged.column:<4} {verdict}  {clean(judged.left)} = {clean(judged.right)}"


def _total(reports: Sequence[Report], paint: Paint) -> Iterator[str]:
    unread = sum(bool(report.error) for report in reports)
    wrong = sum(report.counts["false"] > 0 for report in reports)
    yield f"{paint(f'{len(reports):,} files', 'bold')}: {counted(reports)}"
    yield f"  {wrong:,} with false equalities; {unread:,} not checked"
    if wrong > 1:
        yield f"  most frequent: {', '.join(commonest(reports))}"

"""The page that one student gets: the points, what is right, and what is wrong at the level that was chosen."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from sheetgrad.check.codes import entries
from sheetgrad.check.findings import Finding
from sheetgrad.check.report.html import card, document
from sheetgrad.check.report.words import natural
from sheetgrad.classroom.frame import counted, number, page, safe
from sheetgrad.classroom.marks import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.check.findings import Report
    from sheetgrad.classroom.graded import Graded
    from sheetgrad.classroom.marks import Mark

Level: TypeAlias = Literal["locate", "hint", "explain", "solution"]
LEVELS: tuple[Level, ...] = get_args(Level)
ABOUT: Mapping[Level, str] = {
    "locate": "This page shows where to look again. Finding out what is wrong there is up to you.",
    "hint": "This page shows where to look again, and how to see what is wrong there.",
    "explain": "This page shows what is wrong, and why.",
    "solution": "This page shows what is wrong, why, and what would be right.",
}
SIGNS: Mapping[str, str] = {
    "right": "✓",
    "followed": "✓",
    "slip": "~",
    "wrong": "✗",
    "again": "✗",
    "missing": "–",
    "unread": "?",
    "teacher": "",
}
GROUPS: Mapping[str, str] = {
    "equations": "The equations",
    "answers": "The worksheet",
    "columns": "The workbook",
    "method": "How it was done",
    "teacher": "Given by your teacher",
}
SHOWN = frozenset({"false", "slip"})


def at_level(finding: Finding, level: Level) -> Finding:
    """A finding with no more in it than the level shows."""
    entry = entries().get(finding.code)
    match level:
        case "solution":
            return finding
        case "explain":
            return replace(finding, expected="")
        case "hint":
            words = f"{entry.title}. {entry.how_to_see or entry.meaning}" if entry else ""
            return replace(finding, expected="", message=words, witness="")
        case "locate":
            return replace(finding, code="look again", expected="", message="", witness="")


def feedback(graded: Graded, reports: Sequence[tuple[str, Report]], *, title: str, level: Level) -> str:
    """The page; `reports` are the files of the hand-in as they were judged, each under the name its author gave it."""
    name = graded.who
    header = f'<p class="title">{safe(title)}</p>\n' if title else ""
    header += f"<h1>Feedback for {safe(name, 120)}</h1>\n{_score(graded)}"
    body = "".join(_body(graded, reports, level))
    return page(f"Feedback for {name}", header, body)


def _score(graded: Graded) -> str:
    if graded.problem:
        return f'<p class="notice">Nothing could be graded: {safe(graded.problem, 2_000)}</p>\n'
    more = sum(mark.most for mark in graded.marks if mark.kind == "teacher")
    rest = f'<span class="soft">and up to {number(more)} that your teacher gives by hand</span>' if more else ""
    late = '<span class="wrong">handed in late</span>' if graded.late else ""
    share = 100 * graded.points / graded.most if graded.most else 0.0
    return (
        f'<p class="score"><strong>{number(graded.points)}</strong><span>of {number(graded.most)} points</span>'
        f"{rest}{late}</p>\n{bar(share, width=320)}\n"
    )


def _body(graded: Graded, reports: Sequence[tuple[str, Report]], level: Level) -> Iterator[str]:
    if graded.marks and not graded.problem:
        yield f"<h2>Your points</h2>\n{_marks(graded, level)}"
    yield from _mistakes(graded, reports, level)
    yield from _good(graded, reports)
    yield from _papers(graded, reports, level)


# --- the points -------------------------------------------------------------------------------------


def _marks(graded: Graded, level: Level) -> str:
    rows = []
    for kind, group in groupby(graded.marks, key=lambda mark: mark.kind):
        rows.append(f'<tr class="group"><th colspan="4" scope="colgroup">{GROUPS[kind]}</th></tr>\n')
        rows += [_row(mark, level) for mark in group]
    lost = sum(mark.points for mark in graded.marks) - graded.points
    if lost > 0:
        rows.append(f'<tr><td>Handed in late</td><td class="number">−{number(lost)}</td><td></td><td></td></tr>\n')
    rows.append(
        f'<tr class="total"><td>Together</td><td class="number">{number(graded.points)} / {number(graded.most)}</td>'
        "<td></td><td></td></tr>\n"
    )
    head = '<th scope="col">What</th><th scope="col" class="number">Points</th><th scope="col">How it stands</th>'
    head += '<th scope="col">Where</th>'
    return (
        f'<div class="wide"><table class="marks">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{''.join(rows)}</tbody>\n</table></div>\n"
    )


def _row(mark: Mark, level: Level) -> str:
    got = '<span class="blank">&nbsp;</span>' if mark.standing == "teacher" else number(mark.points)
    return (
        f'<tr><td>{safe(mark.title)}</td><td class="number">{got} / {number(mark.most)}</td>'
        f'<td><span class="standing {mark.standing}" data-sign="{SIGNS[mark.standing]}">'
        f"{_words(mark)}</span>{_more(mark, level)}</td><td>{safe(mark.place)}</td></tr>\n"
    )


def _words(mark: Mark) -> str:
    return f"right, given {safe(mark.after)}" if mark.standing == "followed" and mark.after else WORDS[mark.standing]


def _more(mark: Mark, level: Level) -> str:
    """What else is said of a mark at this level."""
    parts = []
    if mark.code and level != "locate" and mark.standing in {"wrong", "again", "slip"}:
        entry = entries().get(mark.code)
        parts.append(entry.title if entry else mark.code)
    parts += [f"yours is {mark.yours}"] if mark.yours and mark.standing in {"wrong", "again"} else []
    parts += [f"right is {mark.expected}"] if mark.expected and level == "solution" else []
    parts += [mark.words] if mark.words else []
    return f'<br><span class="soft">{safe("; ".join(parts))}</span>' if parts else ""


# --- what is wrong, and what is right ---------------------------------------------------------------


def _mistakes(graded: Graded, reports: Sequence[tuple[str, Report]], level: Level) -> Iterator[str]:
    cards = [made for shown, report in reports for made in _cards(shown, report, level)]
    cards += _answer_cards(graded.marks, level)
    if graded.problem:
        return
    yield "<h2>What to look at again</h2>\n"
    if not cards:
        yield "<p>Nothing false was found.</p>\n"
        return
    yield f'<p class="soft">{ABOUT[level]}</p>\n<div class="cards">\n{"".join(cards)}</div>\n'


def _cards(shown: str, report: Report, level: Level) -> Iterator[str]:
    """A card for each mistake that was made, not for what only follows from one."""
    seen: set[tuple[str, str, str]] = set()
    for finding in report.findings:
        said = (finding.place, finding.yours, finding.message)
        if finding.verdict not in SHOWN or said in seen or follows(report, finding):
            continue
        seen.add(said)
        made = card(at_level(finding, level)).replace("<h3>", f'<p class="soft">{safe(shown)}</p><h3>', 1)
        yield made.replace("</article>", f"{_kept(report, finding)}</article>\n", 1)


def _answer_cards(marks: Sequence[Mark], level: Level) -> Iterator[str]:
    """A card for each number that is wrong by a mistake of its own."""
    for mark in marks:
        if mark.kind == "answers" and mark.standing in {"wrong", "again"} and mark.yours:
            base = Finding("false", mark.code or "number", 0, 0, mark.place, "", mark.yours, mark.expected)
            made = card(at_level(replace(base, message=_betrayed(mark)), level))
            head = f'<p class="soft">{safe(mark.place)}</p><h3>{safe(mark.title)}: <span>'
            kept = [other.title for other in marks if other.after == f"the answer to {mark.name}"]
            more = ""
            if kept:
                more = (
                    f'<p class="kept">What follows from it is right, given this mistake: {safe(", ".join(kept))}.</p>'
                )
            made = made.replace("<h3>line 0: <span>", head, 1)
            yield made.replace("</article>", f"{more}</article>\n", 1)


def _betrayed(mark: Mark) -> str:
    """What a wrong number tells."""
    entry = entries().get(mark.code)
    if entry is None:
        return "No known mistake leads to this number: compute it once more, with all digits."
    return f"{mark.yours} comes out of {mark.formula}. {entry.title}: {entry.meaning}"


def follows(report: Report, finding: Finding) -> int:
    """The line of the mistake that a finding is only a consequence of."""
    return next((step.follows for step in report.steps if step.span[0] == finding.span[0] and step.follows), 0)


def _kept(report: Report, finding: Finding) -> str:
    """Later lines that are right after this mistake."""
    lines = [step.line for step in report.steps if step.follows == finding.line]
    if not lines:
        return ""
    where = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines))}"
    return f'<p class="kept">What follows from it in {where} is right, given this mistake.</p>'


def _good(graded: Graded, reports: Sequence[tuple[str, Report]]) -> Iterator[str]:
    parts = []
    right = [mark.title for mark in graded.marks if mark.standing in {"right", "followed"} and mark.kind == "answers"]
    if right:
        asked = sum(mark.kind == "answers" for mark in graded.marks)
        parts.append(f"<li>{len(right)} of {asked} answers: {safe(', '.join(right), 4_000)}.</li>\n")
    for shown, report in reports:
        counts = report.counts
        judged = counts["true"] + counts["slip"] + counts["false"]
        if report.error or not judged or (report.kind == "document" and not report.steps):
            continue
        final = sorted({name for name, verdict in report.gradients.items() if verdict != "false"}, key=natural)
        words = f"{counts['true']} of {counted(judged, 'equality', 'equalities')} hold"
        words += f"; the gradients of {', '.join(final)} are right in the end" if final else ""
        parts.append(f"<li>{safe(shown)}: {safe(words)}.</li>\n")
    if parts:
        yield f"<h2>What is right</h2>\n<ul>\n{''.join(parts)}</ul>\n"


# --- the files --------------------------------------------------------------------------------------


def _papers(graded: Graded, reports: Sequence[tuple[str, Report]], level: Level) -> Iterator[str]:
    marked = [(shown, report) for shown, report in reports if report.text and report.equalities and not report.error]
    if marked:
        yield "<h2>Your hand-in, line by line</h2>\n"
    for shown, report in marked:
        shortened = replace(report, findings=[at_level(one, level) for one in report.findings if one.verdict in SHOWN])
        yield f'<details class="paper" open><summary>{safe(shown)}</summary>\n{document(shortened)}\n</details>\n'
    broken = [paper for paper in graded.papers if paper.problem]
    if broken:
        rows = "".join(f"<li>{safe(paper.shown)}: {safe(paper.problem, 2_000)}</li>\n" for paper in broken)
        yield f"<h2>What was not read</h2>\n<ul>\n{rows}</ul>\n"


def bar(share: float, kind: str = "good", *, width: int = 120) -> str:
    """A bar of so many percent, as a drawing: styles on elements are forbidden on these pages."""
    return (
        f'<svg class="meter {kind}" role="img" aria-label="{share:.0f} percent" viewBox="0 0 100 4" '
        f'preserveAspectRatio="none" width="{width}" height="8"><rect class="whole" width="100" height="4"/>'
        f'<rect class="part" width="{min(max(share, 0.0), 100.0):.1f}" height="4"/></svg>'
    )

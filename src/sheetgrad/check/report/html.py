"""One page that shows each document with its equations marked and the findings beside them.

It needs nothing from outside, runs no script, and shows what others wrote only as text.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from sheetgrad.check.report.cells import blocks, table
from sheetgrad.check.report.marks import Stretch, lines, marks
from sheetgrad.check.report.words import (
    Group,
    clean,
    commonest,
    counted,
    gradients,
    grouped,
    in_workbook,
    kind,
    natural,
    quantity,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheetgrad.check.findings import Finding, Report

KEY: Mapping[str, str] = {
    "true": "true",
    "slip": "true as meant, misspelt",
    "false": "false",
    "unread": "not read",
    "given": "a value or a new name",
}
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
_TOKEN = re.compile(r"\w+|\s+|.")


def html(reports: Sequence[Report]) -> str:
    """The whole page."""
    style = files("sheetgrad.check.report").joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"Check of {_path(reports[0].path)}" if len(reports) == 1 else f"Check of {len(reports):,} files"
    alone = len(reports) == 1
    body = "\n".join(part for number, report in enumerate(reports, 1) for part in _report(report, number, alone=alone))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
        f"<p>{escape(counted(reports))}</p>\n{_commonest(reports)}{_table(reports) if len(reports) > 1 else ''}"
        f"{_key()}</header>\n"
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def document(report: Report) -> str:
    """The text of one report with its equations marked and the findings beside them, for a page that holds it."""
    return "\n".join(book(report) if report.kind == "workbook" else _parts(report))


def card(finding: Finding) -> str:
    """One finding, for a page that holds it."""
    return _finding(finding, Group(finding, ()))


def _path(path: str) -> str:
    return escape("standard input" if path == "-" else clean(path))


def _commonest(reports: Sequence[Report]) -> str:
    wrong = sum(report.counts["false"] > 0 for report in reports)
    return f"<p>Most frequent: {escape(', '.join(commonest(reports)))}.</p>\n" if wrong > 1 else ""


def _key() -> str:
    marks_ = "".join(f'<span><mark class="{verdict}">{escape(words)}</mark></span>' for verdict, words in KEY.items())
    return f'<p class="key">{marks_}</p>\n'


def _table(reports: Sequence[Report]) -> str:
    heads = ("file", "true", "slips", "false", "unread", "final gradients")
    rows = [_row(report, number) for number, report in enumerate(reports, 1)]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{"".join(rows)}</tbody>\n</table></div>\n'
    )


def _row(report: Report, number: int) -> str:
    cells = [f'<a href="#file-{number}">{_path(report.path)}</a>']
    if report.error:
        cells += ["", "", "", "", "not checked"]
    else:
        counts = report.counts
        wrong = sorted((name for name, verdict in report.gradients.items() if verdict == "false"), key=natural)
        final = f'<span class="wrong">{escape(clean(", ".join(wrong)))} wrong</span>' if wrong else ""
        cells += [f"{counts[verdict]:,}" for verdict in ("true", "slip", "false", "unread")]
        cells += [final or ("right" if report.gradients else "—")]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _report(report: Report, number: int, *, alone: bool) -> Iterator[str]:
    yield f'<section id="file-{number}">'
    if not alone:
        yield f"<h2>{_path(report.path)}</h2>"
    if report.error:
        yield f'<p class="error">Not checked: {escape(clean(report.error, 2_000))}</p>'
    else:
        if not alone:
            yield f"<p>{escape(counted([report]))}</p>"
        if report.network:
            yield f'<p class="soft">Judged against: {escape(clean(report.network))}</p>'
        yield _gradients(report)
        yield from book(report) if report.kind == "workbook" else _parts(report)
    yield "</section>"


def _gradients(report: Report) -> str:
    if not report.gradients:
        return f'<p class="soft">{escape(gradients(report.gradients).capitalize())}.</p>' if report.network else ""
    names = sorted(report.gradients, key=natural)
    chips = [
        f'<li class="{"wrong" if report.gradients[name] == "false" else "right"}">'
        f"{escape(clean(name, 40))} {'wrong' if report.gradients[name] == 'false' else 'right'}</li>"
        for name in names
    ]
    return f'<p>Final gradients:</p>\n<ul class="chips">{"".join(chips)}</ul>'


# --- a workbook and what is said about it --------------------------------------------------------


def book(report: Report) -> Iterator[str]:
    """The tables with their wrong cells marked, and below each what is said about its sheet."""
    left = list(report.findings)
    for drawn in report.drawings:
        own = [finding for finding in left if blocks(finding.place, drawn.sheet)]
        left = [finding for finding in left if finding not in own]
        yield table(drawn, report.findings)
        yield _cards(own)
    yield _cards(left)


def _cards(findings: Sequence[Finding]) -> str:
    cards = [_finding(finding, group) for group in grouped(findings) for finding in (group.first, *group.others)]
    return f'<div class="cards">{"".join(cards)}</div>' if cards else ""


# --- the document and what is said about it -----------------------------------------------------


def _parts(report: Report) -> Iterator[str]:
    """The text in parts: each begins at a line with findings and has them beside it."""
    beside = _beside(report)
    opened = 0
    for number, stretches in enumerate(lines(report.text, marks(report)), 1):
        if number in beside or not opened:
            yield _end(beside, opened) if opened else ""
            yield '<div class="part"><div class="source">'
            opened = number
        yield _line(number, stretches)
    if opened:
        yield _end(beside, opened)


def _end(beside: Mapping[int, list[str]], opened: int) -> str:
    return f'</div><div class="said">{"".join(beside.get(opened, ()))}</div></div>'


def _beside(report: Report) -> dict[int, list[str]]:
    """The findings at each line of the text shown; what has no place in it stands at the first."""
    found: dict[int, list[str]] = {}
    for group in grouped(report.findings):
        for finding in (group.first, *group.others):
            shown = _line_shown(report, finding)
            found.setdefault(shown, []).append(_finding(finding, group))
    return found


def _line_shown(report: Report, finding: Finding) -> int:
    if ":cell " not in finding.place:
        return max(1, finding.line)
    cell = finding.place.rpartition(":cell ")[2].partition(":")[0]
    head = re.search(rf"^(?:<!-- cell {cell} -->|# cell {cell})$", report.text, re.MULTILINE)
    if finding.span != (0, 0):
        return report.text.count("\n", 0, finding.span[0]) + 1
    return report.text.count("\n", 0, head.start()) + 1 + finding.line if head else 1


def _line(number: int, stretches: Sequence[Stretch]) -> str:
    text = "".join(map(_stretch, stretches)) or "&#8203;"
    if "%" in text and _ENCODED.search(text):  # the address of a picture: nobody reads LaTeX in percent signs
        shown = {stretch.mark: None for stretch in stretches if stretch.mark is not None and stretch.mark.words}
        text += "".join(f'<span class="read {mark.verdict}">{escape(clean(mark.words, 300))}</span>' for mark in shown)
    return f'<div class="line"><span class="number">{number}</span><code>{text}</code></div>'


def _stretch(stretch: Stretch) -> str:
    text = escape(visible(stretch.text.rstrip("\r")))
    mark = stretch.mark
    if mark is None or not text:
        return text
    words = escape(clean(f"{mark.verdict}: {mark.words}", 300))
    return f'<mark class="{mark.verdict}" title="{words}">{text}</mark>'


def _finding(finding: Finding, group: Group) -> str:
    """A finding in full, or in brief where the first of its kind says the same."""
    place = finding.place.rpartition(":cell ")[2].split(":")
    where = f"cell {place[0]}, line {finding.line}" if ":cell " in finding.place else f"line {finding.line}"
    if in_workbook(finding):
        where = escape(clean(finding.place, 120))
    name = f" {escape(quantity(finding.quantity))}" if finding.quantity else ""
    head = f"<h3>{where}: <span>{escape(kind(finding))}</span>{name}</h3>"
    body = _sides(finding) + (f"<p>{escape(clean(finding.message, 2_000))}</p>" if finding.message else "")
    if finding.witness:
        body += f"<details><summary>How it shows</summary><p>{escape(clean(finding.witness))}</p></details>"
    if finding is group.first and group.more:
        body += f'<p class="soft">{escape(clean(group.more, 2_000))}</p>'
    return f'<article class="finding {escape(finding.verdict)}">{head}{body}</article>'


def _sides(finding: Finding) -> str:
    yours, expected = clean(finding.yours), clean(finding.expected)
    if not yours and not expected:
        return ""
    if not expected:
        return f"<dl><dt>yours</dt><dd>{escape(yours)}</dd></dl>"
    before, after = _compared(yours, expected)
    return f"<dl><dt>yours</dt><dd>{before}</dd><dt>expected</dt><dd>{after}</dd></dl>"


def _compared(yours: str, expected: str) -> tuple[str, str]:
    """Both sides, with what differs between them marked."""
    a, b = _TOKEN.findall(yours), _TOKEN.findall(expected)
    before: list[str] = []
    after: list[str] = []
    for same, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        for parts, words in ((before, a[i1:i2]), (after, b[j1:j2])):
            text = escape("".join(words))
            parts.append(text if same == "equal" or not text else f'<span class="changed">{text}</span>')
    return "".join(before), "".join(after)

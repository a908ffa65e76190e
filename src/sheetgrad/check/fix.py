"""Corrected copies: where a finding knows what would be right, the few signs that differ are put into the source.

An edit is believed only when the corrected text, checked again, has one false
equality less and nothing else the worse.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.document import check_text
from sheetgrad.files import replacing
from sheetgrad.read.normal import normal
from sheetgrad.read.traced import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.findings import Finding, Report
    from sheetgrad.check.network import Network
    from sheetgrad.read.traced import Traced

_TOKEN = re.compile(r"\w+|\S")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_CANCELS = re.compile(r"(?<!\w)(\w+)-\1(?!\w)")
REACH = 3
"""Lines from where a claim begins in which its sides are looked for."""


class Edit(NamedTuple):
    """Characters of the source to replace."""

    start: int
    end: int
    put: str


class Fixed(NamedTuple):
    """A corrected text, and the findings that could not be mended."""

    text: str
    mended: int
    left: tuple[Finding, ...]


def fixed(report: Report, *, network: Network | None = None) -> Fixed:
    r"""Mend what can be mended in a checked document.

    >>> right = "h1 = w1*i1 + w2*i2\n\nh2 = w3*i1 + w4*i2\n\n∂h1/∂w2 = "
    >>> fixed(check_text("a.md", right + "i1")).text == right + "i2"
    True
    """
    text, mended = report.text, 0
    left: list[Finding] = []
    current = report
    for finding in report.findings:
        if finding.verdict != "false":
            continue
        better = _mended(text, finding, current, network) if _is_believable(finding) else None
        if better is None:
            left.append(finding)
        else:
            text, mended = better.text, mended + 1
            current = better
    return Fixed(text, mended, tuple(left))


def _is_believable(finding: Finding) -> bool:
    """A formula in which something is taken from itself may have the right value; nobody meant it."""
    bare = re.sub(r"[\s_{}\\]", "", finding.expected)
    return bool(bare) and not _CANCELS.search(bare)


def _mended(text: str, finding: Finding, report: Report, network: Network | None) -> Report | None:
    """The report on the text with one finding put right; None where that is not possible."""
    for edits in _attempts(text, finding):
        made = check_text(report.path, _applied(text, edits), network=network)
        before, after = report.counts, made.counts
        if after["false"] < before["false"] and after["unread"] <= before["unread"] and after["slip"] <= before["slip"]:
            return made
    return None


def _attempts(text: str, finding: Finding) -> Iterator[list[Edit]]:
    """The edits that turn what is the author's into what is expected, wherever it may stand near the claim."""
    if ":cell " in finding.place:
        return
    source = Source.of("", text)
    for number in range(finding.line - 1, min(finding.line - 1 + REACH, len(source.starts))):
        start = source.starts[number]
        end = source.starts[number + 1] - 1 if number + 1 < len(source.starts) else len(text)
        if _ENCODED.search(text, start, end):
            continue
        line = normal(source.traced(start, end))
        for tokens in _places(line, finding.yours):
            edits = list(_edits(line, tokens, _TOKEN.findall(finding.expected)))
            if edits:
                yield edits


def _places(line: Traced, yours: str) -> Iterator[list[re.Match[str]]]:
    """Where the author's side stands in a line: its tokens, whatever blanks are between them."""
    wanted = _TOKEN.findall(yours)
    found = list(_TOKEN.finditer(line.text))
    words = [match[0] for match in found]
    for start in range(len(words) - len(wanted) + 1):
        if words[start : start + len(wanted)] == wanted:
            yield found[start : start + len(wanted)]


def _edits(line: Traced, tokens: Sequence[re.Match[str]], expected: Sequence[str]) -> Iterator[Edit]:
    """The least that turns one run of tokens into the other, in characters of the source."""
    words = [match[0] for match in tokens]
    for same, i1, i2, j1, j2 in difflib.SequenceMatcher(None, words, expected, autojunk=False).get_opcodes():
        if same == "equal":
            continue
        if i2 - i1 == j2 - j1:
            for match, new in zip(tokens[i1:i2], expected[j1:j2], strict=True):
                yield _within(line, match, new)
        elif i1 == i2:
            put = "".join(expected[j1:j2])
            closes = put[0] in ")]" and i1 > 0
            at = line.at[tokens[i1 - 1].end() - 1] + 1 if closes or i1 == len(tokens) else line.at[tokens[i1].start()]
            yield Edit(at, at, put)
        elif letters := list(_letters(line, tokens[i1:i2], "".join(expected[j1:j2]))):
            yield from letters
        else:
            start, end = line.at[tokens[i1].start()], line.at[tokens[i2 - 1].end() - 1] + 1
            yield Edit(start, end, " ".join(expected[j1:j2]))


def _letters(line: Traced, tokens: Sequence[re.Match[str]], expected: str) -> Iterator[Edit]:
    """`a_{h2}` to `a_h1`: where only letters differ and not how they are lowered, only the letters change."""
    old = [(match[0][place], match.start() + place) for match in tokens for place in range(len(match[0]))]
    old = [(sign, place) for sign, place in old if sign not in "_{}"]
    new = [sign for sign in expected if sign not in "_{} "]
    if len(old) == len(new):
        for (sign, place), put in zip(old, new, strict=True):
            if sign != put:
                yield Edit(line.at[place], line.at[place] + 1, put)


def _within(line: Traced, match: re.Match[str], new: str) -> Edit:
    r"""Only the signs of a token that change, so that `a\_h1` keeps its backslash."""
    old = match[0]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    start = line.at[match.start() + head] if head < len(old) else line.at[match.end() - 1] + 1
    end = line.at[match.end() - 1 - tail] + 1 if head + tail < len(old) else start
    return Edit(start, end, new[head : len(new) - tail])


def _applied(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.put + text[edit.end :]
    return text


def write_fixed(report: Report, *, network: Network | None = None) -> tuple[str, str]:
    """Write `NAME.fixed.EXT` beside a document, where anything can be mended; the original stays as it is.

    Gives the difference as a patch, and a sentence on what was done.

    Raises:
        CannotWriteError: the copy cannot be written.
    """
    if report.error or not report.counts["false"]:
        return "", ""
    if report.kind == "workbook":
        from sheetgrad.check.book.correcting import write_corrected

        return "", write_corrected(report)
    if report.path == "-" or report.path.endswith(".ipynb"):
        known = ".md .markdown .txt .tex .py .xlsx .xlsm"
        return "", f"{report.path}: only documents, code and workbooks can be corrected ({known})"
    made = _corrected(report, network)
    rest = f"; {len(made.left)} left that need your own hand" if made.left else ""
    if not made.mended:
        return "", f"{report.path}: nothing could be corrected{rest}"
    path = Path(report.path)
    target = path.with_name(f"{path.stem}.fixed{path.suffix}")
    with replacing(target) as file:
        file.write(made.text)
    return difference(report.text, made.text, report.path, str(target)), f"{target}: {made.mended} corrected{rest}"


def _corrected(report: Report, network: Network | None) -> Fixed:
    if report.kind != "code":
        return fixed(report, network=network)
    from sheetgrad.check.code_fix import fixed_code

    return Fixed(*fixed_code(report))


def difference(before: str, after: str, old: str, new: str) -> str:
    """A unified diff."""
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), old, new, n=1)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

"""Corrected copies of code: where a finding has a repair, only the words that differ are changed."""

from __future__ import annotations

import ast
import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.code import check_code

if TYPE_CHECKING:
    from sheetgrad.check.findings import Finding, Report

_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\w+(?:\.\w+)?|\*\*=?|//=?|[-+*/@]=|[<>=!]=|\S")


class FixedCode(NamedTuple):
    """A corrected program, and the findings that could not be mended."""

    text: str
    mended: int
    left: tuple[Finding, ...]


def fixed_code(report: Report) -> FixedCode:
    r"""Mend what can be mended in a checked program; each change is believed only when the copy has less that is false.

    >>> right = "E = (w*x - t)**2\ndw = 2*(w*x - t)*x"
    >>> fixed_code(check_code("a.py", right.replace("- t)*x", "+ t)*x"))).text == right
    True
    """
    text, mended, current = report.text, 0, report
    left: list[Finding] = []
    tried: set[tuple[int, str, str]] = set()
    while True:
        false = [finding for finding in current.findings if finding.verdict == "false"]
        following = next((f for f in false if (f.line, f.quantity, f.yours) not in tried), None)
        if following is None:
            return FixedCode(text, mended, tuple(left))
        tried.add((following.line, following.quantity, following.yours))
        changed = corrected(text, following)
        made = None if changed is None else check_code(report.path, changed)
        if changed is None or made is None or not _better(made, current):
            left.append(following)
        else:
            text, mended, current = changed, mended + 1, made


def _better(made: Report, before: Report) -> bool:
    new, old = made.counts, before.counts
    return not made.error and new["false"] < old["false"] and new["unread"] <= old["unread"]


def corrected(text: str, finding: Finding) -> str | None:
    """The program with one line put right; None where the line is not found as it was read."""
    node = _node(text, finding) if finding.expected else None
    if node is None:
        return None
    start, end = _offset(text, node.lineno, node.col_offset), _offset(text, node.end_lineno, node.end_col_offset)
    return text[:start] + _merged(text[start:end], finding.yours, finding.expected) + text[end:]


def _node(text: str, finding: Finding) -> ast.stmt | ast.expr | None:
    """The line, or the part of it, that a finding quotes."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt) or statement.lineno != finding.line:
            continue
        for part in ast.walk(statement):
            if isinstance(part, ast.stmt | ast.expr) and ast.unparse(part) == finding.yours:
                return part
    return None


def _offset(text: str, line: int | None, column: int | None) -> int:
    """Characters before a place; columns count bytes."""
    lines = text.split("\n")
    before = (line or 1) - 1
    return sum(len(each) + 1 for each in lines[:before]) + len(lines[before].encode()[: column or 0].decode())


def _merged(source: str, yours: str, expected: str) -> str:
    """The author's own text with the words changed that differ; all of it where it is spelled another way."""
    found = list(_TOKEN.finditer(source))
    words, read = [_plain(match[0]) for match in found], [_plain(word) for word in _TOKEN.findall(yours)]
    if words != read:
        return expected
    wanted = _TOKEN.findall(expected)
    made, done = [], 0
    matcher = difflib.SequenceMatcher(None, words, [_plain(word) for word in wanted], autojunk=False)
    for same, i1, i2, j1, j2 in matcher.get_opcodes():
        if same == "equal":
            continue
        start = found[i1].start() if i1 < len(found) else len(source)
        put = " ".join(wanted[j1:j2])
        made += [source[done:start], put + (" " if i1 == i2 and put and start < len(source) else "")]
        done = found[i2 - 1].end() if i2 > i1 else start
    merged = "".join([*made, source[done:]])
    return merged if _says(merged) == _says(expected) else expected


def _plain(word: str) -> str:
    return f"'{word[1:-1]}'" if word[:1] == '"' else word


def _says(text: str) -> str:
    try:
        return ast.unparse(ast.parse(text.strip()))
    except SyntaxError:
        return text

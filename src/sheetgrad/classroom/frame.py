"""The frame of every page of a report: one file, no script, nothing from outside."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files

from sheetgrad.check.report.words import clean


def page(title: str, header: str, body: str) -> str:
    """A whole page; `header` and `body` are markup, `title` is text of anybody."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{safe(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<header>\n{header}</header>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def safe(text: str, longest: int = 600) -> str:
    """Text of somebody else as markup."""
    return escape(clean(text, longest))


def number(value: float) -> str:
    """Points for people: no more digits than there are.

    >>> number(2.0), number(0.25), number(20)
    ('2', '0.25', '20')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: int, one: str, more: str) -> str:
    """`1 mistake`, `3 mistakes`."""
    return f"{count:,} {one if count == 1 else more}"


@cache
def _style() -> str:
    checks = files("sheetgrad.check.report").joinpath("page.css").read_text(encoding="utf-8")
    return checks + files("sheetgrad.classroom").joinpath("report.css").read_text(encoding="utf-8")

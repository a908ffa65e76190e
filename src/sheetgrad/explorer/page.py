"""The page as one file: markup, style, script and numbers; it loads nothing and allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad import derivation as derivations
from sheetgrad.emit.html import Parts
from sheetgrad.emit.markdown import markdown
from sheetgrad.explorer.bundle import asset, bundled, style
from sheetgrad.explorer.content import content
from sheetgrad.files import replacing

if TYPE_CHECKING:
    import os

    from sheetgrad.derivation import Derivation
    from sheetgrad.explorer.content import Content
    from sheetgrad.setup import Setup

PLAIN = 120_000
"""Letters of what the page says about its network; more is packed."""


class Page(NamedTuple):
    """A page, and what it does not have."""

    text: str
    left_out: tuple[str, ...]


def write(setup: Setup, path: str | os.PathLike[str], derivation: Derivation | None = None) -> Page:
    """Write the explorer of a setup to a file, whole or not at all.

    Raises:
        TooLargeError: the network has too many equations for one page.
        CannotWriteError: the file cannot be written.
    """
    made = page(setup, derivation)
    with replacing(path) as file:
        file.write(made.text)
    return made


def page(setup: Setup, derivation: Derivation | None = None) -> Page:
    """The explorer of a setup as HTML; `derivation` is the one to show where there is one already.

    Raises:
        TooLargeError: the network has too many equations for one page.

    >>> import sheetgrad
    >>> page(sheetgrad.load("class")).text.startswith("<!doctype html>")
    True
    """
    shown = derivation or derivations.derive(setup)
    made = content(setup, shown)
    script = f'(() => {{\n"use strict";\n{bundled()}\n{made.source}{_BEGIN}}})();\n'
    looks = style() + "html, body { margin: 0; height: 100%; }\n"
    parts = {
        "policy": (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(looks)}'; "
            "img-src data: blob:; base-uri 'none'; form-action 'none'"
        ),
        "title": escape(f"{setup.title or setup.name}: explorer"),
        "style": looks,
        "body": asset("explorer.html"),
        "data": as_json(told(made, shown)),
        "script": script,
    }
    text = re.sub(r"\{\{(\w+)\}\}", lambda gap: parts[gap[1]], asset("page.html"))
    return Page(text, made.left_out)


_BEGIN = (
    'start(document.querySelector(".explorer"), program, '
    'JSON.parse(document.getElementById("explorer-data").textContent)).then((app) => { globalThis.explorer = app; });\n'
)


def told(made: Content, derivation: Derivation) -> dict[str, object]:
    """What the script is given: the data, and the derivation to unpack when it is wanted."""
    text = json.dumps(made.data, ensure_ascii=False, separators=(",", ":"))
    lines = Parts(derivation, found={}, folds=False).body()
    return {
        "data": made.data if len(text) < PLAIN else packed(text),
        "packed": {"derivation": packed(lines), "markdown": packed(markdown(derivation))},
    }


def packed(text: str) -> str:
    """Deflated and in base64: the page itself can unpack it."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def as_json(value: object) -> str:
    """JSON that can stand inside a script element: no tag can end or begin in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

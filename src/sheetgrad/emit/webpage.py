"""A derivation as one HTML file that needs nothing else: no network, no framework, no fonts.

The form and notation asked for stand in the page as they are, so that it reads and
prints without scripts. The other forms and notations, and long runs of equations
that are alike, are in the same file, compressed, and unpacked when they are chosen.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from sheetgrad.derivation import EVERY_FORM, FORMS, WHY, derive
from sheetgrad.emit.diagram import STYLE, drawing
from sheetgrad.emit.html import Parts
from sheetgrad.errors import TooLargeError
from sheetgrad.notation import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetgrad.derivation.document import Derivation

LARGEST = 900_000
"""Bytes of a page; variants that would make it larger are left out, and the page says so."""
LARGE = 200
"""A program with more scalar equations is put into the page under one notation only."""

HEAVY = 400_000
"""A variant that would take more bytes keeps its numbers and long tables compressed."""

ABOUT = {
    "chain": "by the chain rule",
    "delta": "shared steps (delta)",
    "expanded": "written out",
    "matrix": "vectors and matrices",
    "class": "h, a_h, o, a_o",
    "mazur": "net, out",
    "textbook": "z, a with layers",
    "own": "as given",
}
"""What a form or a notation is called on the page."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One form under one notation, ready to be shown."""

    form: str
    notation: str
    markup: str
    folded: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`chain class`."""
        return f"{self.form} {self.notation}"

    def apart(self) -> dict[str, str]:
        """What is unfolded when asked for, packed, by its key."""
        texts = {f"{self.key} {place}": _packed(text) for place, text in enumerate(self.folded)}
        return texts | ({f"{self.key} numbers": _packed("\n".join(self.numbered))} if self.numbered else {})


def webpage(derivation: Derivation, *, variants: bool = True) -> str:
    """The whole page; with `variants`, the other forms and notations of the same setup with it.

    All text is escaped, and a content security policy forbids the page to load
    anything. At most about 1 MB; what had to be left out is said on the page.
    """
    first = variant(derivation)
    packed = first.apart()
    size = len(first.markup) + sum(map(len, packed.values()))
    left_out: list[str] = []
    others: list[Variant] = []
    for form, notation in _other_variants(derivation) if variants else ():
        made = _derived(derivation, form, notation)
        if made is None:
            left_out.append(f"{form} {notation}")
            continue
        texts = {made.key: _packed(made.markup), **made.apart()}
        size += sum(map(len, texts.values()))
        if size > LARGEST:
            left_out.append(made.key)
            continue
        packed |= texts
        others.append(made)
    return _page(derivation, first, others, packed, left_out)


def variant(derivation: Derivation) -> Variant:
    """One derivation as the inner part of a page: the picture, the contents, the sections."""
    style = derivation.notation.style
    drawn = drawing(derivation.setup, style)
    parts = Parts(derivation, drawn, {} if derivation.form == WHY else None)
    body = parts.body()
    if len(body) > HEAVY:
        parts = Parts(derivation, drawn, parts.found, lean=True)
        body = parts.body()
    picture = drawn.svg().replace(f"<style>{STYLE}</style>", "") if drawn.circles else ""
    markup = (
        f'<aside><figure aria-label="The network">{picture}</figure>'
        f'<nav aria-label="Contents"><details open><summary>Contents</summary>{parts.contents()}</details></nav>'
        f'</aside><main id="main">{body}</main>'
    )
    return Variant(derivation.form, style, markup, tuple(parts.folded), tuple(parts.numbered))


def _other_variants(derivation: Derivation) -> Iterator[tuple[str, str]]:
    """The forms and notations beside the one shown; one notation only where there is much to write."""
    shown = derivation.notation.style
    layered = bool(derivation.setup.origin.get("layers"))
    styles = [style for style in STYLES if style != "own"] if layered else [shown]
    if derivation.notation.program.size > LARGE:
        styles = [shown]
    if derivation.form not in EVERY_FORM:
        return
    forms = list(FORMS) if derivation.notation.program.model.is_unrolled else list(EVERY_FORM)
    for style in dict.fromkeys((shown, *styles)):
        for form in forms:
            if (form, style) != (derivation.form, shown):
                yield form, style


def _derived(derivation: Derivation, form: str, notation: str) -> Variant | None:
    try:
        made = derive(derivation.setup, form=form, notation=notation)
    except TooLargeError:
        return None
    return variant(made) if made.form == form else None


def _packed(text: str) -> str:
    """Deflated and in base64: the page itself can unpack it."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _asset(name: str) -> str:
    return (files("sheetgrad.emit") / "assets" / name).read_text(encoding="utf-8")


def _page(
    derivation: Derivation, first: Variant, others: list[Variant], packed: dict[str, str], left_out: list[str]
) -> str:
    script = _asset("derivation.js")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = escape(derivation.title)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>\n{_asset('derivation.css')}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the derivation</a>\n'
        f"<header><h1>{title}</h1>\n{_controls(first, others)}{_said(left_out)}</header>\n"
        f'<div id="variant" aria-live="off">{first.markup}</div>\n'
        f'<script type="application/json" id="packed">{json.dumps({"shown": first.key, "texts": packed})}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _controls(first: Variant, others: list[Variant]) -> str:
    """The switches between forms and notations, shown when the script runs."""
    every = [first, *others]
    groups = []
    for name, legend, choices, chosen in (
        ("form", "Form", [made.form for made in every], first.form),
        ("notation", "Notation", [made.notation for made in every], first.notation),
    ):
        options = "".join(
            f'<label><input type="radio" name="{name}" value="{escape(choice)}"{" checked" * (choice == chosen)}>'
            f"<span>{escape(ABOUT.get(choice, choice))}</span></label>"
            for choice in dict.fromkeys(choices)
        )
        if len(set(choices)) > 1:
            groups.append(f"<fieldset><legend>{legend}</legend>{options}</fieldset>")
    numbers = '<label class="all"><input type="checkbox" id="numbers"><span>Show the numbers everywhere</span></label>'
    numbers += '<label class="all"><input type="checkbox" id="everything"><span>Show every equation</span></label>'
    return f'<form class="controls" hidden>{"".join(groups)}{numbers}</form>\n'


def _said(left_out: list[str]) -> str:
    if not left_out:
        return ""
    ways = ", ".join(f"--form {form} --notation {style}" for form, style in (key.split() for key in left_out))
    return f'<p class="left-out">Not in this page, because it would grow too large: {escape(ways)}.</p>\n'

"""The HTML page: one file, nothing loaded, nothing from a spec becomes markup, everything in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest

import sheetgrad
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.emit.markdown import markdown
from sheetgrad.emit.mathml import mathml
from sheetgrad.emit.tex import tex
from sheetgrad.emit.webpage import webpage

WIDE = {
    "name": "wide",
    "inputs": [0.1] * 16,
    "targets": [0.5] * 16,
    "loss": "half_squared_error",
    "layers": [{"size": 16, "activation": "sigmoid"}, {"size": 16, "activation": "sigmoid"}],
}
HOSTILE = '</title><script>alert(1)</script><img src=x onerror="alert(2)"> & "quoted" `${x}` \\input{x} $x$ %'


@cache
def page_of(name: str) -> str:
    """The page of a preset, or of the wide network, made once."""
    return webpage(sheetgrad.derive(WIDE if name == "wide" else name))


class Page(HTMLParser):
    """Elements with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, name: str) -> list[str]:
        """Every value of one attribute."""
        return [attrs[name] or "" for _, attrs in self.elements if name in attrs]


def packed(page: str) -> dict[str, str]:
    """What the page unpacks when it is asked for."""
    held = re.search(r'<script type="application/json" id="packed">(.*?)</script>', page, re.DOTALL)
    assert held
    texts: dict[str, str] = json.loads(held[1])["texts"]
    return {key: zlib.decompress(base64.b64decode(text)).decode() for key, text in texts.items()}


def whole(page: str, key: str) -> str:
    """The variant that is shown, with everything that it unfolds put in its place."""
    texts = packed(page)
    start, end = page.index('<div id="variant"'), page.index('<script type="application/json"')
    shown = page[start:end]
    return re.sub(
        r'<details class="more" data-folded="(\d+)".*?</details>', lambda found: texts[f"{key} {found[1]}"], shown
    )


def lines_in_html(text: str) -> list[tuple[int, str]]:
    pattern = r'<div class="line" id="eq-(\d+)".*?<div class="formula"><math display="block">(.*?)</math></div><a class'
    return [
        (int(number), re.sub(r"</?(mtable|mtr|mtd|mrow)[^>]*>", "", inner))
        for number, inner in re.findall(pattern, text)
    ]


def one_line(text: str) -> str:
    """LaTeX without what lays it out."""
    text = re.sub(r"\\begin\{aligned\}|\\end\{aligned\}|\\\\|&", " ", text)
    return re.sub(r"\s+", "", text)


def lines_in_markdown(text: str) -> list[tuple[int, str]]:
    found = re.findall(r"```math\n((?:(?!```).)*?)\s*\\tag\{(\d+)\}\n```", text, re.DOTALL)
    return [(int(number), one_line(formula)) for formula, number in found]


def lines_in_tex(text: str) -> list[tuple[int, str]]:
    found = re.findall(r"\\begin\{equation\}\\label\{eq:(\d+)\}\n\\fitted\{(.*?)\}\n\\end\{equation\}", text, re.DOTALL)
    return [(int(number), one_line(formula)) for number, formula in found]


@pytest.mark.parametrize("form", ["chain", "delta", "matrix"])
@pytest.mark.parametrize("preset", PRESETS)
def test_markdown_latex_and_html_hold_the_same_equations_in_the_same_order(preset: str, form: str) -> None:
    derivation = sheetgrad.derive(preset, form=form)
    in_markdown, in_tex = lines_in_markdown(markdown(derivation)), lines_in_tex(tex(derivation))
    assert in_markdown == in_tex
    key = f"{form} {derivation.notation.style}"
    in_html = lines_in_html(whole(webpage(derivation, variants=False), key))
    assert [number for number, _ in in_html] == [number for number, _ in in_markdown]
    assert len(in_html) == len(list(derivation.lines)) > 10
    for line, (_, shown) in zip(derivation.lines, in_html, strict=True):
        expected = "<mo>=</mo>".join(mathml(member, derivation.notation) for member in line.members)
        assert shown == re.sub(r"</?mrow>", "", expected)


def test_the_page_loads_nothing() -> None:
    page = page_of("class")
    parsed = Page(page)
    assert not {"link", "iframe", "object", "img", "base"} & {tag for tag, _ in parsed.elements}
    assert all(link.startswith("#") for link in parsed.all("href"))
    assert not parsed.all("src")
    addresses = set(re.findall(r"https?://[^\"' <)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}


def test_the_policy_allows_the_one_script_and_no_network() -> None:
    page = page_of("class")
    policy = next(
        attrs["content"] or "" for tag, attrs in Page(page).elements if "http-equiv" in attrs and tag == "meta"
    )
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digest}'" in policy


def test_words_with_markup_in_them_stay_words() -> None:
    spec: dict[str, Any] = {"equations": "y = w*x\nE = (y - t)**2", "parameters": ["w"], "loss": "E"}
    setup = sheetgrad.load({"name": "hostile", "title": HOSTILE, "values": {"w": 1.0, "x": 2.0, "t": 0.5}, **spec})
    page = webpage(sheetgrad.derive(setup))
    for text in (page, *packed(page).values()):
        parsed = Page(text)
        assert not {"img", "iframe"} & {tag for tag, _ in parsed.elements}
        assert not [name for _, attrs in parsed.elements for name in attrs if name.startswith("on")]
    tags = [tag for tag, _ in Page(page).elements]
    assert tags.count("script") == 2
    assert tags[: tags.index("style")].count("title") == 1
    assert HOSTILE in "".join(Page(page).words)


def test_every_form_and_notation_is_in_the_page() -> None:
    page = page_of("class")
    forms, styles = ("chain", "delta", "expanded", "matrix"), ("class", "mazur", "textbook")
    expected = {f"{form} {style}" for form in forms for style in styles} - {"chain class"}
    assert expected <= set(packed(page))
    assert "net" in packed(page)["chain mazur"]


def test_a_wide_network_stays_small_and_keeps_every_equation() -> None:
    derivation = sheetgrad.derive(WIDE)
    page = page_of("wide")
    assert len(page.encode()) < 1_000_000
    numbers = [number for number, _ in lines_in_html(whole(page, "chain class"))]
    assert numbers == [line.number for line in derivation.lines]
    shown = page[: page.index('<script type="application/json"')]
    assert shown.count('class="line" id=') < 200, "what is alike is folded, so that people can read the rest"
    assert "more equations of this kind" in shown


def test_what_does_not_fit_is_named() -> None:
    page = page_of("wide")
    assert "expanded" not in "".join(packed(page))
    assert "--form expanded --notation class" in page


def test_links_lead_somewhere_and_anchors_are_unique() -> None:
    page = page_of("class")
    parsed = Page(page)
    anchors = parsed.all("id")
    assert len(anchors) == len(set(anchors))
    assert {link.removeprefix("#") for link in parsed.all("href")} <= set(anchors)


def test_the_path_of_an_equation_can_be_marked_in_the_picture() -> None:
    page = webpage(sheetgrad.derive("class"), variants=False)
    parsed = Page(page)
    marks = set(parsed.all("data-mark"))
    paths = {attrs["id"]: (attrs["data-path"] or "").split() for _, attrs in parsed.elements if "data-path" in attrs}
    assert all(set(path) <= marks for path in paths.values())
    names = re.findall(r'<line class="line" data-mark="(l\d+)"[^>]*><title>(w\d)', page)
    weight_of = dict(names)
    final = {line.number: line for line in sheetgrad.derive("class").lines}
    gradient_of_w5 = next(number for number in final if paths.get(f"eq-{number}") and number == 18)
    assert {weight_of[mark] for mark in paths[f"eq-{gradient_of_w5}"] if mark in weight_of} == {"w5"}


def test_equations_can_be_reached_by_keyboard_and_are_named_for_screen_readers() -> None:
    lines = [attrs for _, attrs in Page(page_of("class")).elements if attrs.get("class") == "line"]
    equations = [attrs for attrs in lines if "data-path" in attrs]
    assert len(equations) == 48
    assert all(attrs["tabindex"] == "0" and attrs["role"] == "group" for attrs in equations)
    assert equations[17]["aria-label"] == "Equation 18, for ∂E_total/∂w5"


def test_numbers_unfold_under_an_equation() -> None:
    page = webpage(sheetgrad.derive("class"), variants=False)
    first = page[page.index('id="eq-1"') : page.index('id="eq-2"')]
    for number in ("0.15", "0.05", "0.2", "0.1", "0.0275"):
        assert f"<mn>{number}</mn>" in first

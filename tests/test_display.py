"""Every result shows itself, within bounds."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

import sheetgrad
from sheetgrad.display import MOST_LETTERS, MOST_LINES, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = "<script>alert(1)</script> [bold] $x$ | `y`"
WIDE = {
    "name": "wide",
    "title": HOSTILE,
    "inputs": [0.1] * 16,
    "targets": [0.5] * 16,
    "loss": "half_squared_error",
    "layers": [{"size": 16, "activation": "sigmoid"}, {"size": 16, "activation": "sigmoid"}],
}


@cache
def shown(name: str) -> Any:
    """A result of each kind."""
    run = sheetgrad.train("class", steps=100, losses=True, trace=True)
    makers: dict[str, Callable[[], Any]] = {
        "setup": lambda: sheetgrad.load("class"),
        "run": lambda: run,
        "trace": lambda: run.trace,
        "verification": lambda: sheetgrad.verify("class", judges=["finite_differences"]),
        "derivation": lambda: sheetgrad.derive("class"),
        "wide": lambda: sheetgrad.derive(WIDE),
        "answer": lambda: sheetgrad.why("dE/dw1"),
        "wide setup": lambda: sheetgrad.load(WIDE),
    }
    return makers[name]()


KINDS = ("setup", "run", "trace", "verification", "derivation", "wide", "answer", "wide setup")


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_offers_every_kind_of_page_within_bounds(kind: str) -> None:
    bundle = shown(kind)._repr_mimebundle_()
    assert {"text/plain", "text/html", "text/markdown", "text/latex"} <= set(bundle)
    assert all(isinstance(text, str) and text for text in bundle.values())
    assert len(bundle["text/html"]) <= MOST_LETTERS
    assert len(bundle["text/markdown"]) < 80_000


@pytest.mark.parametrize("kind", ["setup", "run", "derivation", "wide"])
def test_a_result_with_a_picture_gives_it_as_svg(kind: str) -> None:
    svg = shown(kind)._repr_mimebundle_()["image/svg+xml"]
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 -- our own picture


@pytest.mark.parametrize("kind", KINDS)
def test_words_with_markup_in_them_stay_words_in_a_notebook(kind: str) -> None:
    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag != "script"
            assert not [name for name, _ in attrs if name.startswith("on")]

    Tags().feed(shown(kind)._repr_mimebundle_()["text/html"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_prints_on_a_terminal(kind: str) -> None:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(shown(kind))
    printed = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    assert len(printed.splitlines()) < 700
    if kind.startswith("wide"):
        assert "[bold]" in printed


def test_a_large_derivation_says_how_much_is_left_out() -> None:
    whole = shown("wide")
    short = shortened(whole)
    lines = [line.number for line in short.lines]
    assert lines == list(range(1, MOST_LINES + 1))
    left = sum(1 for _ in whole.lines) - MOST_LINES
    assert f"{left:,} more equations" in whole._repr_mimebundle_()["text/plain"]


def test_what_a_verification_shows_is_what_it_found() -> None:
    plain = shown("verification")._repr_mimebundle_()["text/plain"]
    assert "Every gradient is confirmed" in plain
    assert "finite differences" in plain


def test_showing_is_not_paid_for_until_something_is_shown() -> None:
    import subprocess
    import sys

    code = (
        "import sys, sheetgrad; sheetgrad.load('class'); "
        "print('rich' in sys.modules, 'sheetgrad.display' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["False", "False"]

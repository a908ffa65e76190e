"""The LaTeX document compiles as it is, and its references lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from drawn_models import MANY
from test_html import HOSTILE

import sheetgrad
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.emit.tex import tex, words

if TYPE_CHECKING:
    from pathlib import Path

COMPILED = tuple(PRESETS) if MANY else ("class", "iris")
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def compiled(text: str, folder: Path, *, times: int = 1) -> str:
    """The log of pdflatex, which must end well."""
    (folder / "made.tex").write_text(text, encoding="utf-8")
    for _ in range(times):
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "made.tex"],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")
    return (folder / "made.log").read_text(encoding="utf-8", errors="replace")


@needs_latex
@pytest.mark.parametrize("preset", COMPILED)
def test_the_derivation_of_a_preset_compiles(preset: str, tmp_path: Path) -> None:
    log = compiled(tex(sheetgrad.derive(preset)), tmp_path, times=2)
    assert "undefined" not in log
    assert "Overfull \\hbox" not in log, "nothing sticks out of the page"


@needs_latex
@pytest.mark.parametrize("form", ["expanded", "matrix"])
def test_the_other_forms_compile(form: str, tmp_path: Path) -> None:
    derivation = sheetgrad.derive("mazur", form=form, notation="textbook")
    compiled(tex(derivation), tmp_path)


@needs_latex
def test_an_answer_compiles(tmp_path: Path) -> None:
    compiled(tex(sheetgrad.why("dE/dw1")), tmp_path)


@needs_latex
def test_words_with_commands_in_them_stay_words(tmp_path: Path) -> None:
    spec = {
        "name": "hostile",
        "title": HOSTILE + " \\write18{touch here} ^^41 ~ # Σ 漢",
        "equations": "y = w*x\nE = (y - t)**2",
        "values": {"w": 1.0, "x": 2.0, "t": 0.5},
        "parameters": ["w"],
        "loss": "E",
    }
    compiled(tex(sheetgrad.derive(spec)), tmp_path)
    assert not (tmp_path / "here").exists()


def test_every_special_character_is_escaped() -> None:
    assert words("50% of a_b & {c} ~ $5 #1 \\x ^") == (
        r"50\% of a\_b \& \{c\} \textasciitilde{} \$5 \#1 \textbackslash{}x \textasciicircum{}"
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_every_reference_has_its_label_and_labels_count_as_the_equations_do(preset: str) -> None:
    text = tex(sheetgrad.derive(preset))
    labels = re.findall(r"\\label\{eq:(\d+)\}", text)
    assert labels == [str(number) for number in range(1, len(labels) + 1)]
    assert set(re.findall(r"\\eqref\{eq:(\d+)\}", text)) <= set(labels)
    assert text.count(r"\begin{equation}") == len(labels)


def test_the_picture_has_a_node_for_each_circle_and_only_lines_between_them() -> None:
    text = tex(sheetgrad.derive("class"))
    nodes = set(re.findall(r"\\node\[[^\]]*(?:\{[^\]]*\}\])?[^\]]*\] \((c\d+)\)|\((c\d+)\) at", text))
    named = {name for pair in nodes for name in pair if name}
    ends = set(re.findall(r"\\draw\[edge\] \((c\d+)\)", text)) | set(re.findall(r"\((c\d+)\);", text))
    assert ends <= named
    assert len(named) == 11

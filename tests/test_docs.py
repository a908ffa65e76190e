"""What the documents show is what happens."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HOUSE = Path(__file__).parent.parent
DOCUMENTS = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").glob("*.md")])
GENERATE: dict[str, Any] = runpy.run_path(str(HOUSE / "docs" / "generate.py"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = ("make", "pip", "git", "python", "cd")
"""Commands that may be shown and are not run here: they change more than a folder."""


class Command(NamedTuple):
    """A line after `$ ` and what the document shows under it."""

    line: str
    shown: str


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [text for found, text in FENCE.findall(document.read_text(encoding="utf-8")) if found == language]


def commands(block: str) -> list[Command]:
    """The commands of a console block, each with its output; a command may take the lines up to END as its input."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not parts[0], "a console block begins with a command"
    return [Command(line, shown) for line, shown in map(_line_and_output, parts[1:])]


def _line_and_output(part: str) -> tuple[str, str]:
    line, _, rest = part.partition("\n")
    if not line.endswith("<< END"):
        return line, rest
    given, end, shown = rest.partition("\nEND\n")
    return f"{line}\n{given}{end}", shown


def agrees(shown: str, printed: str) -> bool:
    """Whether the output is as shown, where `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def with_block(language: str) -> list[Path]:
    return [document for document in DOCUMENTS if blocks(document, language)]


def test_the_comparison_can_fail() -> None:
    assert agrees("a\n…\nb\n", "a\n1\n2\nb\n")
    assert not agrees("a\n…\nb\n", "a\n1\nc\n")
    assert not agrees("a\n", "a\nb\n")


def test_the_readme_shows_commands_and_python() -> None:
    readme = HOUSE / "README.md"
    assert blocks(readme, "console")
    assert blocks(readme, "python")


@pytest.mark.parametrize("document", with_block("python"), ids=lambda path: path.name)
def test_python_in_the_documents_runs(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "document"}
    for block in blocks(document, "python"):
        exec(compile(block, document.name, "exec"), names)  # noqa: S102 -- our own documents


@pytest.mark.parametrize("document", with_block("console"), ids=lambda path: path.name)
def test_commands_in_the_documents_print_what_is_shown(document: Path, tmp_path: Path) -> None:
    program = tmp_path / "sheetgrad"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sheetgrad "$@"\n')
    program.chmod(0o755)
    (tmp_path / "examples").symlink_to(HOUSE / "examples")
    for command in (command for block in blocks(document, "console") for command in commands(block)):
        if command.line.split()[0] in NOT_RUN:
            continue
        line = ["bash", "-c", f'set -o pipefail; PATH="{tmp_path}:$PATH"; {command.line}']
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        if command.shown.strip():
            assert agrees(command.shown.strip(), done.stdout.strip()), f"{command.line} printed\n{done.stdout}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    prose = re.sub(r"`[^`]*`", "", FENCE.sub("", document.read_text(encoding="utf-8")))
    links = re.findall(r"\]\(([^)#]+)\)", prose)
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("name", sorted(GENERATE["pages"]()))
def test_pages_made_from_the_code_are_up_to_date(name: str) -> None:
    written = (HOUSE / "docs" / name).read_text(encoding="utf-8")
    assert written == GENERATE["pages"]()[name], "run: make docs"

"""The gallery in the docs is the one that the code makes."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from sheetgrad.catalog.presets import PRESETS

DOCS = Path(__file__).parent.parent / "docs"
GALLERY: dict[str, Any] = runpy.run_path(str(DOCS / "gallery.py"))


def test_the_gallery_is_up_to_date() -> None:
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == GALLERY["pages"]()["gallery.md"], "run: make docs"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_its_derivations_and_its_picture(preset: str) -> None:
    for ending in (".md", ".svg", *(f"-{form}.md" for form in GALLERY["FORMS"])):
        assert (DOCS / "derivations" / f"{preset}{ending}").stat().st_size > 1000

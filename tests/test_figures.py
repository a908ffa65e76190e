"""The figures in the README and the docs are those of the kept measurements."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parent.parent
FIGURES: dict[str, Any] = runpy.run_path(str(HOUSE / "bench" / "figures.py"))


@pytest.mark.parametrize("page", FIGURES["PAGES"])
def test_a_page_shows_the_kept_figures(page: str) -> None:
    kept, made = FIGURES["PAGES"][page]
    text = (HOUSE / page).read_text(encoding="utf-8")
    assert FIGURES["BEGIN"] in text
    assert text == FIGURES["renewed"](text, made(json.loads(kept.read_text(encoding="utf-8"))))


def test_other_figures_would_be_noticed() -> None:
    begin, end = FIGURES["BEGIN"], FIGURES["END"]
    assert FIGURES["renewed"](f"a\n{begin}\nold\n{end}\nb", "new") == f"a\n{begin}\nnew\n{end}\nb"


def test_every_peer_that_is_measured_trains_the_same_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HOUSE / "bench"))
    import importlib

    one = importlib.import_module("peers_one")
    for name in ("sheetgrad", "Python by hand", "NumPy"):
        assert one.PEERS[name][1](100) == pytest.approx(0.029166680235883584, rel=1e-12)
    sys.modules.pop("peers_one")

"""The figures in the README and the docs are those of the kept measurements."""

from __future__ import annotations

import json
import re
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


def test_who_did_not_get_through_is_named_and_left_out() -> None:
    kept, made = FIGURES["PAGES"]["docs/benchmarks.md"]
    found = json.loads(kept.read_text(encoding="utf-8"))
    found["one_network"]["Somebody"] = {"gave_up": True}
    page = made(found)
    (absent,) = re.findall(r"Did not run here: ([^.]*)\.", page)
    assert "Somebody" in absent.split(", ")
    assert "| Somebody" not in page


def test_the_clock_stands_beside_the_processor_where_it_was_read() -> None:
    one = {"median": 0.1, "low": 0.1, "high": 0.1}
    found = {"sheetgrad": {"seconds": {"100": one}, "clock": {"100": {**one, "median": 0.25}}, "a_step": 1e-6}}
    assert "| sheetgrad | 100 ms | 250 ms |" in FIGURES["start"](found)
    assert FIGURES["start"]({"sheetgrad": {"seconds": {"100": one}, "a_step": 1e-6}}) == ""


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The benchmark, with scripts of ours in place of the peers."""
    import importlib

    monkeypatch.syspath_prepend(str(HOUSE / "bench"))
    module = importlib.import_module("bench_peers")
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def test_a_benchmark_that_was_stopped_goes_on_with_what_is_missing(peers: Any, tmp_path: Path) -> None:
    kept = tmp_path / "found.json"
    peers.Bench(kept, 1.0, resume=False).note({"median": 1.0}, "layers", "a case", "somebody")
    again = peers.Bench(kept, 1.0, resume=True)
    assert not again.missing("layers", "a case", "somebody")
    assert again.missing("layers", "a case", "another")
    assert not peers.Bench(kept, 0.0, resume=True).missing("layers", "a case", "another")
    assert peers.Bench(kept, 1.0, resume=False).missing("layers", "a case", "somebody")


def test_a_peer_that_fails_or_takes_too_long_is_given_up(
    peers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quick.py").write_text("print(7)")
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    (tmp_path / "endless.py").write_text("import time\ntime.sleep(60)")
    bench = peers.Bench(tmp_path / "found.json", 1.0, resume=False)
    assert bench.child("quick.py").said == "7"
    with pytest.raises(peers.GaveUp):
        bench.child("broken.py")
    monkeypatch.setattr(peers, "LONGEST", 0.5)
    with pytest.raises(peers.GaveUp):
        bench.child("endless.py")

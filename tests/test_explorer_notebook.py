"""The explorer in a notebook: one module and one state, which goes both ways."""

from __future__ import annotations

from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
from test_explorer_page import QUIET, playwright

import sheetgrad

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("anywidget", reason="anywidget is not installed")
CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
HOST = """<!doctype html><div id="cell"></div><script type="module">
import module from "./widget.mjs";
const values = STATE, listeners = {};
globalThis.model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; for (const one of listeners[`change:${name}`] ?? []) one(); },
  save_changes: () => { globalThis.saved = structuredClone(values); },
  on: (name, listener) => (listeners[name] ??= []).push(listener),
  off: () => {},
};
globalThis.stop = module.render({ model, el: document.getElementById("cell") });
</script>"""
"""What a notebook does with a widget: a model, an element, and the module's `render`."""


@pytest.fixture
def widget() -> Any:
    return sheetgrad.load("class").explore()


def test_a_widget_has_the_state_of_the_page(widget: Any) -> None:
    assert (widget.step, widget.phase, widget.rate, widget.values) == (0, 0, 0.5, {})
    assert "export default" in widget._esm  # noqa: SLF001 -- what anywidget reads
    widget.step = 7
    with pytest.raises(Exception, match="step"):
        widget.step = 1000


def test_the_verb_writes_a_page_where_a_path_is_given(tmp_path: Path) -> None:
    assert sheetgrad.explore("class", tmp_path / "class.html") is None
    assert (tmp_path / "class.html").stat().st_size > 100_000


def test_the_state_goes_both_ways(widget: Any, tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    (tmp_path / "widget.mjs").write_text(widget._esm, encoding="utf-8")  # noqa: SLF001 -- what anywidget reads
    state = '{step: 0, phase: 0, quantity: "", rate: 0.5, values: {}}'
    (tmp_path / "notebook.html").write_text(HOST.replace("STATE", state), encoding="utf-8")
    with playwright.sync_playwright() as running:
        arguments = [*QUIET, "--allow-file-access-from-files"]
        browser = running.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": 900, "height": 900})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((tmp_path / "notebook.html").as_uri())
        loss = page.locator('[data-part="loss"]')
        playwright.expect(loss).to_have_text("Loss 0.242519857")
        page.evaluate("model.set('step', 100)")
        playwright.expect(loss).to_have_text("Loss 0.0291666802")
        page.evaluate("model.set('values', { w5: 0.9 })")
        page.evaluate("model.set('step', 0)")
        page.locator('[data-tab="numbers"]').click()
        field = page.get_by_role("textbox", name="w5", exact=True)
        playwright.expect(field).to_have_value("0.9")
        field.fill("0.7")
        page.wait_for_function("() => globalThis.saved?.values.w5 === 0.7")
        page.locator('[data-phase="2"]').click()
        page.wait_for_function("() => globalThis.saved?.phase === 2")
        page.locator('svg.network [data-place="10"]').click()
        page.wait_for_function("() => globalThis.saved?.quantity === 'w7'")
        assert errors == []
        browser.close()

"""The page in a real browser: everything on it works, nothing is loaded, nobody is shut out."""

from __future__ import annotations

import csv
import os
from functools import cache
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
from explorer_pages import spec_of

import sheetgrad
from sheetgrad.explorer.page import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
HOSTILE = {
    "name": "hostile",
    "title": '</title></script><script>window.stolen=1</script><img src=x onerror="window.stolen=2"> ${1} {{data}}',
    "inputs": [0.1, 0.2],
    "targets": [0.3],
    "loss": "half_squared_error",
    "layers": [{"size": 1, "activation": "sigmoid"}],
}
MARGIN = 3 if os.environ.get("SHEETGRAD_CI") else 1
"""A shared machine is slower than somebody's own."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def written(name: str) -> Path:
        path = folder / f"{name}.html"
        write(sheetgrad.load(HOSTILE if name == "hostile" else spec_of(name)), path)
        return path

    return written


class Opened:
    """A page with everything that it asked for or complained of."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.context = browser.new_context(accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)
        self.page.wait_for_function("() => globalThis.explorer?.last")

    def part(self, name: str) -> Any:
        return self.page.locator(f'[data-part="{name}"]')

    def do(self, name: str) -> None:
        self.page.locator(f'[data-do="{name}"]').click()

    def tab(self, name: str) -> None:
        self.page.locator(f'[data-tab="{name}"]').click()

    def settle(self) -> None:
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    @property
    def loss(self) -> float:
        self.settle()
        found: float = self.page.evaluate("explorer.last.view.loss")
        return found

    def value(self, name: str) -> float:
        self.settle()
        found: float = self.page.evaluate("(name) => explorer.last.view.v[explorer.words.called(name)]", name)
        return found


@pytest.fixture
def opened(browser: Any, pages: Callable[[str], Path]) -> Iterator[Callable[..., Opened]]:
    made: list[Opened] = []

    def opening(name: str = "class", link: str = "", **options: Any) -> Opened:
        made.append(Opened(browser, pages(name).as_uri() + link, **options))
        return made[-1]

    yield opening
    for one in made:
        one.context.close()
        assert one.complaints == []
        assert {address.partition(":")[0] for address in one.requests} <= {"file", "blob", "data"}
        assert len({address for address in one.requests if address.startswith("file")}) <= 2, "only pages of ours"


def loss_with(**values: float) -> float:
    """The loss of the class network at the start, in Python."""
    weights = {
        f"w{place}": value
        for place, value in zip(range(1, 9), (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55), strict=True)
    }
    weights |= values
    w = list(weights.values())
    layers = [
        {"size": 2, "activation": "sigmoid", "weights": [w[0:2], w[2:4]]},
        {"size": 2, "activation": "sigmoid", "weights": [w[4:6], w[6:8]]},
    ]
    return (
        sheetgrad.train("class", steps=0).initial_loss
        if not values
        else sheetgrad.train(
            {"inputs": [0.05, 0.1], "targets": [0.01, 0.99], "loss": "half_squared_error", "layers": layers}, steps=0
        ).initial_loss
    )


# --- what it is made of -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["class", "mazur"])
def test_the_page_of_a_small_network_stays_small(pages: Callable[[str], Path], name: str) -> None:
    assert pages(name).stat().st_size < 300_000


def test_the_page_loads_nothing_and_complains_of_nothing(opened: Callable[..., Opened]) -> None:
    shown = opened()
    assert len(shown.requests) == 1
    policy = shown.page.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_page_that_is_given_other_code_does_not_run_it(
    browser: Any, pages: Callable[[str], Path], tmp_path: Path
) -> None:
    text = pages("class").read_text(encoding="utf-8")
    (tmp_path / "changed.html").write_text(text.replace("</body>", "<script>window.ran = 1</script></body>"))
    page = browser.new_page()
    page.goto((tmp_path / "changed.html").as_uri())
    assert page.evaluate("window.ran === undefined")
    page.close()


def test_names_cannot_become_markup_or_script(opened: Callable[..., Opened]) -> None:
    shown = opened("hostile")
    assert shown.page.evaluate("window.stolen === undefined")
    assert shown.part("title").inner_text() == HOSTILE["title"]
    assert shown.page.locator("h1 img, h1 script").count() == 0
    assert shown.page.title() == f"{HOSTILE['title']}: explorer"


@pytest.mark.parametrize(
    "link",
    [
        "#show=__proto__&rate=x&step=-3&mistake=a:b:c&set=w1:NaN,constructor:1,w2:<b>&tab=nothing&sample=9",
        "#%E0%A4%A",
        "#tab=mine&of=dE_total_dw5&mine=<img src=x onerror=window.stolen=1>",
        "#rates=" + ",".join(map(str, range(500))),
    ],
)
def test_a_link_made_by_somebody_else_does_no_harm(opened: Callable[..., Opened], link: str) -> None:
    shown = opened("class", link)
    assert shown.page.evaluate("window.stolen === undefined")
    assert shown.loss == pytest.approx(0.24251985734837728, rel=1e-12)
    assert shown.page.locator(".one-rate").count() <= 13


def test_it_works_in_a_sandboxed_frame(browser: Any, pages: Callable[[str], Path], tmp_path: Path) -> None:
    outside = tmp_path / "course.html"
    outside.write_text(
        f'<iframe sandbox="allow-scripts" width=900 height=900 src="{pages("class").as_uri()}"></iframe>'
    )
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(outside.as_uri())
    frame = page.frame_locator("iframe")
    playwright.expect(frame.locator('[data-part="loss"]')).to_have_text("Loss 0.242519857")
    frame.locator('[data-phase="2"]').click()
    frame.locator('[data-do="share"]').click()
    page.wait_for_timeout(400)
    assert errors == []
    page.close()


# --- change it --------------------------------------------------------------------------------------


def test_a_typed_number_changes_everything(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.tab("numbers")
    shown.page.get_by_label("w5", exact=True).fill("0.9")
    assert shown.loss == pytest.approx(loss_with(w5=0.9), rel=1e-12)
    shown.page.get_by_label("w5", exact=True).fill("nonsense")
    assert shown.loss == pytest.approx(loss_with(w5=0.9), rel=1e-12)
    shown.do("reset")
    assert shown.loss == pytest.approx(loss_with(), rel=1e-12)


def test_arrow_keys_change_a_number(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.tab("numbers")
    field = shown.page.get_by_role("textbox", name="w1", exact=True)
    field.press("ArrowUp")
    field.press("Shift+ArrowUp")
    assert shown.value("w1") == pytest.approx(0.26, abs=1e-12)


def dragged(shown: Opened, element: Any, by: float, moves: int = 30) -> None:
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    for place in range(1, moves + 1):
        shown.page.mouse.move(x + by * place / moves, y)
    shown.page.mouse.up()


def test_a_weight_can_be_dragged_on_the_picture_within_a_frame(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.page.evaluate(
        "() => { const frame = explorer.frame.bind(explorer); explorer.times = [];"
        "explorer.frame = () => { const t = performance.now(); frame(); explorer.times.push(performance.now() - t); } }"
    )
    weight = shown.page.locator('svg.network [data-place="8"]')
    dragged(shown, weight, 100, moves=120)
    assert shown.value("w5") == pytest.approx(0.9, abs=0.02)
    assert shown.loss == pytest.approx(loss_with(w5=shown.value("w5")), rel=1e-12)
    times = sorted(shown.page.evaluate("explorer.times"))
    assert len(times) > 20
    assert times[len(times) // 2] < 16, f"half of the frames take longer: {times}"  # the others wait for the machine


def test_a_name_can_be_dragged(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.tab("numbers")
    dragged(shown, shown.page.locator(".field .scrub").first, 40)
    assert shown.value("i1") == pytest.approx(0.05 + 40 * 0.005, abs=1e-9)


def test_several_samples_have_their_own_numbers(opened: Callable[..., Opened]) -> None:
    shown = opened("xor")
    shown.part("sample").fill("2")
    assert shown.value("i2") == 1
    shown.tab("numbers")
    shown.page.get_by_label("i2", exact=True).fill("0.5")
    shown.part("sample").fill("3")
    assert shown.value("i2") == 0


# --- step through it --------------------------------------------------------------------------------


def test_play_goes_through_the_phases_and_on_to_the_next_step(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.part("unit").select_option("step")
    shown.do("play")
    shown.page.wait_for_function("() => explorer.chosen.t >= 3")
    shown.do("play")
    assert shown.part("play").inner_text() == "Play"
    shown.do("first")
    shown.part("unit").select_option("phase")
    phases = []
    for _ in range(4):
        shown.do("next")
        phases.append(shown.page.evaluate("[explorer.chosen.t, explorer.chosen.phase]"))
    assert phases == [[0, 1], [0, 2], [0, 3], [1, 0]]
    shown.do("back")
    assert shown.page.evaluate("[explorer.chosen.t, explorer.chosen.phase]") == [0, 3]


def test_the_path_lights_up_edge_by_edge_with_the_running_product(opened: Callable[..., Opened]) -> None:
    shown = opened("class", "#show=w5&phase=backward&at=0")
    products = []
    for _ in range(4):
        shown.do("next")
        shown.settle()
        lit = shown.page.locator("svg.network .wire.on").count()
        product = shown.page.locator(".factors-row .product .amount").inner_text()
        products.append((lit, float(product.replace("−", "-"))))
    gradient = shown.value("dE_total_dw5")
    assert [lit for lit, _ in products] == [1, 2, 2, 3]
    assert products[-1][1] == pytest.approx(gradient, rel=1e-5)
    spoken = shown.part("spoken").inner_text()
    assert "factor 4 of 4" in spoken


def test_the_slider_moves_through_training(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.part("slider").fill("100")
    assert shown.loss == pytest.approx(0.029166680235883584, rel=1e-12)
    shown.part("slider").press("Home")
    assert shown.loss == pytest.approx(0.24251985734837728, rel=1e-12)


# --- ask it -----------------------------------------------------------------------------------------


def test_any_quantity_shows_its_equation_its_chain_and_where_it_stands(opened: Callable[..., Opened]) -> None:
    shown = opened(reduced_motion="reduce")
    shown.page.locator("svg.network .neuron.made").first.click()
    why = shown.part("why")
    playwright.expect(why.locator(".big")).to_have_text("0.506874567")
    assert why.locator("math").count() > 5
    shown.page.locator('svg.network [data-place="4"]').click()
    playwright.expect(why.locator(".path")).to_have_count(2)
    assert why.locator(".cell").inner_text() == "Steps!F3"
    assert "0.000188255667" in why.locator(".sum").inner_text().replace("\n", "")
    why.locator(".go").click()
    equation = why.locator(".equation").first
    number = equation.inner_text()
    equation.click()
    line = shown.page.locator(f"#eq-{number.strip('()')}")
    playwright.expect(line).to_be_focused()
    playwright.expect(line).to_be_visible()
    shown.page.locator("#eq-1").click()
    shown.settle()
    assert shown.page.evaluate("explorer.words.plain(explorer.chosen.selected)") == "h1"


@pytest.mark.parametrize(
    ("text", "name", "step"),
    [
        ("a_h2", "a_h2", 0),
        ("dE/dw1", "dE_total_dw1", 0),
        ("(1)", "h1", 0),
        ("Steps!N13", "w5", 10),
        ("∂E_total/∂w8", "dE_total_dw8", 0),
    ],
)
def test_a_name_an_equation_or_a_cell_is_found(opened: Callable[..., Opened], text: str, name: str, step: int) -> None:
    shown = opened()
    shown.part("find-text").fill(text)
    shown.part("find-text").press("Enter")
    shown.settle()
    assert shown.page.evaluate("[explorer.words.plain(explorer.chosen.selected), explorer.chosen.t]") == [name, step]


def test_the_cell_that_is_named_holds_the_number(opened: Callable[..., Opened], tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from sheetgrad.sheet.book import workbook

    for name in ("class", "xor"):
        workbook(sheetgrad.load(name), tmp_path / f"{name}.xlsx")
        book = load_workbook(tmp_path / f"{name}.xlsx", data_only=True)
        shown = opened(name, "#step=7&sample=2" if name == "xor" else "#step=7")
        found = shown.page.evaluate(
            "() => { const view = explorer.last.view; return explorer.words.plains.map((name, place) => "
            "[name, explorer.actions().cell(place, view), view.v[place]]).filter(([, cell]) => cell); }"
        )
        assert len(found) > 30
        for quantity, cell, value in found:
            sheet, address = cell.replace("'", "").split("!")
            assert book[sheet][address].value == pytest.approx(value, rel=1e-9, abs=1e-12), f"{quantity} {cell}"


def test_a_planted_mistake_turns_the_gradient_check_red_while_the_loss_still_falls(
    opened: Callable[..., Opened],
) -> None:
    shown = opened()
    assert "all 8 right" in shown.part("verdict").inner_text()
    shown.tab("break")
    shown.part("plant").click()
    playwright.expect(shown.part("verdict")).to_contain_text("1 of 8 wrong; ∂E_total/∂w3 is off by 0.026 %")
    playwright.expect(shown.page.locator(".outcome")).to_contain_text("The loss still falls")
    assert shown.page.locator(".plot .reference").count() == 1
    shown.part("mistake-code").select_option(label="The wrong sign")
    playwright.expect(shown.part("verdict")).to_contain_text("200 %")
    shown.part("plant").click()
    playwright.expect(shown.part("verdict")).to_contain_text("all 8 right")


def test_a_pasted_formula_is_told_true_or_false_with_a_witness(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.tab("mine")
    shown.part("mine-target").select_option(label="∂E_total/∂w5")
    shown.part("mine-text").focus()
    shown.page.keyboard.insert_text("(a_o1 - t1)*a_o1*(1 - a_o1)*a_h1")
    shown.page.keyboard.press("Enter")
    playwright.expect(shown.part("mine-answer")).to_contain_text("✓ True")
    shown.part("mine-text").fill("(a_o1 - t1)*a_o1*(1 - a_o1)*a_h2")
    shown.page.keyboard.press("Enter")
    playwright.expect(shown.part("mine-answer")).to_contain_text("✗ False")
    playwright.expect(shown.part("mine-answer")).to_contain_text("a_h2 =")
    shown.part("mine-text").fill("(a_o1 - t1*")
    shown.page.keyboard.press("Enter")
    playwright.expect(shown.part("mine-answer")).to_contain_text("Not understood")


def test_learning_rates_are_overlaid_and_can_be_added(opened: Callable[..., Opened]) -> None:
    shown = opened()
    assert shown.page.locator(".plot .curve").count() == 6
    shown.part("new-rate").fill("5")
    shown.part("new-rate").press("Enter")
    shown.settle()
    assert shown.page.locator(".plot .curve").count() == 7
    assert shown.page.locator(".plot .mark").count() == 7
    shown.part("log").check()
    shown.page.locator(".rate", has_text="0.1").first.click()
    shown.part("slider").fill("100")
    assert shown.loss == pytest.approx(0.13351060733462522, rel=1e-12)
    box = shown.page.locator(".plot").bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    shown.settle()
    assert 30 < shown.page.evaluate("explorer.curves.hovered") < 70


# --- take it along ----------------------------------------------------------------------------------


def test_a_link_brings_somebody_else_to_the_same_place(opened: Callable[..., Opened]) -> None:
    shown = opened()
    shown.tab("numbers")
    shown.page.get_by_label("w5", exact=True).fill("0.7")
    shown.tab("break")
    shown.part("plant").click()
    shown.part("slider").fill("23")
    shown.page.locator('[data-phase="2"]').click()
    shown.page.wait_for_timeout(300)
    other = opened("class", "#" + shown.page.evaluate("location.hash").lstrip("#"))
    for one in (shown, other):
        one.settle()
    ask = "(({ t, phase, planted, tab }) => [t, phase, planted, explorer.last.view.loss, tab])(explorer.chosen)"
    assert other.page.evaluate(ask) == shown.page.evaluate(ask)
    assert shown.page.evaluate(ask)[0] == 23


def test_the_picture_the_numbers_and_the_derivation_can_be_saved(opened: Callable[..., Opened], tmp_path: Path) -> None:
    shown = opened()
    saved = {}
    for kind in ("svg", "png", "csv", "derivation"):
        shown.part("menu").locator("summary").click()
        with shown.page.expect_download() as download:
            shown.do(f"save-{kind}")
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    assert saved["png"].read_bytes().startswith(b"\x89PNG")
    assert saved["svg"].read_text().startswith("<svg")
    assert "```math" in saved["derivation"].read_text()
    trace = sheetgrad.train("class", trace=True).trace
    assert trace is not None
    rows = list(csv.DictReader(saved["csv"].read_text().splitlines()))
    assert len(rows) == 101
    assert float(rows[100]["E_total"]) == pytest.approx(trace["E_total"][100], rel=1e-12)
    assert set(trace.columns) <= set(rows[0])


def test_it_prints(opened: Callable[..., Opened]) -> None:
    shown = opened()
    paper = shown.page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    shown.page.emulate_media(media="print")
    for hidden in (".tools", ".transport", ".tabs"):
        assert not shown.page.locator(hidden).is_visible()
    assert shown.page.locator("svg.network").is_visible()


# --- for everybody ----------------------------------------------------------------------------------

SCREENS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 800}},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_no_serious_fault(opened: Callable[..., Opened], screen: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    link = "#phase=backward&mistake=sign:dE_total_dw5:1&of=dE_total_dw5&mine=a_h1"
    shown = opened("class", link, reduced_motion="reduce", **SCREENS[screen])
    shown.part("derivation").locator("summary").click()
    shown.page.wait_for_selector("#eq-1")
    for tab in ("why", "numbers", "break", "mine"):
        shown.tab(tab)
        shown.page.wait_for_timeout(300)
        found = axe.run(shown.page).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"][:160]) for one in found if one["impact"] in {"serious", "critical"}
        ]
        assert serious == [], tab


@pytest.mark.parametrize("name", ["class", "xor", "attention"])
def test_a_phone_never_scrolls_sideways(opened: Callable[..., Opened], name: str) -> None:
    shown = opened(name, viewport={"width": 320, "height": 700})
    for width in (320, 360, 400):
        shown.page.set_viewport_size({"width": width, "height": 700})
        for tab in ("why", "numbers", "break", "mine"):
            shown.tab(tab)
            shown.settle()
            assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_can_be_done_with_the_keyboard(opened: Callable[..., Opened]) -> None:
    shown = opened()
    page = shown.page
    page.locator('svg.network [tabindex="0"]').focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    shown.settle()
    assert page.evaluate("explorer.words.plain(explorer.chosen.selected)") == "a_h2"
    page.locator('[data-phase="0"]').focus()
    for key in ("3", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("explorer.chosen.phase") == 2
    page.locator('[data-tab="why"]').focus()
    page.keyboard.press("ArrowRight")
    assert page.locator('[data-tab="numbers"]').get_attribute("aria-selected") == "true"
    playwright.expect(page.locator('[data-tab="numbers"]')).to_be_focused()


def test_who_wants_no_motion_gets_none(opened: Callable[..., Opened]) -> None:
    moving = "getComputedStyle(document.querySelector('svg.network .wire')).transitionDuration"
    assert opened(reduced_motion="reduce").page.evaluate(moving) == "0s"
    assert opened().page.evaluate(moving) != "0s"


def test_positive_and_negative_differ_without_colour(opened: Callable[..., Opened]) -> None:
    shown = opened("class", "#set=w5:-0.4")
    dash = "(sign) => getComputedStyle(document.querySelector(`.wire[data-sign='${sign}']`)).strokeDasharray"
    assert shown.page.evaluate(dash, "minus") != shown.page.evaluate(dash, "plus")


# --- larger networks --------------------------------------------------------------------------------


def test_a_wide_network_is_folded_and_unfolds(opened: Callable[..., Opened]) -> None:
    shown = opened("wide")
    folded = shown.page.locator(".neuron").count()
    shown.part("fold").click()
    shown.settle()
    assert shown.page.locator(".neuron").count() > folded
    shown.do("zoom-in")
    assert shown.page.evaluate("explorer.network.zoom") > 1


def test_a_large_network_loads_in_time_and_says_what_it_leaves_out(opened: Callable[..., Opened]) -> None:
    shown = opened("large")
    ready = shown.page.evaluate("performance.now()")
    assert ready < 2000 * MARGIN
    assert "left out" in shown.part("notice").inner_text()
    assert shown.loss == pytest.approx(sheetgrad.train(spec_of("large"), steps=0).initial_loss, rel=1e-12)


@pytest.mark.parametrize("name", ["rnn", "attention", "iris"])
def test_other_networks_have_their_page_too(opened: Callable[..., Opened], name: str) -> None:
    shown = opened(name)
    playwright.expect(shown.part("verdict")).to_contain_text("✓")
    assert shown.page.locator(".neuron").count() >= 6
    for phase in range(4):
        shown.page.locator(f'[data-phase="{phase}"]').click()
        shown.settle()

"""Take the pictures of the explorer that the README and the docs show, with the system's Chromium.

Run by `make screenshots`; look at them before they are kept.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

import sheetgrad

PICTURES = Path(__file__).parent / "pictures"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--hide-scrollbars"),
]
WIDE: dict[str, Any] = {
    "name": "wide",
    "title": "A wider network: 8-16-8-4",
    "inputs": [0.1 * place for place in range(1, 9)],
    "targets": [0.1, 0.9, 0.2, 0.8],
    "loss": "half_squared_error",
    "layers": [
        {"size": 16, "activation": "sigmoid", "bias": "each"},
        {"size": 8, "activation": "tanh", "bias": "each"},
        {"size": 4, "activation": "sigmoid", "bias": "each"},
    ],
}


class Shot(NamedTuple):
    """One picture: what is shown, how, and on which screen."""

    name: str
    network: str
    link: str
    scheme: str = "light"
    size: tuple[int, int] = (1360, 820)


SHOTS = (
    Shot("explorer-backward", "class", "#show=w1&phase=backward&at=4"),
    Shot(
        "explorer-broken", "class", "#show=w3&phase=update&step=3&tab=break&mistake=wrong-index:dE_total_dw3:1", "dark"
    ),
    Shot("explorer-mine", "class", "#tab=mine&of=dE_total_dw5&mine=(a_o1 - t1)*a_o1*(1 - a_o1)*a_h2&step=20"),
    Shot("explorer-phone", "class", "#show=w5&phase=backward", size=(380, 820)),
    Shot("explorer-wide", "wide", "#show=w140&phase=backward&at=5"),
)


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=which("chromium"), args=ARGUMENTS)
        for shot in SHOTS:
            page_file = Path(folder) / f"{shot.network}.html"
            sheetgrad.explore(WIDE if shot.network == "wide" else shot.network, page_file)
            width, height = shot.size
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=shot.scheme, device_scale_factor=1.5
            )
            page.goto(page_file.as_uri() + shot.link)
            page.wait_for_timeout(700)
            keep(page.screenshot(), PICTURES / f"{shot.name}.png")
            page.close()
        browser.close()


def keep(taken: bytes, path: Path) -> None:
    """Write a picture with as many colours as such a page needs: a fifth of the bytes."""
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(160).save(path, optimize=True)


if __name__ == "__main__":
    main()

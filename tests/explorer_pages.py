"""What the tests of the explorer share: its content, Node to run it, and pages in a browser."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
from drawn_models import drawn

import sheetgrad
from sheetgrad.explorer.content import content

if TYPE_CHECKING:
    from sheetgrad.explorer.content import Content

HERE = Path(__file__).parent
ASSETS = HERE.parent / "src" / "sheetgrad" / "explorer" / "assets"
WIDE = {
    "name": "wide",
    "title": "8-16-8-4 with biases",
    "inputs": [0.1 * place for place in range(1, 9)],
    "targets": [0.1, 0.9, 0.2, 0.8],
    "loss": "half_squared_error",
    "layers": [
        {"size": 16, "activation": "sigmoid", "bias": "each"},
        {"size": 8, "activation": "tanh", "bias": "each"},
        {"size": 4, "activation": "sigmoid", "bias": "each"},
    ],
}
LARGE = {
    "name": "large",
    "inputs": [0.1] * 64,
    "targets": [0.1] * 9 + [0.9],
    "loss": "half_squared_error",
    "layers": [
        {"size": 32, "activation": "sigmoid", "bias": "each"},
        {"size": 10, "activation": "sigmoid", "bias": "each"},
    ],
}


def spec_of(name: str | int) -> Any:
    """A preset, a network above, or the drawn model of a seed."""
    return drawn(name) if isinstance(name, int) else {"wide": WIDE, "large": LARGE}.get(name, name)


@cache
def content_of(name: str | int) -> Content:
    """What its page is made of."""
    setup = sheetgrad.load(spec_of(name))
    return content(setup, sheetgrad.derive(setup))


def in_node(asked: list[dict[str, Any]]) -> list[Any]:
    """Answers from the page's own modules, all in one Node."""
    node = which("node") or which("nodejs")
    if node is None:
        pytest.skip("node is not installed")
    command = [node, str(HERE / "explorer_in_node.mjs"), str(ASSETS)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def question(name: str | int, what: str, **more: Any) -> dict[str, Any]:
    """What is asked of Node about a network."""
    made = content_of(name)
    return {"what": what, "data": made.data, "source": made.source, **more}

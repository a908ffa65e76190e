"""What a derivation can be written as. To add a format, add an entry."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sheetgrad.derivation.document import Derivation


def _by(module: str, function: str) -> Callable[[Derivation], str]:
    """A writer that is imported when it is used."""

    def write(derivation: Derivation) -> str:
        written: str = getattr(import_module(f"sheetgrad.emit.{module}"), function)(derivation)
        return written

    return write


def _json(derivation: Derivation) -> str:
    return json.dumps(derivation.as_json(), indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Derivation], str]] = {
    "md": _by("markdown", "markdown"),
    "html": _by("webpage", "webpage"),
    "tex": _by("tex", "tex"),
    "text": _by("screen", "text"),
    "json": _json,
}
"""By the name that `--format` takes."""

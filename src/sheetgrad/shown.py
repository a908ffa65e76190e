"""What shows itself: in a notebook as HTML, Markdown, LaTeX or SVG, in a terminal through rich.

What is shown is made by `sheetgrad.display`, which stands above everything that can
be shown; it is found by name, when something is shown.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Shown:
    """Gives a class the methods that notebooks and rich look for."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Everything a notebook can choose from, by its kind."""
        del include, exclude  # the notebook picks what it wants
        bundle: dict[str, str] = import_module("sheetgrad.display").bundle(self)
        return bundle

    def __rich__(self) -> Any:  # noqa: ANN401 -- rich is not imported for those who do not use it
        """What rich prints."""
        return import_module("sheetgrad.display").on_a_terminal(self)

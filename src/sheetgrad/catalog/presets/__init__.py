"""Presets: complete specs with comments, to run as they are or to start from.

To add one, put a TOML file beside this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_FIRST = "class"


def _folder() -> Traversable:
    return files(__name__)


class _Presets(Mapping[str, str]):
    """The text of every preset by its name, `class` first; read when asked for."""

    def __getitem__(self, name: str) -> str:
        if name not in set(self):
            raise KeyError(name)
        return (_folder() / f"{name}.toml").read_text(encoding="utf-8")

    def __iter__(self) -> Iterator[str]:
        names = (entry.name for entry in _folder().iterdir())
        found = [name.removesuffix(".toml") for name in names if name.endswith(".toml")]
        return iter(sorted(found, key=lambda name: (name != _FIRST, name)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


PRESETS: Mapping[str, str] = _Presets()
"""Name -> commented TOML text."""


def shipped_data(name: str) -> Traversable | None:
    """A table of data that comes with the presets (`iris.csv`), or None if there is none of this name.

    >>> shipped_data("iris.csv").name, shipped_data("nothing.csv")
    ('iris.csv', None)
    """
    found = next((entry for entry in _folder().iterdir() if entry.name == name), None)
    return found if found is not None and name.endswith(".csv") else None

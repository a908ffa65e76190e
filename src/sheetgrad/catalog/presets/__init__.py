"""Presets: complete specs with comments, to run as they are or to start from.

To add one, put a TOML file beside this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_FIRST = "class"
_FOLDER = __path__[0]


class _Presets(Mapping[str, str]):
    """The text of every preset by its name, `class` first; read when asked for."""

    def __getitem__(self, name: str) -> str:
        if name not in set(self):
            raise KeyError(name)
        with open(os.path.join(_FOLDER, f"{name}.toml"), encoding="utf-8") as file:  # noqa: PTH118, PTH123 -- as above
            return file.read()

    def __iter__(self) -> Iterator[str]:
        names = os.listdir(_FOLDER)  # noqa: PTH208 -- pathlib and importlib.resources cost more than all that is read
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
    from importlib.resources import files

    found = next((entry for entry in files(__name__).iterdir() if entry.name == name), None)
    return found if found is not None and name.endswith(".csv") else None

"""A name that a network does not have."""

from __future__ import annotations


class UnknownNameError(Exception):
    """A name that the network does not have."""

    def __init__(self, key: str) -> None:
        """Keep the name."""
        super().__init__(key)
        self.key = key

"""A bound in time: what takes too long is stopped and says so."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

AGAIN = 0.5
"""Seconds after which the alarm rings again, should something have swallowed it."""


class TooSlow(BaseException):
    """The time is over."""


def can_ring() -> bool:
    """Whether an alarm can be set here: not on Windows, and not outside the main thread."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TooSlow in the block when it takes longer; where no alarm can be set, this does nothing."""
    if not can_ring():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

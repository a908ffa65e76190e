"""A process that checks files, one at a time, and can be ended when one takes too long.

It is started as `python -m sheetgrad.check.worker` and speaks in pickles over its
own pipes, so that a caller's script is never imported again, as a fork or a pool would.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from sheetgrad.check.findings import Report
from sheetgrad.check.one import checked

if TYPE_CHECKING:
    from sheetgrad.check.files import Given
    from sheetgrad.check.network import Network

GRACE = 10.0
"""Seconds beyond the limit after which the process itself is ended: it hangs where no alarm is heard."""


class Worker:
    """One process; made anew after it had to be ended."""

    def __init__(self, network: Network | None, limit: float) -> None:
        """Start nothing yet."""
        self.limit = limit
        self.network = None if network is None else _parts(network)
        self.process: subprocess.Popen[bytes] | None = None
        self.stopped = False

    def check(self, given: Given) -> Report:
        """The report on one file."""
        process = self.process or self._start()
        assert process.stdin is not None  # noqa: S101 -- both are pipes
        assert process.stdout is not None  # noqa: S101 -- the same
        clock = threading.Timer(self.limit + GRACE, process.kill)
        clock.start()
        try:
            _send(process.stdin, given)
            report = pickle.load(process.stdout)  # noqa: S301 -- from our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            self._end()
            return Report(given.path, error=self._reason(process))
        finally:
            clock.cancel()
        if isinstance(report, BaseException):
            raise report
        assert isinstance(report, Report)  # noqa: S101 -- the worker sends nothing else
        return report

    def stop(self) -> None:
        """End the process, and start no other."""
        self.stopped = True
        self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 -- ours
        if self.stopped:
            self._end()
        elif self.process.stdin is not None:
            _send(self.process.stdin, (self.network, self.limit))
        return self.process

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass  # what was still to be written has no reader any more

    def _reason(self, process: subprocess.Popen[bytes]) -> str:
        if process.returncode == -getattr(signal, "SIGKILL", 9) or os.name == "nt":
            return f"took longer than {self.limit:g} seconds, or all the memory, and was given up"
        return f"could not be checked: the process that read it ended with code {process.returncode}"


def _parts(network: Network) -> tuple[Any, ...]:
    """What a network is made from; its points are drawn again on the other side."""
    return network.origin, network.words, network.definitions, network.leaves, network.names


def _send(stream: IO[bytes], value: object) -> None:
    pickle.dump(value, stream)
    stream.flush()


def main() -> None:
    """Answer until nobody asks any more."""
    from sheetgrad.check.network import Network

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and it ends us
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but answers may go there
    try:
        parts, limit = pickle.load(asked)  # noqa: S301 -- from our own process
    except EOFError:
        return  # stopped before there was anything to do
    network = None if parts is None else Network(*parts)
    while True:
        try:
            given = pickle.load(asked)  # noqa: S301 -- the same
        except EOFError:
            return
        try:
            answer: object = checked(given, network=network, limit=limit)
        except Exception as problem:  # noqa: BLE001 -- it is raised on the other side
            answer = problem
        _send(answers, answer)


if __name__ == "__main__":
    main()

"""A process that does one task at a time for another, and can be ended when one takes too long.

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
from dataclasses import fields
from typing import IO, TYPE_CHECKING, Any

from sheetgrad.check.findings import Report
from sheetgrad.check.one import checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.check.files import Given
    from sheetgrad.check.network import Network

GRACE = 10.0
"""Seconds beyond the limit after which the process itself is ended: it hangs where no alarm is heard."""


class Ended(Exception):  # noqa: N818 -- it is no error: it says how a process ended
    """The process had to be ended, or ended by itself; says why."""


class Process:
    """One process that answers; made anew after it had to be ended."""

    def __init__(self, module: str, first: object, limit: float) -> None:
        """Start nothing yet; `first` is what the module is told before any task."""
        self.module, self.first, self.limit = module, first, limit
        self.process: subprocess.Popen[bytes] | None = None
        self.stopped = False

    def ask(self, task: object) -> object:
        """The answer to one task.

        Raises:
            Ended: the process is no more, or took too long.
        """
        process = self.process or self._start()
        assert process.stdin is not None  # noqa: S101 -- both are pipes
        assert process.stdout is not None  # noqa: S101 -- the same
        clock = threading.Timer(self.limit + GRACE, process.kill)
        clock.start()
        try:
            _send(process.stdin, task)
            answer: object = pickle.load(process.stdout)  # noqa: S301 -- from our own process
        except (EOFError, OSError, pickle.UnpicklingError) as problem:
            self._end()
            raise Ended(self._reason(process)) from problem
        finally:
            clock.cancel()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def stop(self) -> None:
        """End the process, and start no other."""
        self.stopped = True
        self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self.module]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 -- ours
        if self.stopped:
            self._end()
        elif self.process.stdin is not None:
            _send(self.process.stdin, self.first)
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


class Worker(Process):
    """One process that checks files."""

    def __init__(self, network: Network | None, limit: float) -> None:
        """Start nothing yet."""
        super().__init__(__name__, (None if network is None else parts(network), limit), limit)

    def check(self, given: Given) -> Report:
        """The report on one file."""
        try:
            report = self.ask(given)
        except Ended as ended:
            return Report(given.path, error=str(ended))
        assert isinstance(report, Report)  # noqa: S101 -- the worker sends nothing else
        return report


def parts(network: Network) -> tuple[Any, ...]:
    """What a network is made from; its points are drawn again on the other side."""
    return tuple(getattr(network, part.name) for part in fields(network) if part.init)


def _send(stream: IO[bytes], value: object) -> None:
    pickle.dump(value, stream)
    stream.flush()


def serve(ready: Callable[[Any], Callable[[Any], object]]) -> None:
    """Answer until nobody asks any more; `ready` makes what answers tasks from what came first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and it ends us
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but answers may go there
    try:
        do = ready(pickle.load(asked))  # noqa: S301 -- from our own process
    except EOFError:
        return  # stopped before there was anything to do
    while True:
        try:
            task = pickle.load(asked)  # noqa: S301 -- the same
        except EOFError:
            return
        try:
            answer = do(task)
        except Exception as problem:  # noqa: BLE001 -- it is raised on the other side
            answer = problem
        _send(answers, answer)


def _checks(first: tuple[tuple[Any, ...] | None, float]) -> Callable[[Given], Report]:
    from sheetgrad.check.network import Network

    made, limit = first
    network = None if made is None else Network(*made)
    return lambda given: sendable(checked(given, network=network, limit=limit))


def sendable(report: Report) -> Report:
    """The same without what is too deep to be sent: formulas nested a thousand times are not compared with others."""
    try:
        pickle.dumps(report)
    except RecursionError:
        report.facts = []
    return report


def main() -> None:
    """Check files for another process."""
    serve(_checks)


if __name__ == "__main__":
    main()

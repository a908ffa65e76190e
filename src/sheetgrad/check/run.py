"""Many files, checked: in order, in parallel where it pays, each bounded in time."""

from __future__ import annotations

import os
import queue
import threading
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetgrad.check.bounds import can_ring
from sheetgrad.check.files import STANDARD_INPUT, files
from sheetgrad.check.one import LIMIT, checked
from sheetgrad.check.together import put_together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sheetgrad.check.files import Given
    from sheetgrad.check.findings import Report
    from sheetgrad.check.network import Network
    from sheetgrad.check.worker import Worker

    Progress: TypeAlias = Callable[[int, int, str], None]

MANY = 12
"""From so many files on, further processes are worth their start."""
MUCH = 300_000
"""Or from so many bytes."""
MOST_JOBS = 8


def check_files(
    words: Iterable[str | os.PathLike[str]],
    *,
    network: Network | None = None,
    jobs: int | None = None,
    limit: float = LIMIT,
    progress: Progress | None = None,
) -> list[Report]:
    """Check every file that the words name (files, folders, patterns, `-`); one report a file, in order.

    Files of one folder are held against each other; what is found is noted in their reports.
    `jobs` is how many processes work (as many as pay off when None), `limit` the
    seconds that one file may take. `progress` is called with the files done, the
    files in all and the path of the one just done. A file that cannot be read
    gives a report with `error` set and stops nothing.

    >>> [report.error.partition(";")[0] for report in check_files(["no-such-file.md"])]
    ['there is no such file']
    """
    given = files(words)
    count = _jobs(given) if jobs is None else jobs
    say = progress or (lambda _done, _all, _path: None)
    alone = count <= 1 and can_ring()
    reports = _here(given, network, limit, say) if alone else _elsewhere(given, network, limit, say, max(count, 1))
    put_together(reports, limit)
    return reports


def _jobs(given: Sequence[Given]) -> int:
    readable = [file for file in given if not file.error]
    if len(readable) < MANY and sum(file.size for file in readable) < MUCH:
        return 1
    return min(os.cpu_count() or 1, MOST_JOBS, len(readable))


def _here(given: Sequence[Given], network: Network | None, limit: float, say: Progress) -> list[Report]:
    reports = []
    for done, file in enumerate(given, 1):
        reports.append(checked(file, network=network, limit=limit))
        say(done, len(given), file.path)
    return reports


class Answer(NamedTuple):
    """The report on the file with this number, or the error that ended the work."""

    number: int
    report: Report | BaseException


def _elsewhere(
    given: Sequence[Given], network: Network | None, limit: float, say: Progress, count: int
) -> list[Report]:
    """In processes of our own, one thread here waiting for each of them."""
    from sheetgrad.check.worker import Worker

    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    here = [number for number, file in enumerate(given) if file.error or file.path == STANDARD_INPUT]
    others = sorted(set(range(len(given))) - set(here), key=lambda number: -given[number].size)  # the longest first
    for number in others:
        waiting.put(number)
    workers = [Worker(network, limit) for _ in range(min(count, len(others)))]
    threads = [threading.Thread(target=_serve, args=(w, given, waiting, answers), daemon=True) for w in workers]
    reports: dict[int, Report] = {}
    try:
        for thread in threads:
            thread.start()
        for number in here:
            answers.put(Answer(number, checked(given[number], network=network, limit=limit)))
        while len(reports) < len(given):
            answer = answers.get()
            if isinstance(answer.report, BaseException):
                raise answer.report
            reports[answer.number] = answer.report
            say(len(reports), len(given), given[answer.number].path)
    finally:
        for worker in workers:
            worker.stop()
    return [reports[number] for number in range(len(given))]


def _serve(
    worker: Worker, given: Sequence[Given], waiting: queue.SimpleQueue[int], answers: queue.SimpleQueue[Answer]
) -> None:
    """Hand one file after the other to a worker until none is left."""
    while not worker.stopped:
        try:
            number = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            answers.put(Answer(number, worker.check(given[number])))
        except BaseException as problem:  # noqa: BLE001 -- it is raised where the answers are read
            answers.put(Answer(number, problem))
            return

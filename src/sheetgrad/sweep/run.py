"""The blocks of a sweep one after the other: from disk, in threads, or from a cluster."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from threading import Event, Lock
from typing import TYPE_CHECKING

from sheetgrad.errors import Problem, SpecError
from sheetgrad.sweep.block import Block, computed
from sheetgrad.sweep.result import Sweep
from sheetgrad.sweep.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from sheetgrad.sweep.plan import Plan

MANY = 10_000
"""From so many networks on, every core has its own block."""


class _Stopped(Exception):  # noqa: N818 -- it tells a thread to end, nothing is wrong
    """Nobody waits for this block any more."""


def swept(
    plan: Plan,
    *,
    path: str | os.PathLike[str] | None = None,
    resume: bool = False,
    on: str | None = None,
    progress: Callable[[float], object] | None = None,
) -> Sweep:
    """Compute every block and gather what came of it.

    With `path`, finished blocks are kept beside it until the table is written there.
    Ctrl-C ends it early: the result then has what is finished. `on` is `dask` or `dask=ADDRESS`.
    `progress` is told how many networks are done.

    Raises:
        SpecError: `on` names nothing that is known.
        SheetgradError: see `store.Store`.
    """
    store = None if path is None else Store(plan, path, resume=resume)
    made = Sweep.empty(plan)
    for number, block in store.found() if store else ():
        made.put(number, block)
    todo = [number for number in range(plan.blocks) if not made.done[number]]
    with closing(_blocks(plan, todo, on, Shares(plan, plan.networks - made.finished, progress))) as blocks:
        try:
            for number, block in blocks:
                if store:
                    store.keep(number, block)
                made.put(number, block)
        except KeyboardInterrupt:
            return made
    if store and path is not None:
        made.write(path)
        store.clear()
    return made


class Shares:
    """How far each block is, added up."""

    def __init__(self, plan: Plan, left: int, progress: Callable[[float], object] | None) -> None:
        """`left` is how many networks are still to be computed."""
        self._plan, self._done, self._progress = plan, float(plan.networks - left), progress
        self._open: dict[int, float] = {}
        self._lock = Lock()

    def tell(self, number: int, share: float) -> None:
        """So much of a block is done."""
        networks = share * len(self._plan.bounds(number))
        with self._lock:
            self._done += networks - self._open.get(number, 0.0)
            self._open[number] = networks
        if self._progress is not None:
            self._progress(self._done)


def _blocks(plan: Plan, todo: list[int], on: str | None, shares: Shares) -> Generator[tuple[int, Block]]:
    if on is None:
        jobs = min(len(todo), os.cpu_count() or 1)
        threaded = jobs > 1 and plan.networks >= MANY and plan.kernel != "one by one"
        return _in_threads(plan, todo, shares, jobs) if threaded else _in_turn(plan, todo, shares)
    kind, _, address = on.partition("=")
    if kind != "dask":
        remedy = "say dask for a cluster on this machine, or dask=ADDRESS for the one at an address"
        raise SpecError((Problem("on", f"no cluster is called {kind!r}", remedy),))
    from sheetgrad.sweep.cluster import blocks

    return blocks(plan, todo, address or None, shares.tell)


def _in_turn(plan: Plan, todo: Iterable[int], shares: Shares) -> Generator[tuple[int, Block]]:
    for number in todo:
        yield number, computed(plan, number, lambda share, number=number: shares.tell(number, share))  # type: ignore[misc]  # the number is bound


def _in_threads(plan: Plan, todo: Iterable[int], shares: Shares, jobs: int) -> Generator[tuple[int, Block]]:
    """Blocks as they are done; at most two for each thread are under way or waiting to be fetched."""
    stop = Event()

    def one(number: int) -> tuple[int, Block]:
        def tell(share: float) -> None:
            if stop.is_set():
                raise _Stopped
            shares.tell(number, share)

        return number, computed(plan, number, tell)

    assert plan.crew.setup is plan.setup  # noqa: S101 -- made here, before threads could make it twice
    left, open_ = iter(todo), set[Future[tuple[int, Block]]]()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while True:
                while len(open_) < 2 * jobs and (number := next(left, None)) is not None:
                    open_.add(pool.submit(one, number))
                if not open_:
                    return
                done, open_ = wait(open_, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            stop.set()
            for future in open_:
                future.cancel()

"""The blocks of a sweep on a Dask cluster: the same function for each block as here.

The scheduler gives a block to another worker when one dies. Only so many blocks are
handed out at a time as keep the workers busy.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import MissingPackageError, SheetgradError
from sheetgrad.sweep.block import Block, computed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from sheetgrad.sweep.plan import Plan

AHEAD = 3
"""Blocks that are handed out for each thread of the cluster."""
DEATHS = 5
"""Workers that may die over one block before it counts as the block's fault."""
PATIENCE = "20s"
"""How long the scheduler may take to answer."""

_PLANS: dict[str, Plan] = {}
"""On a worker: the plan it works on, with its runners."""


def block_of(fingerprint: str, plan: Plan, number: int) -> Block:
    """One block, on a worker; the runners are made once for all blocks."""
    known = _PLANS.get(fingerprint)
    if known is None:
        _PLANS.clear()
        known = _PLANS.setdefault(fingerprint, plan)
    return computed(known, number)


def blocks(
    plan: Plan, todo: Sequence[int], address: str | None, tell: Callable[[int, float], object]
) -> Generator[tuple[int, Block]]:
    """Every block as it is done; without an address, on a cluster of this machine's own processes.

    Raises:
        MissingPackageError: dask.distributed is not installed.
        SheetgradError: nobody answers at the address, or a block failed on the cluster.
    """
    distributed: Any = _library()
    client = _client(distributed, address)
    try:
        print_of = plan.fingerprint
        left = iter(todo)
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        numbers: dict[Any, int] = {}

        def submit(number: int) -> Any:  # noqa: ANN401 -- distributed brings no types
            future = client.submit(block_of, print_of, plan, number, key=f"sheetgrad-{print_of[:16]}-{number}")
            numbers[future] = number
            return future

        first = [submit(number) for number in islice(left, ahead)]
        queue = distributed.as_completed(first, with_results=True, raise_errors=False)
        for future, result in queue:
            number = numbers.pop(future)
            found = _block(future, result, number)
            future.release()
            tell(number, 1.0)
            yield number, found
            following = next(left, None)
            if following is not None:
                queue.add(submit(following))
    finally:
        client.close()
        if client.cluster is not None and address is None:
            client.cluster.close()


def _block(future: Any, result: Any, number: int) -> Block:  # noqa: ANN401 -- distributed brings no types
    if future.status == "error" or isinstance(result, BaseException):
        error = result if isinstance(result, BaseException) else result[1]
        message = (
            f"block {number}: failed on the cluster ({type(error).__name__}: {error}); is sheetgrad the same there?"
        )
        raise SheetgradError(message) from error
    return Block(*result)


def _library() -> Any:  # noqa: ANN401 -- distributed brings no types
    try:
        import distributed
    except ImportError as error:
        raise MissingPackageError("distributed", "a sweep on a cluster", "dask") from error
    return distributed


def _client(distributed: Any, address: str | None) -> Any:  # noqa: ANN401 -- distributed brings no types
    """The scheduler at an address, or a new one here, with a process for every core."""
    from dask import config

    try:
        if address is not None:
            return distributed.Client(address, timeout=PATIENCE)
        with config.set({"distributed.scheduler.allowed-failures": DEATHS}):
            own = distributed.LocalCluster(
                threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
            )
            return distributed.Client(own)
    except (OSError, ValueError) as error:
        message = f"dask={address}: no scheduler answers there ({error}); start one with `dask scheduler`"
        raise SheetgradError(message) from error

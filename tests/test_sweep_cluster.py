"""A sweep on a real Dask cluster of this machine: the same numbers, also when a worker dies."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING, Any

import pytest

import sheetgrad
from sheetgrad.errors import SheetgradError
from sheetgrad.sweep.plan import Asked, planned
from sheetgrad.sweep.run import swept

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # a worker that is killed leaves sockets and logs behind


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    import distributed

    library: Any = distributed
    own = library.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    with own, library.Client(own) as client:
        yield client


def test_a_cluster_gives_the_same_bits_as_this_process(cluster: Any) -> None:
    plan = planned(
        sheetgrad.load("class"), rates="log:0.1:10:4", seed="0-1", starts=3_000, steps=20, asked=Asked(every=10)
    )
    assert plan.blocks > 1
    told: list[float] = []
    there = swept(plan, on=f"dask={cluster.scheduler.address}", progress=told.append)
    here = swept(plan)
    assert there.final.tobytes() == here.final.tobytes()
    assert there.losses.tobytes() == here.losses.tobytes()
    assert told[-1] == plan.networks


def test_a_worker_that_dies_costs_nothing_but_time(cluster: Any) -> None:
    plan = planned(sheetgrad.load("class"), rates="log:0.1:10:10", starts=16_384, steps=100)
    killed: list[int] = []

    def kill_one(_done: float) -> None:
        if not killed:
            killed.append(next(iter(cluster.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    there = swept(plan, on=f"dask={cluster.scheduler.address}", progress=kill_one)
    assert killed
    assert there.complete
    assert there.final.tobytes() == swept(plan).final.tobytes()


def test_an_address_at_which_nobody_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from sheetgrad.sweep import cluster

    monkeypatch.setattr(cluster, "PATIENCE", "0.5s")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SheetgradError, match="no scheduler answers there"):
            swept(planned(sheetgrad.load("class")), on=f"dask={address}")


def test_without_an_address_a_cluster_is_made_and_ended() -> None:
    plan = planned(sheetgrad.load("class"), rates=[0.5], steps=100)
    assert swept(plan, on="dask").final[0] == pytest.approx(0.029166680235883584, rel=1e-12)

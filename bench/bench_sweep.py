"""What a sweep costs, and what one of 10^9 networks would: `python bench/bench_sweep.py [-o FILE]`.

Measured are whole sweeps of the class network (drawing starts, training, gathering)
on one core, and what a block costs more on a Dask cluster of this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from figures import sweep_costs

import sheetgrad
from sheetgrad.files import replacing
from sheetgrad.sweep.block import computed
from sheetgrad.sweep.plan import Plan, planned

RESULTS = Path(__file__).parent / "results" / "sweep.json"
STEPS = (100, 1_000)
ROUNDS = 5
NETWORKS = 100_000


def plan_of(networks: int, steps: int) -> Plan:
    return planned(sheetgrad.load("class"), rates="lin:0.1:2:10", starts=networks // 10, steps=steps)


def a_network(steps: int) -> list[float]:
    """Seconds of the processor for a network, from the lowest on."""
    plan = plan_of(NETWORKS, steps)
    blocks = range(min(plan.blocks, 4))
    computed(plan, 0)
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        made = sum(len(computed(plan, number).final) for number in blocks)
        found.append((time.process_time() - began) / made)
    return sorted(found)


def bytes_of(networks: int) -> float:
    """What a network takes in the table on disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.csv"
        sheetgrad.sweep("class", rates="lin:0.1:2:10", starts=networks // 10, steps=1, path=path)
        return path.stat().st_size / networks


def on_a_cluster() -> float | None:
    """Seconds of the clock that a block costs more than its own computation, None without dask.distributed."""
    if find_spec("distributed") is None:
        return None
    import distributed

    from sheetgrad.sweep.run import swept

    library: Any = distributed
    plan = plan_of(20 * 16_384, 1)
    with (
        library.LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as own,
        library.Client(own),
    ):
        address = f"dask={own.scheduler_address}"
        swept(plan, on=address)
        began = time.perf_counter()
        swept(plan, on=address)
        there = time.perf_counter() - began
    began = time.perf_counter()
    for number in range(plan.blocks):
        computed(plan, number)
    return max(there - (time.perf_counter() - began), 0.0) / plan.blocks


def main() -> None:
    parser = argparse.ArgumentParser(description="what a sweep costs")
    parser.add_argument("-o", "--output", default=str(RESULTS))
    options = parser.parse_args()
    extra = on_a_cluster()  # before the others, on all cores
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    times = {str(steps): a_network(steps) for steps in STEPS}
    found = {
        "kernel": plan_of(NETWORKS, 1).kernel,
        "a_network": {
            steps: {"median": statistics.median(values), "low": values[0], "high": values[-1]}
            for steps, values in times.items()
        },
        "bytes_a_network": bytes_of(100_000),
        "block": 16_384,
        "cluster_a_block": extra,
    }
    print(sweep_costs(found))
    with replacing(options.output) as file:
        json.dump(found, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()

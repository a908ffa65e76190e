"""sheetgrad beside everybody else, in one run: `python bench/bench_peers.py [--quick] [--only TABLES] [-o FILE]`.

Each measurement runs in a process of its own. Times are of the processor (user and
system), since the machine may be busy; the total of a process counts its imports
and first calls. Whoever is not installed is left out by name. One table a regime is
printed, as ratios to sheetgrad, and everything is written as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peers_layers
import peers_many
import peers_one

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "peers.json"
STEPS = (100, 10_000, 1_000_000, 10_000_000)
NETWORKS = (6, 1_000, 100_000, 1_000_000)
WORK = 5_000_000
"""Steps of single networks in a measurement of many."""
PATIENCE = 4.0
"""Seconds: what would take longer is worked out from what a step costs."""
ROUNDS = 3
PACKAGES = ("numpy", "jax", "torch", "scikit-learn", "autograd", "tinygrad", "micrograd")
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def child(script: str, *words: str) -> tuple[str, float, float]:
    """What a process says, and the seconds of the processor and of the clock that it took."""
    began = time.perf_counter()
    command = [sys.executable, str(HERE / script), *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **SINGLE}
    ) as process:
        assert process.stdout
        said = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(script, words)
    return said.strip(), usage.ru_utime + usage.ru_stime, time.perf_counter() - began


def installed(peers: Mapping[str, tuple[str, Any]]) -> list[str]:
    """Those whose package is there."""
    return [name for name, (package, _) in peers.items() if not package or find_spec(package)]


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def one_network(rounds: int, most: int) -> dict[str, Any]:
    """Total seconds of a process for each number of steps, and what a step costs."""
    found: dict[str, Any] = {}
    for name in installed(peers_one.PEERS):
        totals: dict[int, dict[str, float]] = {}
        a_step, last = 0.0, (0, 0.0)
        for steps in (count for count in STEPS if count <= most):
            guess = last[1] + (steps - last[0]) * a_step
            if a_step and guess > PATIENCE:
                totals[steps] = {"median": guess, "low": guess, "high": guess, "worked_out": True}
                continue
            seconds = [child("peers_one.py", name, str(steps))[1] for _ in range(rounds)]
            totals[steps] = spread(seconds)
            a_step = max((totals[steps]["median"] - last[1]) / (steps - last[0]), 0.0) if last[0] else 0.0
            last = (steps, totals[steps]["median"])
            say(f"{name}, {steps:,} steps: {last[1]:.3f} s")
        found[name] = {"seconds": {str(steps): value for steps, value in totals.items()}, "a_step": a_step}
    return found


def many_networks(most: int) -> dict[str, Any]:
    """Million steps of single networks a second, on one core."""
    found: dict[str, Any] = {}
    for name in installed(peers_many.PEERS):
        found[name] = {}
        for networks in (count for count in NETWORKS if count <= most):
            steps = max(20, min(10_000, WORK // networks // 10 * 10))
            try:
                said = json.loads(child("peers_many.py", name, str(networks), str(steps))[0])
            except RuntimeError:
                continue
            speeds = [networks * steps / seconds / 1e6 for seconds in said["again"]]
            found[name][str(networks)] = {**spread(speeds), "first_call": said["first"]}
            say(f"{name}, {networks:,} networks: {max(speeds):.1f} million steps a second")
    return found


def layers(cases: list[str]) -> dict[str, Any]:
    """Seconds a step on one core."""
    found: dict[str, Any] = {}
    for case in cases:
        found[case] = {}
        for name in installed(peers_layers.PEERS):
            try:
                found[case][name] = spread(json.loads(child("peers_layers.py", name, case)[0]))
            except RuntimeError:
                continue
            say(f"{case}, {name}: {1e6 * found[case][name]['median']:.1f} µs")
    return found


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    def of(package: str) -> str | None:
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    info = Path("/proc/cpuinfo")
    models = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "packages": {package: of(package) for package in PACKAGES if of(package)},
        "compiled": find_spec("sheetgrad.engine._native") is not None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="sheetgrad beside everybody else")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller measurements")
    parser.add_argument("--only", help="only these tables; the others stay: one_network, many_networks, layers")
    parser.add_argument("-o", "--output", default=str(RESULTS))
    options = parser.parse_args()
    quick, kept = options.quick, Path(options.output)
    cases = list(peers_layers.CASES)
    regimes = {
        "one_network": lambda: one_network(1 if quick else ROUNDS, 10_000 if quick else STEPS[-1]),
        "many_networks": lambda: many_networks(1_000 if quick else NETWORKS[-1]),
        "layers": lambda: layers(cases[:1] if quick else cases),
    }
    chosen = options.only.split(",") if options.only else list(regimes)
    before = json.loads(kept.read_text(encoding="utf-8")) if options.only and kept.exists() else {}
    found = {**before, "machine": machine(), **{name: regimes[name]() for name in chosen}}
    from figures import tables

    from sheetgrad.files import replacing

    if set(regimes) <= set(found):
        print(tables(found))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with replacing(kept) as file:
        json.dump(found, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()

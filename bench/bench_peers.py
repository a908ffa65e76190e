"""sheetgrad beside everybody else, in one run: `python bench/bench_peers.py [--quick] [--resume] [-o FILE]`.

Each measurement runs in a process of its own, with a bound on its time; whoever is
slow is measured fewer times. Times are of the processor (user and system), and for
whole processes and several cores of the clock too. Whoever is not installed is left
out by name. Everything is written as JSON after each measurement, so that with
`--resume` a run that was stopped goes on; one table a regime is printed at the end,
as ratios to sheetgrad.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import peers_layers
import peers_many
import peers_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "peers.json"
STEPS = (100, 10_000, 1_000_000, 10_000_000)
NETWORKS = (6, 1_000, 100_000, 1_000_000)
WORK = 5_000_000
"""Steps of single networks in a measurement of many."""
PATIENCE = 8.0
"""Seconds: what would take longer is worked out from what a step costs."""
ROOM = 2.5
"""Seconds after which a measurement is not made again."""
ROUNDS = 5
LONGEST = 45.0
"""Seconds of the clock after which a process is stopped; nobody needs half of it on a quiet machine."""
MINUTES = 11.0
PACKAGES = ("numpy", "jax", "torch", "scikit-learn", "autograd", "tinygrad", "micrograd")
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Child(NamedTuple):
    """What a process said, and the seconds that it took of the processor and of the clock."""

    said: str
    processor: float
    clock: float


class GaveUp(Exception):  # noqa: N818 -- nothing is wrong with us
    """A process failed, or took too long."""


class Bench:
    """What was found, kept on disk, and how much time is left."""

    def __init__(self, kept: Path, minutes: float, *, resume: bool) -> None:
        self.kept, self._end = kept, time.monotonic() + 60 * minutes
        before = json.loads(kept.read_text(encoding="utf-8")) if resume and kept.exists() else {}
        self.found: dict[str, Any] = {**before, "machine": machine()}

    def missing(self, *path: str) -> bool:
        """Whether a measurement is still to be made, and there is time for it."""
        at: Any = self.found
        for key in path:
            at = at.get(key) if isinstance(at, dict) else None
        return at is None and time.monotonic() < self._end

    def note(self, value: Any, *path: str) -> None:
        """Keep a measurement, on disk as well."""
        from sheetgrad.files import replacing

        at = self.found
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = value
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.kept) as file:
            json.dump(self.found, file, indent=1)
            file.write("\n")
        left = max(0.0, self._end - time.monotonic())
        print(f"{' / '.join(path)}: {_in_words(value)}  ({left / 60:.1f} min left)", file=sys.stderr, flush=True)

    def child(self, script: str, *words: str, several: bool = False) -> Child:
        """Run a peer in a process of its own; what it imports is kept as bytecode, as it is where it is installed."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {} if several else SINGLE
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, str(HERE / script), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        ) as process:
            usage = _waited(process, min(LONGEST, self._end + LONGEST - time.monotonic()))
            assert process.stdout
            said = process.stdout.read().decode().strip()
        if process.returncode:
            raise GaveUp(script, words)
        return Child(said, usage.ru_utime + usage.ru_stime, time.perf_counter() - began)


def _waited(process: subprocess.Popen[bytes], seconds: float) -> Any:
    """The resources that a process used; it is stopped when its time is over. What peers say fits into a pipe."""
    end = time.monotonic() + seconds
    while True:
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
        if found:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        if time.monotonic() > end:
            os.killpg(process.pid, signal.SIGKILL)  # with whatever it has started to compile
            end = float("inf")
        time.sleep(0.0005)


def installed(peers: Mapping[str, tuple[str, Any]]) -> list[str]:
    """Those whose package is there."""
    return [name for name, (package, _) in peers.items() if not package or find_spec(package)]


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values), "times": len(values)}


def again(measure: Callable[[], Child], rounds: int) -> list[Child]:
    """The same measurement until there is no more room for it, at least once."""
    found: list[Child] = []
    while not found or (len(found) < rounds and sum(one.clock for one in found) < ROOM):
        found.append(measure())
    return found


def one_network(bench: Bench, rounds: int, most: int) -> None:
    """Total seconds of a process for each number of steps, and what a step costs."""
    counts = [count for count in STEPS if count <= most]
    for name in installed(peers_one.PEERS):
        if not bench.missing("one_network", name):
            continue
        try:
            bench.child("peers_one.py", name, "10")  # writes bytecode, and has the disk read what is needed
            bench.note(_whole_processes(bench, name, counts, rounds), "one_network", name)
        except GaveUp:
            bench.note({"gave_up": True}, "one_network", name)


def _whole_processes(bench: Bench, name: str, counts: list[int], rounds: int) -> dict[str, Any]:
    found: dict[str, Any] = {"seconds": {}, "clock": {}, "a_step": 0.0}
    last = (0, 0.0)
    for steps in counts:
        guess = last[1] + (steps - last[0]) * found["a_step"]
        if found["a_step"] and guess > PATIENCE:
            found["seconds"][str(steps)] = {"median": guess, "low": guess, "high": guess, "worked_out": True}
            continue
        made = again(lambda steps=steps: bench.child("peers_one.py", name, str(steps)), rounds)  # type: ignore[misc]  # the number is bound
        found["seconds"][str(steps)] = spread([one.processor for one in made])
        found["clock"][str(steps)] = spread([one.clock for one in made])
        median = found["seconds"][str(steps)]["median"]
        found["a_step"] = max((median - last[1]) / (steps - last[0]), 0.0) if last[0] else 0.0
        last = (steps, median)
    return found


def many_networks(bench: Bench, most: int, threads: int) -> None:
    """Million steps of single networks a second, on one core or on several."""
    regime = "many_networks" if threads == 1 else "many_networks_on_cores"
    peers = {name: peer for name, peer in peers_many.PEERS.items() if threads == 1 or name in peers_many.THREADED}
    for networks, name in ((count, name) for count in NETWORKS if count <= most for name in installed(peers)):
        if not bench.missing(regime, name, str(networks)):
            continue
        steps = max(20, min(10_000, WORK // networks // 10 * 10))
        words = (name, str(networks), str(steps), str(threads))
        try:
            said = json.loads(bench.child("peers_many.py", *words, several=threads > 1).said)
        except GaveUp:
            bench.note({"gave_up": True}, regime, name, str(networks))
            continue
        speeds = [networks * steps / seconds / 1e6 for seconds in said["again"]]
        bench.note({**spread(speeds), "first_call": said["first"]}, regime, name, str(networks))


def layers(bench: Bench, cases: list[str]) -> None:
    """Seconds a step on one core."""
    for case, name in ((case, name) for case in cases for name in installed(peers_layers.PEERS)):
        if not bench.missing("layers", case, name):
            continue
        try:
            bench.note(spread(json.loads(bench.child("peers_layers.py", name, case).said)), "layers", case, name)
        except GaveUp:
            bench.note({"gave_up": True}, "layers", case, name)


def _in_words(value: Any) -> str:
    if isinstance(value, dict) and "median" in value:
        return f"{value['median']:.4g}"
    if isinstance(value, dict) and "seconds" in value:
        return ", ".join(f"{steps}: {one['median']:.3f} s" for steps, one in value["seconds"].items())
    return "gave up"


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


def regimes(*, quick: bool) -> Iterator[tuple[str, Callable[[Bench], None]]]:
    """What is measured, in order: what matters most comes first, in case time runs out."""
    networks, cases = 1_000 if quick else NETWORKS[-1], list(peers_layers.CASES)
    yield "one_network", lambda bench: one_network(bench, 1 if quick else ROUNDS, 10_000 if quick else STEPS[-1])
    yield "many_networks", lambda bench: many_networks(bench, networks, 1)
    yield "layers", lambda bench: layers(bench, cases[:1] if quick else cases)
    cores = os.cpu_count() or 1
    if cores > 1:
        yield "many_networks_on_cores", lambda bench: many_networks(bench, networks, cores)


def main() -> None:
    parser = argparse.ArgumentParser(description="sheetgrad beside everybody else")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller measurements")
    parser.add_argument("--only", help="only these tables, by the names in the JSON, with commas; the others stay")
    parser.add_argument("--resume", action="store_true", help="keep what has been measured, make what is missing")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="after so many nothing new is begun")
    parser.add_argument("-o", "--output", default=str(RESULTS))
    options = parser.parse_args()
    bench = Bench(Path(options.output), options.minutes, resume=options.resume or bool(options.only))
    chosen = options.only.split(",") if options.only else None
    for name, measure in regimes(quick=options.quick):
        if chosen is None or name in chosen:
            if chosen is not None and not options.resume:
                bench.found.pop(name, None)
            measure(bench)
    from figures import tables

    if {"one_network", "many_networks", "layers"} <= set(bench.found):
        print(tables(bench.found))


if __name__ == "__main__":
    main()

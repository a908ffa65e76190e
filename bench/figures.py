"""The tables of the benchmarks from the kept JSON: `python bench/figures.py` writes them into README.md and docs.

They stand between two marks in `README.md` and `docs/benchmarks.md`; a test checks
that they are those of the files in `bench/results`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- figures of bench/results -->", "<!-- end of figures -->"


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ends(low: float, high: float) -> str:
    """The lowest and the highest in brackets, nothing where there was one measurement."""
    return "" if ratio(low) == ratio(high) else f" ({ratio(low)}–{ratio(high)})"


def seconds(value: float) -> str:
    for size, word in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if value >= size:
            return f"{value / size:.3g} {word}"
    return "0"


def measured(entry: Any) -> Any:
    """Without whoever failed or took too long."""
    if not isinstance(entry, dict):
        return entry
    inner = {key: measured(value) for key, value in entry.items()}
    return {key: value for key, value in inner.items() if not (isinstance(value, dict) and "gave_up" in value)}


def one_network(found: dict[str, Any]) -> str:
    ours = found["sheetgrad"]
    counts = list(ours["seconds"])
    rows = []
    for name, peer in found.items():
        cells = []
        for count in counts:
            own, other = ours["seconds"][count], peer["seconds"][count]
            text = seconds(other["median"]) if name == "sheetgrad" else f"× {ratio(other['median'] / own['median'])}"
            low, high = other["low"] / own["median"], other["high"] / own["median"]
            kept = "" if name == "sheetgrad" or other.get("worked_out") else ends(low, high)
            cells.append(f"{text}{' *' if other.get('worked_out') else kept}")
        rows.append([name, *cells, seconds(peer["a_step"])])
    return table(["", *[f"{int(count):,} steps" for count in counts], "a step"], rows)


def start(found: dict[str, Any]) -> str:
    """Whole processes of few steps, of the processor and of the clock; nothing where the clock was not read."""
    counts = list(found["sheetgrad"].get("clock", {}))[:2]
    if not counts:
        return ""
    rows = [
        [name, *(seconds(peer[kind][count]["median"]) for count in counts for kind in ("seconds", "clock"))]
        for name, peer in found.items()
        if set(counts) <= set(peer.get("clock", {}))
    ]
    heads = [f"{int(count):,} steps, {word}" for count in counts for word in ("processor", "clock")]
    return f"**Start-up**: the same processes in absolute times.\n\n{table(['', *heads], rows)}\n\n"


def many_networks(found: dict[str, Any]) -> str:
    counts = max(map(list, found.values()), key=len)
    rows = []
    for name, peer in found.items():
        cells = [
            f"{ratio(peer[count]['median'])}{ends(peer[count]['low'], peer[count]['high'])}" if count in peer else "–"
            for count in counts
        ]
        rows.append([name, *cells])
    return table(["", *[f"{int(count):,} networks" for count in counts]], rows)


def layers(found: dict[str, Any]) -> str:
    found = {case: peers for case, peers in found.items() if "sheetgrad" in peers}
    names = list(dict.fromkeys(name for peers in found.values() for name in peers))
    rows = []
    for case, peers in found.items():
        own = peers["sheetgrad"]["median"]
        cells = [seconds(own)]
        for name in names[1:]:
            value = peers.get(name)
            cells.append(
                f"× {ratio(value['median'] / own)}{ends(value['low'] / own, value['high'] / own)}" if value else "–"
            )
        rows.append([case, *cells])
    return table(["", "sheetgrad, a step", *names[1:]], rows)


def tables(found: dict[str, Any]) -> str:
    """All of them, with a line on the machine."""
    at, missing = found["machine"], [name for name, peer in found["one_network"].items() if "gave_up" in peer]
    found = {regime: measured(entry) for regime, entry in found.items()}
    on_cores = found.get("many_networks_on_cores")
    left_out = f" Did not run here: {', '.join(missing)}." if missing else ""
    packages = ", ".join(f"{name} {number}" for name, number in at["packages"].items())
    return (
        f"Measured on {at['date']}, {at['processor']}, {at['cores']} cores, Python {at['python']}, {packages}; "
        f"seconds of the processor, medians with the lowest and the highest."
        f"{left_out}\n\n"
        "**One small network, step after step**: whole processes with imports and first calls. "
        "× is how many times as long as sheetgrad; * is worked out from the cost of a step.\n\n"
        f"{one_network(found['one_network'])}\n\n"
        f"{start(found['one_network'])}"
        "**Many networks at once**: million steps of single networks a second on one core, without the first call.\n\n"
        f"{many_networks(found['many_networks'])}\n\n"
        + (f"The same on {at['cores']} cores, by the clock.\n\n{many_networks(on_cores)}\n\n" if on_cores else "")
        + "**Ordinary layers** in float64 on one core: × is how many times as long a step takes.\n\n"
        f"{layers(found['layers'])}"
    )


def short(found: dict[str, Any]) -> str:
    """The first table only."""
    return (
        "Ten thousand to ten million steps of the class network, whole processes with imports: × is how many times as "
        "long as sheetgrad; * is worked out from the cost of a step.\n\n" + one_network(measured(found["one_network"]))
    )


def duration(value: float) -> str:
    from sheetgrad.sweep.screen import duration as words

    return words(value)


def sweep_costs(found: dict[str, Any]) -> str:
    """What 10^9 networks would cost, worked out from what one costs."""
    rows = []
    for steps, value in found["a_network"].items():
        own = value["median"]
        whole = 1e9 * own
        cores = [duration(whole / count) for count in (1, 64, 1_000)]
        speeds = (int(steps) / value[end] / 1e6 for end in ("median", "high", "low"))
        speed = "{:,.0f} ({:,.0f}–{:,.0f})".format(*speeds)
        rows.append([f"{int(steps):,}", f"{seconds(own)}", speed, *cores])
    heads = [
        "steps",
        "a network",
        "million steps a second, a core",
        *[f"10⁹ networks on {n}" for n in ("one core", "64 cores", "1,000 cores")],
    ]
    blocks = 1e9 / found["block"]
    said = table(heads, rows)
    said += f"\n\nThe table of 10⁹ networks has {found['bytes_a_network'] * 1e9 / 1e9:,.0f} GB as CSV."
    if found["cluster_a_block"] is not None:
        extra = found["cluster_a_block"]
        said += (
            f" They are {blocks:,.0f} blocks; on a cluster each costs the scheduler {seconds(extra)} more, "
            f"{duration(extra * blocks)} in all, whatever the number of cores."
        )
    return said


PEERS = ROOT / "bench" / "results" / "peers.json"
SWEEP = ROOT / "bench" / "results" / "sweep.json"
PAGES = {"README.md": (PEERS, short), "docs/benchmarks.md": (PEERS, tables), "docs/sweep.md": (SWEEP, sweep_costs)}


def renewed(text: str, figures: str) -> str:
    """A page with other figures between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{figures}\n{END}{after}"


def main() -> None:
    from sheetgrad.files import replacing

    for name, (kept, make) in PAGES.items():
        found = json.loads(kept.read_text(encoding="utf-8"))
        text = renewed((ROOT / name).read_text(encoding="utf-8"), make(found))
        with replacing(ROOT / name) as file:
            file.write(text)


if __name__ == "__main__":
    main()

"""The command that trains many networks at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sheetgrad.cli.words import STOPPED, Json, Output, Spec, app, as_json_text, setup_of, show, talk
from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from sheetgrad.sweep.plan import Plan
    from sheetgrad.sweep.result import Sweep

Numbers = Annotated[
    str | None, typer.Option(metavar="LIST", help="Such as 0.1,0.2 or log:0.01:10:50; else the spec's own.")
]


@app.command()
def sweep(
    *,
    spec: Spec = "class",
    rates: Numbers = None,
    starts: Annotated[int, typer.Option(min=1, metavar="N", help="Starting weights for each seed.")] = 1,
    seeds: Annotated[str | None, typer.Option(metavar="LIST", help="Such as 0-9; else the spec's own.")] = None,
    scale: Annotated[
        str | None, typer.Option(metavar="LIST", help="What starting weights are multiplied by; else 1.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=0, metavar="N", help="Updates to make.")] = None,
    every: Annotated[
        int, typer.Option(min=0, metavar="K", help="Keep the loss of every K steps of every network.")
    ] = 0,
    quantiles: Annotated[
        bool, typer.Option("--quantiles", help="Of these losses keep only the quantiles over starts and seeds.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(metavar="L", help="Tell at which step the loss is L or less.")
    ] = None,
    path: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="A row a network, as .csv, .parquet or .arrow.")
    ] = None,
    chart: Annotated[str | None, typer.Option(metavar="FILE", help="A picture, as .svg or .png.")] = None,
    on: Annotated[str | None, typer.Option(metavar="dask[=ADDRESS]", help="On a Dask cluster.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what -o has of a sweep that stopped.")] = False,
    output: Output = "text",
    as_json: Json = False,
) -> None:
    """Train many networks at once: learning rates, starting weights, seeds."""
    from sheetgrad.sweep.plan import Asked, planned
    from sheetgrad.sweep.screen import summary
    from sheetgrad.sweep.tables import check_ending

    if path is not None:
        check_ending(path)
    elif resume:
        message = "--resume: goes on with the file of -o; give that too"
        raise SheetgradError(message)
    _check_chart(chart)
    asked = Asked(every, quantiles, threshold)
    plan = planned(setup_of(spec), rates=rates, scales=scale, seed=seeds, starts=starts, steps=steps, asked=asked)
    done = _run(plan, path, on=on, resume=resume)
    show(as_json_text(done.as_json()) if as_json or output == "json" else summary(done))
    _write_chart(done, chart)
    if not done.complete:
        kept = f"; what is done stands in {path}.parts: go on with --resume" if path else ""
        typer.echo(f"stopped{kept}", err=True)
        raise typer.Exit(STOPPED)


def _run(plan: Plan, path: str | None, *, on: str | None, resume: bool) -> Sweep:
    from sheetgrad.sweep.run import swept
    from sheetgrad.sweep.screen import spoken

    began = time.monotonic()
    first: list[float] = []
    with talk() as say:

        def progress(done: float) -> None:
            first.append(done) if not first else None
            say(spoken(plan, done, time.monotonic() - began, first[0]))

        return swept(plan, path=path, resume=resume, on=on, progress=progress)


def _check_chart(chart: str | None) -> None:
    if chart is not None and Path(chart).suffix not in {".svg", ".png"}:
        message = f"{chart}: a chart is drawn as .svg or .png; give the file one of these endings"
        raise SheetgradError(message)


def _write_chart(done: Sweep, chart: str | None) -> None:
    from sheetgrad.files import replacing

    if chart is None or not done.finished:
        return
    drawn = done.chart()
    svg = chart.endswith(".svg")
    with replacing(chart, "w" if svg else "wb") as file:
        file.write(drawn.svg if svg else drawn.png)

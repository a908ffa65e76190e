"""The commands about a network of one's own: derive it, train it, verify it, write it as a workbook."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sheetgrad.cli.words import FAILED, Json, Output, Spec, app, as_json_text, ending, setup_of, show, talk, write
from sheetgrad.errors import SheetgradError

Form = Annotated[
    Literal["chain", "delta", "expanded", "matrix"], typer.Option(help="How each gradient is written out.")
]
Style = Annotated[str | None, typer.Option(metavar="NAME", help="A notation: class, mazur, textbook or own.")]


@app.command()
def run(
    spec: Spec = "class",
    folder: Annotated[
        str | None, typer.Option("-o", "--output", metavar="DIR", help="Where to; else sheetgrad-out/NAME.")
    ] = None,
) -> None:
    """Derive, train, verify, and write it all to a folder."""
    from sheetgrad import job

    with talk() as say:
        report = job.run(setup_of(spec), folder, progress=say)
    show(report.summary())
    raise typer.Exit(0 if report.ok else FAILED)


@app.command()
def new(preset: Annotated[str, typer.Argument(metavar="PRESET", help="Which one.")] = "class") -> None:
    """Print a commented spec to start from."""
    from sheetgrad.catalog.presets import PRESETS

    if preset not in PRESETS:
        message = f"no preset is called {preset!r}; there are {', '.join(PRESETS)}"
        raise SheetgradError(message)
    show(PRESETS[preset])


@app.command()
def derive(
    *,
    spec: Spec = "class",
    form: Form = "chain",
    notation: Style = None,
    output: Annotated[
        Literal["md", "html", "tex", "text", "json"] | None,
        typer.Option("--format", help="As the file's ending says, else md."),
    ] = None,
    as_json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="Write out what differs only in its numbers, too.")] = False,
    path: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="A file; beside Markdown goes the diagram.")
    ] = None,
) -> None:
    """Write out every gradient of a network, step by step."""
    from pathlib import Path

    from sheetgrad import derivation, job

    derived = derivation.derive(setup_of(spec), form=form, notation=notation, every=every)
    kind = "json" if as_json else output or ending(path, "md")
    if path is not None and kind == "md":
        job.write_derivation(derived, Path(path), picture=Path(path).with_suffix(".svg").name)
    else:
        write(derived, kind, path)


@app.command()
def why(
    *,
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="Such as dE/dw1, ∂E_total/∂w5, a_h1 or w5_new.")],
    spec: Spec = "class",
    step: Annotated[int, typer.Option(metavar="N", help="After so many updates.")] = 0,
    sample: Annotated[int | None, typer.Option(metavar="K", help="The sample whose numbers are shown.")] = None,
    change: Annotated[bool, typer.Option("--change", help="Why a weight changed over the run.")] = False,
    steps: Annotated[int | None, typer.Option(min=1, metavar="N", help="With --change: the updates to make.")] = None,
    rate: Annotated[float | None, typer.Option(metavar="R", help="The learning rate.")] = None,
    notation: Style = None,
    output: Annotated[
        Literal["text", "md", "html", "tex"] | None,
        typer.Option("--format", help="As the file's ending says, else text."),
    ] = None,
    path: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="A file in place of stdout.")
    ] = None,
) -> None:
    """Show where a number comes from: symbols = numbers = result, along every path."""
    from sheetgrad import answer

    setup = setup_of(spec)
    if change:
        made = answer.change(setup, quantity, steps=steps, rate=rate, notation=notation)
    else:
        made = answer.answer(setup, quantity, step=step, sample=sample, rate=rate, notation=notation)
    write(made, output or ending(path, "text"), path)


@app.command()
def train(
    *,
    spec: Spec = "class",
    steps: Annotated[int | None, typer.Option(min=0, metavar="N", help="Updates to make.")] = None,
    rate: Annotated[float | None, typer.Option(metavar="R", help="The learning rate.")] = None,
    trace: Annotated[
        str | None, typer.Option(metavar="FILE", help="Every quantity at every step, as .csv or .parquet.")
    ] = None,
    kernel: Annotated[
        str | None, typer.Option("--engine", metavar="NAME", help="Which kernel computes; else the quickest.")
    ] = None,
    precision: Annotated[
        str, typer.Option(metavar="NAME", help="Compute steps as float64, or as float32, which is quicker.")
    ] = "float64",
    explain_engine: Annotated[
        bool, typer.Option("--explain-engine", help="Say which kernel would compute, and why, and stop.")
    ] = False,
    output: Output = "text",
    as_json: Json = False,
) -> None:
    """Train a network, and say what the loss was and is."""
    from sheetgrad import engine

    kind = engine.precision_of(precision)
    if explain_engine:
        from sheetgrad.engine.explain import explained

        found = explained(setup_of(spec), steps=steps, engine=kernel, precision=kind)
        show(as_json_text(found.as_json()) if as_json or output == "json" else str(found))
        return
    if trace is not None and not trace.endswith((".csv", ".parquet")):
        message = f"{trace}: a trace is written as .csv or .parquet; give the file one of these endings"
        raise SheetgradError(message)
    with talk() as say:
        done = engine.train(
            setup_of(spec),
            steps=steps,
            rate=rate,
            trace=trace is not None,
            engine=kernel,
            precision=kind,
            progress=lambda step, last: say(f"step {step:,} of {last:,}"),
        )
    if trace is not None and done.trace is not None:
        (done.trace.to_csv if trace.endswith(".csv") else done.trace.to_parquet)(trace)
    if as_json or output == "json":
        show(as_json_text(done.as_json()))
    else:
        show(
            f"{done.steps:,} steps at learning rate {done.learning_rate:g}{in_single(done.precision)}\n"
            f"loss at the start  {done.initial_loss!r}\n"
            f"loss at the end    {done.final_loss!r}"
        )


def in_single(precision: str) -> str:
    """What is said of numbers that are not doubles."""
    return ", computed in float32" if precision == "float32" else ""


@app.command()
def verify(*, spec: Spec = "class", output: Output = "text", as_json: Json = False) -> None:
    """Compare every gradient with independent judges."""
    from sheetgrad import engine, job

    with talk() as say:
        say("verifying every gradient")
        found = engine.verify(setup_of(spec))
    show(as_json_text(found.as_json()) if as_json or output == "json" else job.verdict(found))
    raise typer.Exit(0 if found.ok else FAILED)


@app.command()
def sheet(
    *,
    spec: Spec = "class",
    path: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="An .xlsx file, or a .csv of values; else NAME.xlsx."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=0, metavar="N", help="Updates to make; else 100.")] = None,
    rate: Annotated[
        list[float] | None, typer.Option(metavar="R", help="A learning rate; give it again for each one to overlay.")
    ] = None,
    values_only: Annotated[bool, typer.Option("--values-only", help="Numbers without their formulas.")] = False,
) -> None:
    """Write a run as a live workbook: every number a formula."""
    from sheetgrad.sheet.book import workbook

    setup = setup_of(spec)
    target = path or f"{setup.name}.xlsx"
    if not target.lower().endswith((".xlsx", ".csv")):
        message = f"{target}: a workbook is written as .xlsx or .csv; give the file one of these endings"
        raise SheetgradError(message)
    with talk() as say:
        workbook(setup, target, steps=steps, rates=rate, values_only=values_only, progress=say)
    show(f"written: {target}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of a spec."""
    from sheetgrad import network

    show(as_json_text(network.schema()))

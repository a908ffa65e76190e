"""The command line: thin commands over the package's own words.

Results go to stdout, talk to stderr. Exit codes: 0 good; 1 a failed verification
or a training that diverged; 2 misuse, or a file that cannot be read or written.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from sheetgrad.errors import DivergedError, Problem, SheetgradError, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.status import Status

    from sheetgrad.derivation import Derivation
    from sheetgrad.setup import Setup

FAILED, MISUSE, STOPPED, PIPE_CLOSED = 1, 2, 130, 141
"""The last two are what a shell reports for a program ended by Ctrl-C or by a closed pipe."""
PATIENCE = 1.0
"""Seconds of work after which a terminal is told what is being done."""

Spec = Annotated[str, typer.Argument(metavar="SPEC", help="A preset, a TOML or JSON file, or - for standard input.")]
Form = Annotated[
    Literal["chain", "delta", "expanded", "matrix"], typer.Option(help="How each gradient is written out.")
]
Style = Annotated[str | None, typer.Option(metavar="NAME", help="A notation: class, mazur, textbook or own.")]
Output = Annotated[Literal["text", "json"], typer.Option("--format", help="For people, or for programs.")]
Json = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Written = Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; else stdout.")]


class Verbs(TyperGroup):
    """The commands, with one place where errors become messages and exit codes."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 -- the context's class has moved between Typer's versions
        """Run a command; our own errors, Ctrl-C and a closed pipe end it without a traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except SheetgradError as error:
            typer.echo(f"sheetgrad: {error}", err=True)
            raise typer.Exit(FAILED if isinstance(error, DivergedError) else MISUSE) from error
        except KeyboardInterrupt as stop:
            typer.echo("stopped", err=True)
            raise typer.Exit(STOPPED) from stop
        except BrokenPipeError as closed:
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
            )  # or Python complains when it flushes at exit
            raise typer.Exit(PIPE_CLOSED) from closed
        return result


app = typer.Typer(
    cls=Verbs,
    name="sheetgrad",
    help="Backpropagation you can read and check.",
    epilog="Start with: sheetgrad run",
    rich_markup_mode=None,  # half the time to answer --help goes into rich otherwise
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(100_000, 20, 20)  # a tenth of the time to load everything goes into looking for garbage otherwise
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a derivation has ∂ in it, whatever the locale
    app(prog_name="sheetgrad")


def _version(asked: bool) -> None:  # noqa: FBT001 -- typer calls it so
    if asked:
        from sheetgrad import __version__

        show(f"sheetgrad {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Backpropagation you can read and check."""


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
    kind = "json" if as_json else output or _ending(path, "md")
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
    write(made, output or _ending(path, "text"), path)


def write(derived: Derivation, kind: str, path: str | None) -> None:
    """A derivation in one of the formats, to a file or to stdout."""
    from sheetgrad.emit.formats import FORMATS
    from sheetgrad.files import replacing

    text = FORMATS[kind](derived)
    if path is None:
        show(text)
    else:
        with replacing(path) as file:
            file.write(text)


def _ending(path: str | None, otherwise: str) -> str:
    """The format that a file's name asks for."""
    from sheetgrad.emit.formats import FORMATS

    ending = "" if path is None else path.rpartition(".")[2]
    return ending if ending in FORMATS else otherwise


@app.command()
def train(
    *,
    spec: Spec = "class",
    steps: Annotated[int | None, typer.Option(min=0, metavar="N", help="Updates to make.")] = None,
    rate: Annotated[float | None, typer.Option(metavar="R", help="The learning rate.")] = None,
    trace: Annotated[
        str | None, typer.Option(metavar="FILE", help="Every quantity at every step, as .csv or .parquet.")
    ] = None,
    output: Output = "text",
    as_json: Json = False,
) -> None:
    """Train a network, and say what the loss was and is."""
    from sheetgrad import engine

    if trace is not None and not trace.endswith((".csv", ".parquet")):
        message = f"{trace}: a trace is written as .csv or .parquet; give the file one of these endings"
        raise SheetgradError(message)
    with talk() as say:
        done = engine.train(
            setup_of(spec),
            steps=steps,
            rate=rate,
            trace=trace is not None,
            progress=lambda step, last: say(f"step {step:,} of {last:,}"),
        )
    if trace is not None and done.trace is not None:
        (done.trace.to_csv if trace.endswith(".csv") else done.trace.to_parquet)(trace)
    if as_json or output == "json":
        show(_json(done.as_json()))
    else:
        show(
            f"{done.steps:,} steps at learning rate {done.learning_rate:g}\n"
            f"loss at the start  {done.initial_loss!r}\n"
            f"loss at the end    {done.final_loss!r}"
        )


@app.command()
def verify(*, spec: Spec = "class", output: Output = "text", as_json: Json = False) -> None:
    """Compare every gradient with independent judges."""
    from sheetgrad import engine, job

    with talk() as say:
        say("verifying every gradient")
        found = engine.verify(setup_of(spec))
    show(_json(found.as_json()) if as_json or output == "json" else job.verdict(found))
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
def check(
    paths: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files, folders, patterns, or - for standard input.")
    ],
    *,
    network: Annotated[
        str | None, typer.Option(metavar="SPEC", help="The network it is about; else the one the text describes.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Slips and what is unread count as failures, too.")] = False,
    output: Annotated[
        Literal["text", "json", "github", "sarif", "html"], typer.Option("--format", help="How findings are written.")
    ] = "text",
    as_json: Json = False,
    path: Written = None,
    show_reading: Annotated[
        bool, typer.Option("--show-reading", help="Show every equality as it was understood (text and json).")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write NAME.fixed.EXT where a few signs put a line right; show the patch.")
    ] = False,
) -> None:
    """Judge every equality of a hand-made derivation, and name every mistake."""
    from sheetgrad.check.command import Options, checked

    if network == "-" and "-" in paths:
        message = "standard input can be the text or the network; give one of them as a file"
        raise SheetgradError(message)
    colour = path is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    form = "json" if as_json else output
    options = Options(form, path=path, colour=colour, reading=show_reading, fix=fix, strict=strict)
    with talk() as say:
        done = checked(paths, None if network is None else setup_of(network), options, say)
    show(done.text)
    for line in done.talk:
        typer.echo(line, err=True)
    raise typer.Exit(done.code)


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="A code that `check` names; none lists all.")
    ] = None,
) -> None:
    """Explain a mistake: what it means, why people make it, and how to see it."""
    from sheetgrad.check import codes

    show(codes.listed() if code is None else str(codes.entry(code)))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a spec."""
    from sheetgrad import network

    show(_json(network.schema()))


def show(text: str) -> None:
    """A result, on stdout, ended by one line break; nothing at all where there is none."""
    sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")


def setup_of(spec: str) -> Setup:
    """What SPEC means."""
    from sheetgrad import network

    return network.load(_standard_input() if spec == "-" else spec)


def _standard_input() -> dict[str, Any]:
    """A spec as TOML, or as JSON where it begins with a brace."""
    import json
    import tomllib

    text = sys.stdin.read()
    form = "JSON" if text.lstrip().startswith("{") else "TOML"
    try:
        return json.loads(text) if form == "JSON" else tomllib.loads(text)
    except ValueError as error:
        problem = Problem("standard input", f"is not {form}: {error}", "compare it with what `sheetgrad new` prints")
        raise SpecError((problem,)) from error


def _json(value: object) -> str:
    import json  # a hundredth of a second that --help does not need

    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


@contextmanager
def talk() -> Iterator[Callable[[str], None]]:
    """Get a function that says what is being done: on a terminal, once it takes longer than a moment."""
    if not sys.stderr.isatty():
        yield lambda _what: None
        return
    began = time.monotonic()
    line: Status | None = None

    def say(what: str) -> None:
        nonlocal line
        if line is not None:
            line.update(what)
        elif time.monotonic() - began > PATIENCE:
            from rich.console import Console

            line = Console(stderr=True).status(what)
            line.start()

    try:
        yield say
    finally:
        if line is not None:
            line.stop()

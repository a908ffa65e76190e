"""The commands about other people's work: judge it, and explain what is wrong with it."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Literal

import typer

from sheetgrad.cli.words import Json, Written, app, setup_of, show, talk
from sheetgrad.errors import SheetgradError


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
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Write NAME.marked.xlsx beside a workbook: wrong cells coloured.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write NAME.fixed.EXT where a few signs put a line right; show the patch.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=64, help="Processes at work; else as many as pay off.")
    ] = None,
) -> None:
    """Judge every equality of a hand-made derivation, and name every mistake."""
    from sheetgrad.check.command import Options, checked

    if network == "-" and "-" in paths:
        message = "standard input can be the text or the network; give one of them as a file"
        raise SheetgradError(message)
    colour = path is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    form = "json" if as_json else output
    options = Options(form, path, colour, reading=show_reading, fix=fix, strict=strict, annotate=annotate, jobs=jobs)
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

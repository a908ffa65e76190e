"""The command about looking: one page that shows the network at work."""

from __future__ import annotations

from typing import Annotated

import typer

from sheetgrad.cli.words import Spec, app, setup_of, show, talk
from sheetgrad.errors import SheetgradError


@app.command()
def explore(
    *,
    spec: Spec = "class",
    path: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="An .html file; else NAME.html.")
    ] = None,
    opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
) -> None:
    """Write one page that shows backpropagation happening: step by step, to change and to break."""
    from sheetgrad.explorer.page import write

    setup = setup_of(spec)
    target = path or f"{setup.name}.html"
    if not target.lower().endswith((".html", ".htm")):
        message = f"{target}: the page is written as .html; give the file this ending"
        raise SheetgradError(message)
    with talk() as say:
        say("making the page")
        written = write(setup, target)
    show(f"written: {target}")
    for words in written.left_out:
        typer.echo(words, err=True)
    if opened:
        import webbrowser
        from pathlib import Path

        webbrowser.open(Path(target).resolve().as_uri())

"""The command line: thin commands over the package's own words, a module for each kind of work.

Results go to stdout, talk to stderr. Exit codes: 0 good; 1 a failed verification
or a training that diverged; 2 misuse, or a file that cannot be read or written.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from sheetgrad.cli.words import app, show

__all__ = ["app", "main"]


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

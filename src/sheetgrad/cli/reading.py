"""The command that shows how a file was understood: its equations, or a spec made from them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sheetgrad.cli.words import Json, Written, app, show


@app.command()
def read(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A workbook or a document.")],
    *,
    output: Annotated[
        Literal["text", "md", "tex", "html", "json", "toml"] | None,
        typer.Option("--format", help="As the file's ending says, else text; toml is a spec."),
    ] = None,
    as_json: Json = False,
    path: Written = None,
) -> None:
    """Print the equations that a workbook computes or a text gives; --format toml makes them a spec."""
    from sheetgrad.check.equations import FORMATS, parts
    from sheetgrad.files import replacing

    ending = "" if path is None else path.rpartition(".")[2]
    form = "json" if as_json else output or (ending if ending in FORMATS else "text")
    made = FORMATS[form](parts(file))
    if path is None:
        show(made)
        return
    with replacing(path) as out:
        out.write(made)

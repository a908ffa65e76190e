"""The command that makes exercises: sheets for a class, a question bank, or practice on one's own."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sheetgrad.cli.words import Json, Spec, app, as_json_text, setup_of, show, talk
from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.classroom.make import Made, Wishes
    from sheetgrad.setup import Setup

ALONE = "practice"


@app.command()
def exercise(
    *,
    spec: Spec = "class",
    students: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A CSV file with a column `student`: a sheet each; else one sheet for all."),
    ] = None,
    folder: Annotated[
        str | None, typer.Option("-o", "--output", metavar="DIR", help="Where to; else sheetgrad-out/NAME-exercise.")
    ] = None,
    level: Annotated[
        Literal["forward", "gradient", "gradients", "steps", "mistake", "another"],
        typer.Option(help="What is asked, easiest first."),
    ] = "gradients",
    blanks: Annotated[
        Literal["numbers", "factors", "equations"], typer.Option(help="What is left out of each line.")
    ] = "numbers",
    same: Annotated[bool, typer.Option("--same", help="The same numbers for everybody.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", min=0, max=2**31, help="Another seed gives other numbers.")] = 0,
    digits: Annotated[
        int | None,
        typer.Option(min=1, max=12, metavar="N", help="Digits behind the point; else as few as show every mistake."),
    ] = None,
    rate: Annotated[float | None, typer.Option(metavar="R", help="The learning rate; else the spec's first.")] = None,
    of: Annotated[str, typer.Option(metavar="WEIGHT", help="With --level gradient: which one.")] = "",
    large_rate: Annotated[
        bool, typer.Option("--large-rate", help="Numbers for which some learning rate makes the loss rise or stick.")
    ] = False,
    activation: Annotated[str, typer.Option(metavar="NAME", help="With --level another: of the hidden layers.")] = "",
    loss: Annotated[str, typer.Option(metavar="NAME", help="With --level another: the loss.")] = "",
    formats: Annotated[
        str, typer.Option(metavar="LIST", help="Of html, md, xlsx, tex; and moodle, quiz for question banks.")
    ] = "html,md,xlsx",
    replace: Annotated[bool, typer.Option("--replace", help="Write over the key of another exercise.")] = False,
    practice: Annotated[bool, typer.Option("--practice", help="Practise here and now, with hints.")] = False,
    show_hidden: Annotated[
        bool, typer.Option("--show-hidden", help="Say which mistakes the network's own numbers hide, and stop.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make exercises in whose numbers every known mistake shows; a sheet and a key for each student."""
    from sheetgrad.classroom.make import Wishes

    setup = setup_of(spec)
    if show_hidden:
        from sheetgrad.classroom.hidden import DIGITS, hidden

        show(str(hidden(setup, DIGITS if digits is None else digits)))
        return
    wishes = Wishes(level, blanks, seed, same, digits, rate, of, large_rate, activation, loss)
    if practice:
        _practise(setup, wishes)
        return
    from sheetgrad.classroom.exercise import exercise as made

    wanted = [part.strip() for part in formats.split(",") if part.strip()]
    with talk() as say:
        found = made(setup, students, folder, formats=wanted, replace=replace, progress=say, **asdict(wishes))
    show(as_json_text(found.as_json()) if as_json else str(found))


def _practise(setup: Setup, wishes: Wishes) -> None:
    """Numbers of its own for every seed; the same again for the same."""
    from sheetgrad.classroom.make import make
    from sheetgrad.classroom.practice import practise
    from sheetgrad.classroom.students import entries

    if wishes.level == "mistake":
        message = "--practice asks for numbers, and the level `mistake` for a line; choose another level"
        raise SheetgradError(message)
    made: Made = make(setup, entries([(ALONE, "")]), wishes)
    practise(made, _asker(), show)


def _asker() -> Callable[[str], str | None]:
    """A function that asks for a line; None at the end of the input."""
    shown = sys.stdin.isatty()

    def ask(prompt: str) -> str | None:
        if shown:
            sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None

    return ask

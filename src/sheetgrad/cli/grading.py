"""The command about what a class handed in: give marks, and write everybody a page."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sheetgrad.cli.words import FAILED, Json, app, as_json_text, setup_of, show, talk
from sheetgrad.errors import SheetgradError


@app.command()
def grade(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="DIR...", help="Folders, zips or downloads of Moodle or Gradescope."),
    ] = None,
    *,
    key: Annotated[str | None, typer.Option(metavar="FILE", help="The exercise.toml that `exercise` wrote.")] = None,
    network: Annotated[
        str | None, typer.Option(metavar="SPEC", help="Without a key: the network the exercise is about.")
    ] = None,
    rubric: Annotated[str | None, typer.Option(metavar="FILE", help="Points and deductions, as TOML.")] = None,
    students: Annotated[
        str | None, typer.Option(metavar="FILE", help="The class, as CSV with a column student; else the key's.")
    ] = None,
    folder: Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="Where the report goes.")] = "report",
    level: Annotated[
        Literal["locate", "hint", "explain", "solution"], typer.Option(help="How much the pages tell.")
    ] = "explain",
    resume: Annotated[bool, typer.Option("--resume", help="Go on from a run that was ended.")] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes; else as many as there are processors.")
    ] = None,
    gradescope_zip: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write an autograder for Gradescope, and grade nothing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give marks for what a class handed in: grades.csv, a page for everybody, an overview."""
    from sheetgrad.classroom import grade as grading
    from sheetgrad.classroom.key import load
    from sheetgrad.classroom.roster import roster_of
    from sheetgrad.classroom.rubric import rubric as rubric_in
    from sheetgrad.classroom.whole import as_json as as_data
    from sheetgrad.classroom.whole import summary

    plan = grading.plan_of(
        folder,
        None if key is None else load(key),
        None if rubric is None else rubric_in(rubric),
        None if network is None else setup_of(network),
        None if students is None else roster_of(students).names,
        level,
        resume=resume,
    )
    if gradescope_zip is not None:
        from sheetgrad.classroom.autograder import write_autograder

        write_autograder(gradescope_zip, key=key, network=network, rubric=rubric, level=level)
        show(f"written: {gradescope_zip}")
        return
    if not paths:
        message = "there is nothing to grade; give the folder or the zip with the hand-ins"
        raise SheetgradError(message)
    with talk() as say:
        done = grading.grade(paths, plan, jobs=jobs, progress=lambda n, count, what: say(_progress(n, count, what)))
    show(as_json_text(as_data(done)) if as_json else summary(done))
    raise typer.Exit(0 if done.graded and not all(one.problem for one in done.graded) else FAILED)


def _progress(done: int, count: int, what: str) -> str:
    from sheetgrad.check.report.words import clean

    return f"graded {done:,} of {count:,}: {clean(what, 60)}".replace("[", r"\[")

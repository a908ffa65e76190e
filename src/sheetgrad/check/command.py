"""What `sheetgrad check` does, apart from reading its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.given import network_of
from sheetgrad.check.report import exit_code, rendered
from sheetgrad.check.report.words import clean
from sheetgrad.check.run import check_files
from sheetgrad.errors import SheetgradError
from sheetgrad.files import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetgrad.setup import Setup


class Options(NamedTuple):
    """How findings are to be written."""

    form: str = "text"
    path: str | None = None
    colour: bool = False
    reading: bool = False
    fix: bool = False
    strict: bool = False
    annotate: bool = False
    jobs: int | None = None


class Done(NamedTuple):
    """What goes to stdout, what goes to stderr, and the exit code."""

    text: str
    talk: tuple[str, ...]
    code: int


def checked(words: Sequence[str], setup: Setup | None, options: Options, say: Callable[[str], None]) -> Done:
    """Check the files and write the report.

    Raises:
        SheetgradError: a patch and a report for programs would share stdout.
        CannotWriteError: the report or a corrected copy cannot be written.
    """
    if options.fix and options.path is None and options.form != "text":
        message = f"--fix prints a patch; with --format {options.form} send the report to a file with -o FILE"
        raise SheetgradError(message)
    network = None if setup is None else network_of(setup)

    def progress(done: int, count: int, path: str) -> None:
        say(f"checked {done:,} of {count:,}: {clean(path, 60)}".replace("[", r"\["))

    reports = check_files(words, network=network, jobs=options.jobs, progress=progress)
    text = rendered(reports, options.form, colour=options.colour, reading=options.reading)
    if options.path is not None:
        with replacing(options.path) as file:
            file.write(text)
        text = ""
    talk: list[str] = []
    if options.fix:
        from sheetgrad.check.fix import write_fixed

        for report in reports:
            say(f"correcting {clean(report.path, 60)}".replace("[", r"\["))
            patch, words_ = write_fixed(report, network=network)
            text += f"\n{patch}" if text and patch else patch
            talk += [clean(words_)] if words_ else []
    if options.annotate:
        from sheetgrad.check.book.correcting import write_corrected

        talk += [clean(write_corrected(report, annotate=True)) for report in reports if report.kind == "workbook"]
    return Done(text, tuple(talk), exit_code(reports, strict=options.strict))

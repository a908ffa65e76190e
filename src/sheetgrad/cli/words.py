"""What every command shares: the app, its options, and how results and talk are shown."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info

from sheetgrad.errors import DivergedError, Problem, SheetgradError, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.status import Status

    from sheetgrad.derivation import Derivation
    from sheetgrad.setup import Setup

FAILED, MISUSE, STOPPED, PIPE_CLOSED = 1, 2, 130, 141
"""The last two are what a shell reports for a program ended by Ctrl-C or by a closed pipe."""
HOMES = {
    "run": "network",
    "new": "network",
    "derive": "network",
    "why": "network",
    "train": "network",
    "sweep": "sweeping",
    "verify": "network",
    "sheet": "network",
    "check": "checking",
    "read": "reading",
    "explain": "checking",
    "explore": "exploring",
    "exercise": "classroom",
    "grade": "grading",
    "schema": "network",
}
"""The commands in the order of --help, with the module of each."""
PATIENCE = 1.0
"""Seconds of work after which a terminal is told what is being done."""

Spec = Annotated[str, typer.Argument(metavar="SPEC", help="A preset, a TOML or JSON file, or - for standard input.")]
Output = Annotated[Literal["text", "json"], typer.Option("--format", help="For people, or for programs.")]
Json = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Written = Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; else stdout.")]


class Verbs(TyperGroup):
    """The commands, each made when it is asked for, with one place where errors become messages and exit codes."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 -- the context's class has moved between versions
        """Their names, in the order that people meet them."""
        return list(HOMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 -- as above
        """A command; to make all of them takes as long as most take to answer."""
        for name in (cmd_name,) if cmd_name in HOMES else HOMES:  # a name that is unknown is compared with them all
            if name not in self.commands:
                self.commands[name] = _made(name)
        return super().get_command(ctx, cmd_name)

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


def _made(name: str) -> Any:  # noqa: ANN401 -- the command's class has moved between Typer's versions
    import_module(f"sheetgrad.cli.{HOMES[name]}")  # which registers it
    found = next(info for info in app.registered_commands if info.callback and info.callback.__name__ == name)
    return get_command_from_info(found, pretty_exceptions_short=False, rich_markup_mode=None)


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


def ending(path: str | None, otherwise: str) -> str:
    """The format that a file's name asks for."""
    from sheetgrad.emit.formats import FORMATS

    ending = "" if path is None else path.rpartition(".")[2]
    return ending if ending in FORMATS else otherwise


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


def as_json_text(value: object) -> str:
    """A result for programs, as the commands print it."""
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

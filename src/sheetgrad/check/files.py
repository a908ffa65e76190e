"""Which files a check is about, and the text in each.

A word of the command line may name a file, a folder, a pattern or `-` for
standard input. A file that cannot be read keeps the reason and what would help;
it never stops the others.
"""

from __future__ import annotations

import glob
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Form: TypeAlias = Literal["document", "notebook", "code", "workbook"]

FORMS: Mapping[str, Form] = {
    ".md": "document",
    ".markdown": "document",
    ".txt": "document",
    ".tex": "document",
    ".ipynb": "notebook",
    ".py": "code",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".ods": "workbook",
}
"""The endings that are read, and as what."""
READ = " ".join(FORMS)

_WORDS = "save it as plain text or Markdown first, for instance with `pandoc {path} -o {stem}.md`"
_PICTURE = "a picture has no text in it: type the equations into a .md or .tex file and check that"
_BOOK = "save it as .xlsx or .ods, with its formulas"
ADVICE: Mapping[str, str] = (
    dict.fromkeys((".docx", ".odt", ".rtf", ".html", ".htm", ".rst", ".epub", ".org"), _WORDS)
    | dict.fromkeys((".doc", ".pages"), "open it where it was written and save it as plain text")
    | dict.fromkeys((".pdf", ".ps"), "check the .tex or .md it was made from, or copy its text into a .txt file")
    | dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".heic", ".tif", ".tiff"), _PICTURE)
    | dict.fromkeys((".xls", ".xlsb", ".numbers"), _BOOK)
    | dict.fromkeys((".zip", ".gz", ".tar", ".7z", ".rar"), "unpack it and give the folder")
    | {
        ".csv": "a .csv file holds numbers and no formulas; give the workbook that it was made from",
        ".pptx": "copy the text of the slides into a .txt file",
    }
)
"""For endings that are not read: what can be done instead."""

LARGEST = 2_000_000
"""Bytes. A derivation of a megabyte is a thousand pages; more is something else."""
LARGEST_NOTEBOOK = 100_000_000
"""Bytes. Notebooks carry pictures; of the text in them no more than `LARGEST` is read."""
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
"""Folders in which nobody keeps a derivation; those that begin with a dot are passed over too."""
STANDARD_INPUT = "-"

_SIGNATURES: Mapping[bytes, str] = {
    b"%PDF": ".pdf",
    b"PK\x03\x04": ".docx",
    b"\x89PNG": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"\xd0\xcf\x11\xe0": ".doc",
    b"{\\rtf": ".rtf",
}


class Given(NamedTuple):
    """One file to check, or the reason why a word of the caller led to none."""

    path: str
    form: Form = "document"
    size: int = 0
    error: str = ""


class Text(NamedTuple):
    """What a file says; `note` where it had to be guessed how, `error` where it cannot be read."""

    text: str
    note: str = ""
    line: int = 1
    """The line that the note is about."""
    error: str = ""


def files(words: Iterable[str | os.PathLike[str]]) -> list[Given]:
    """Every file that the words name, each once, in the order given (folders and patterns by name).

    >>> files(["essay.docx"])[0].error.partition(";")[0]
    'there is no such file'
    """
    found: dict[str, Given] = {}
    for word in words:
        for given in _found(os.fspath(word)):
            found.setdefault(os.path.normpath(given.path), given)
    return list(found.values())


def _found(word: str) -> Iterator[Given]:
    if word == STANDARD_INPUT:
        yield Given(word)
        return
    path = Path(word)
    try:
        if path.is_dir():
            yield from _folder(word)
        elif path.exists():
            yield _file(word)
        elif glob.has_magic(word):
            yield from _pattern(word)
        else:
            yield Given(word, error=f"there is no such file; {_near(path)}")
    except (OSError, ValueError) as problem:
        yield Given(word, error=f"cannot be looked at ({getattr(problem, 'strerror', None) or problem})")


def _near(path: Path) -> str:
    """A file of nearly that name, or how files are given."""
    import difflib

    try:
        names = [entry.name for entry in path.parent.iterdir()][:10_000]
    except OSError:
        return f"there is no folder {path.parent} either"
    close = difflib.get_close_matches(path.name, names, 1)
    return f"did you mean {path.with_name(close[0])}?" if close else f"give a file ({READ}), a folder or a pattern"


def _folder(word: str) -> Iterator[Given]:
    any_ = False
    for place, folders, names in os.walk(word):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(names):
            if (
                not name.startswith(".")
                and Path(name).suffix.lower() in FORMS
                and not re.search(r"\.(fixed|marked)\.", name)
            ):
                any_ = True
                yield _file(os.path.join(place, name))  # noqa: PTH118 -- keeps `./` as the caller wrote it
    if not any_:
        yield Given(word, error=f"no file in this folder can be read; what is read: {READ}")


def _pattern(word: str) -> Iterator[Given]:
    matches = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 -- keeps the paths as the caller wrote them
    paths = [match for match in matches if not Path(match).is_dir()]
    if not paths:
        yield Given(word, error="no file matches this pattern")
    for path in paths:
        yield _file(path)


def _file(path: str) -> Given:
    size = Path(path).stat().st_size
    ending = Path(path).suffix.lower()
    form = FORMS.get(ending)
    if form is None and ending not in ADVICE and _is_text(path):
        form = "document"  # README, notes.text, and whatever else people call a text
    if form is None:
        return Given(path, size=size, error=advice(path, ending))
    return Given(path, form, size)


def _is_text(path: str) -> bool:
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        return b"\0" not in file.read(4096)


def advice(path: str, ending: str) -> str:
    """Why a file of this kind is not read, and what can be done."""
    help_ = ADVICE.get(ending, f"what is read: {READ}")
    words = help_.format(path=Path(path).name, stem=Path(path).stem)
    return f"{ending or 'such a file'} is not read; {words}"


# --- the text -----------------------------------------------------------------------------------


def text_of(given: Given) -> Text:
    """The text of a file; standard input is read to its end."""
    most = LARGEST_NOTEBOOK if given.form == "notebook" else LARGEST
    try:
        data = _standard_input(most) if given.path == STANDARD_INPUT else _bytes(given.path, most)
    except OSError as problem:
        return Text("", error=f"cannot be read ({problem.strerror})")
    if len(data) > most:
        return Text("", error=f"is larger than {most // 1_000_000} MB; check the part with the equations on its own")
    return decoded(data, given.path)


def _bytes(path: str, most: int) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(most + 1)


def _standard_input(most: int) -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:  # a stand-in without bytes under it
        return sys.stdin.read(most + 1).encode()
    data: bytes = stream.read(most + 1)
    return data


def decoded(data: bytes, path: str = "") -> Text:
    r"""Bytes as text: UTF-8, UTF-16 where it says so, else Latin-1 with a note. Offsets count characters.

    >>> decoded(b"w1 = caf\xe9").note
    'line 1 is not valid UTF-8 (byte 0xE9), so the file was read as Latin-1; save it as UTF-8'
    """
    for signature, ending in _SIGNATURES.items():
        if data.startswith(signature):
            return Text("", error=f"is no text, whatever its name says: {advice(path, ending)}")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Text(_lines(data.decode("utf-16", errors="replace")))
    if b"\0" in data:
        return Text("", error=f"is no text: it holds zero bytes; what is read: {READ}")
    try:
        return Text(_lines(data.decode("utf-8-sig")))
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        byte = f"0x{data[problem.start]:02X}"
        note = f"line {line} is not valid UTF-8 (byte {byte}), so the file was read as Latin-1; save it as UTF-8"
        return Text(_lines(data.decode("latin-1")), note, line)


def _lines(text: str) -> str:
    """Line breaks of old machines as those of today; the number of characters stays."""
    return re.sub(r"\r(?!\n)|[\u2028\u2029\x85]", "\n", text)


def lines_of(text: str) -> list[str]:
    """The lines, without their ends, as they are counted."""
    return [line.rstrip("\r\n") for line in io.StringIO(text, newline="\n")]

"""The hand-ins in folders, zips and downloads: which files are whose."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.files import ADVICE, FORMS, SKIPPED
from sheetgrad.classroom.archives import ArchiveError, members
from sheetgrad.classroom.downloads import METADATA, labelled, submissions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sheetgrad.classroom.downloads import Labelled, Submission
    from sheetgrad.classroom.roster import Roster

JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", *SKIPPED})
ZIP = ".zip"
STORE = ".graded"
"""A folder with this one in it is a report, and holds no hand-ins."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".heic", ".tif", ".tiff"})
"""What stands in a derivation beside its words, and is no hand-in of its own."""


class Piece(NamedTuple):
    """One file: where it lies on the disk, its name inside that if that is a zip, and how it is shown."""

    path: str
    member: str
    shown: str
    time: str = ""


class HandIn(NamedTuple):
    """What one student handed in."""

    label: str
    """How the folder, the zip or the file is called."""
    student: str = ""
    """Whose it is; empty where nothing outside the files says so."""
    pieces: tuple[Piece, ...] = ()
    time: str = ""
    """When it was handed in, as the platform or the files say it (ISO 8601)."""
    late: bool = False
    """Whether the platform itself says that it came late."""
    given_time: bool = False
    """Whether the time is the platform's own, not that of a file."""


class LeftOut(NamedTuple):
    """Something that is no hand-in, and why."""

    path: str
    reason: str


class Found(NamedTuple):
    """All hand-ins, in the order of their labels, and what was left out."""

    hand_ins: tuple[HandIn, ...]
    left_out: tuple[LeftOut, ...]


class _Tree:
    """The files below one folder or in one zip, by their parts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[tuple[str, ...], Piece] = {}
        self.left_out: list[LeftOut] = []


def hand_ins(words: Iterable[str | os.PathLike[str]], roster: Roster) -> Found:
    """Every hand-in in the folders, zips and files that are given.

    A folder is one hand-in, or it holds one in each of its folders, zips or files;
    which, the names decide: those of the class, those that learning platforms give,
    else whether the folders inside hold documents.
    """
    found: list[HandIn] = []
    left_out: list[LeftOut] = []
    for word in words:
        path = Path(word)
        try:
            tree = _tree(path)
        except (ArchiveError, OSError) as problem:
            left_out.append(LeftOut(os.fspath(word), str(problem)))
            continue
        left_out += tree.left_out
        if not tree.files:
            left_out.append(LeftOut(os.fspath(word), "holds no files"))
        found += _divided(tree, roster)
    found.sort(key=lambda one: (one.label.casefold(), one.label))
    return Found(tuple(found), tuple(left_out))


# --- what is there ----------------------------------------------------------------------------------


def _tree(path: Path) -> _Tree:
    tree = _Tree(path.resolve().name)
    if path.is_dir():
        _walk(path, tree)
    elif path.suffix.lower() == ZIP:
        tree.name = path.stem
        _list(path, tree)
    elif path.exists():
        tree.files[(path.name,)] = Piece(str(path), "", path.name, _changed(path))
    else:
        message = f"{path}: there is no such folder or file"
        raise ArchiveError(message)
    return tree


def _walk(path: Path, tree: _Tree) -> None:
    for place, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not is_junk(name) and not Path(place, name, STORE).is_dir())
        for name in sorted(names):
            file = Path(place, name)
            if is_junk(name):
                continue
            if file.is_symlink() or not file.is_file():
                tree.left_out.append(LeftOut(str(file), "is a link or a device, not a file"))
                continue
            parts = file.relative_to(path).parts
            tree.files[parts] = Piece(str(file), "", "/".join(parts), _changed(file))


def _list(path: Path, tree: _Tree) -> None:
    for member in members(path):
        if not member.parts or any(map(is_junk, member.parts)):
            continue
        if member.refused:
            tree.left_out.append(LeftOut(f"{path}: {member.name}", member.refused))
        else:
            tree.files[member.parts] = Piece(str(path), member.name, "/".join(member.parts), member.time)


def is_junk(name: str) -> bool:
    """Whether a machine has left it there, not a person."""
    return (name.startswith((".", "~$")) and name != "..") or name.casefold() in JUNK


def _changed(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")


# --- whose it is ------------------------------------------------------------------------------------


def _divided(tree: _Tree, roster: Roster) -> Iterator[HandIn]:
    """The hand-ins in one tree."""
    while True:  # a download often has one folder round everything
        tops = {parts[0] for parts in tree.files}
        if _is_one(tree.name, roster) or len(tops) != 1 or any(len(parts) == 1 for parts in tree.files):
            break
        inner = tops.pop()
        tree.files = {parts[1:]: piece for parts, piece in tree.files.items()}
        tree.name = inner
    _without_keys(tree)
    listed = _listed(tree)
    tree.files.pop((METADATA,), None)
    if not listed and (_is_one(tree.name, roster) or _is_single(tree, roster)):
        yield _made(tree.name, tree.files, roster, labelled(tree.name))
        return
    groups: dict[str, dict[tuple[str, ...], Piece]] = {}
    about: dict[str, Labelled | None] = {}
    for parts, piece in tree.files.items():
        key, rest, label = _group(parts)
        groups.setdefault(key, {})[rest] = piece
        about.setdefault(key, label)
    for key, files in groups.items():
        if key in listed:
            yield from _from_list(key, files, listed[key], roster)
        elif _has_work(files):
            yield _made(key, files, roster, about[key])
        else:
            tree.left_out.extend(LeftOut(piece.path, "belongs to no hand-in") for piece in files.values())


def _without_keys(tree: _Tree) -> None:
    """Leave out the keys that lie beside worksheets as `exercise` writes them: they are nobody's work."""
    sheets = {parts[:-1] for parts in tree.files if Path(parts[-1]).stem == "worksheet"}
    for parts in [parts for parts in tree.files if parts[:-1] in sheets and Path(parts[-1]).stem == "key"]:
        tree.left_out.append(LeftOut(tree.files.pop(parts).path, "is the key of a worksheet"))


def _group(parts: tuple[str, ...]) -> tuple[str, tuple[str, ...], Labelled | None]:
    """The hand-in that a file belongs to, its name there, and what the platform says of it."""
    label = labelled(parts[0])
    if len(parts) > 1:
        return (label.key if label else parts[0]), parts[1:], label
    if label is not None and label.file:
        return label.key, (label.file,), label
    return parts[0].rpartition(".")[0] or parts[0], parts, None


def _is_one(name: str, roster: Roster) -> bool:
    return labelled(name) is not None or bool(roster.who(name))


def _is_single(tree: _Tree, roster: Roster) -> bool:
    """Whether the whole is one hand-in: its folders hold no work of their own, or its files are those of one person."""
    tops = {parts[0] for parts in tree.files if len(parts) > 1}
    loose = [parts[0] for parts in tree.files if len(parts) == 1]
    if any(labelled(name) or roster.who(name) for name in (*tops, *(name.rpartition(".")[0] for name in loose))):
        return False
    below = {top for top in tops if _has_work({p[1:]: piece for p, piece in tree.files.items() if p[0] == top})}
    documents = [name for name in loose if _ending(name) in FORMS]
    readme = any(name.casefold().startswith("readme") for name in documents)
    if below:
        return readme and not roster
    zips = any(_ending(name) == ZIP for name in loose)
    return not zips and (readme or len(documents) <= 1)


def _has_work(files: Mapping[tuple[str, ...], Piece]) -> bool:
    endings = {_ending(parts[-1]) for parts in files}
    return bool(endings & (set(FORMS) | {ZIP} | (set(ADVICE) - PICTURES - {".csv"})))


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _made(key: str, files: Mapping[tuple[str, ...], Piece], roster: Roster, label: Labelled | None) -> HandIn:
    names = [name for name in ((label.who if label else ""), key) if name]
    student = roster.who(*names)
    if not student and not roster:
        student = (label.who if label else "") or ("" if label else key)
    pieces = tuple(piece._replace(shown="/".join(parts)) for parts, piece in sorted(files.items()))
    time = max((piece.time for piece in pieces), default="")
    return HandIn(key, student, pieces, time, label is not None and label.late)


def _listed(tree: _Tree) -> dict[str, Submission]:
    """What Gradescope's list says of each folder."""
    piece = tree.files.get((METADATA,))
    if piece is None:
        return {}
    try:
        if not piece.member:
            return submissions(Path(piece.path).read_text(encoding="utf-8", errors="replace"))
        with zipfile.ZipFile(piece.path) as opened, opened.open(piece.member) as file:
            return submissions(file.read(20_000_000).decode(errors="replace"))
    except (OSError, ValueError, zipfile.BadZipFile) as problem:
        tree.left_out.append(LeftOut(piece.shown, f"cannot be read ({problem})"))
        return {}


def _from_list(
    key: str, files: Mapping[tuple[str, ...], Piece], listed: Submission, roster: Roster
) -> Iterator[HandIn]:
    """One hand-in for everybody who handed it in."""
    made = _made(key, files, roster, None)
    made = made._replace(time=listed.time or made.time, given_time=bool(listed.time))
    if not listed.names:
        yield made._replace(student=roster.who(key))
    for names in listed.names:
        label = key if len(listed.names) == 1 else f"{key} ({names[0]})"
        yield made._replace(label=label, student=roster.who(*names) or (names[0] if not roster else ""))

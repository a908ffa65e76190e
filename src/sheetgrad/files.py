"""Files are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from collections.abc import Iterator


class CannotWriteError(SheetgradError):
    """A file or folder cannot be written; says which and why."""


@contextmanager
def replacing(path: str | os.PathLike[str], mode: str = "w") -> Iterator[IO[Any]]:
    """Open a file that takes the place of `path` only when the block ends well.

    Until then it stands beside it under another name, and on any error, Ctrl-C
    included, it is removed and what was there before is untouched.

    Raises:
        CannotWriteError: the folder is missing, full, or not ours to write to.
    """
    target = Path(path)
    text = "b" not in mode
    name = ""
    try:
        handle, name = _beside(target)
        with os.fdopen(handle, mode, encoding="utf-8" if text else None, newline="" if text else None) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            name = name or _named(file.fileno(), target)
        Path(name).chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except OSError as error:
        message = f"{target}: cannot be written ({error.strerror})"
        raise CannotWriteError(message) from error
    finally:
        if name:
            with suppress(FileNotFoundError):
                Path(name).unlink()


def _beside(target: Path) -> tuple[int, str]:
    """A new file in the folder of the target: without a name where the system has that, so that nobody has to clean up.

    A file without a name is gone when its process is, even one that is killed.
    """
    try:
        with suppress(AttributeError, OSError):  # only Linux has it, and not on every disk
            Path("/proc/self/fd").stat()  # through which it gets its name in the end
            return os.open(target.parent, os.O_TMPFILE | os.O_RDWR, 0o600), ""
        import tempfile  # it brings a fiftieth of a second with it, and is seldom needed

        return tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        message = f"{target}: cannot be written ({error.strerror}); give another place with -o"
        raise CannotWriteError(message) from error


def _named(handle: int, target: Path) -> str:
    """Give a file without a name one beside the target."""
    import secrets

    name = str(target.with_name(f".{target.name}.{secrets.token_hex(4)}.part"))
    # Relative to a folder: without one, Python asks for a link to the link that stands in /proc.
    folder = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        os.link(str(handle), name, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
    return name


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

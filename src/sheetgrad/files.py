"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
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
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        message = f"{target}: cannot be written ({error.strerror}); give another place with -o"
        raise CannotWriteError(message) from error
    text = "b" not in mode
    try:
        with os.fdopen(handle, mode, encoding="utf-8" if text else None, newline="" if text else None) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except OSError as error:
        message = f"{target}: cannot be written ({error.strerror})"
        raise CannotWriteError(message) from error
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

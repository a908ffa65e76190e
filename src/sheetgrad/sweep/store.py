"""Finished blocks on disk, so that a sweep that was stopped goes on where it was.

Beside the file `NAME` that is asked for stands the folder `NAME.parts` until all is
done. It holds `plan.json` (what is swept, and a fingerprint of everything that
decides the numbers) and for each finished block `block-0000012.npz`, a NumPy
archive of four arrays: `final`, `diverged`, `reached`, `losses`, as `block.Block`
says. Each file is written whole or not at all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from sheetgrad.errors import SheetgradError
from sheetgrad.files import CannotWriteError, replacing
from sheetgrad.sweep.block import Block

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from sheetgrad.sweep.plan import Plan

FORMAT = 1
PLAN = "plan.json"


class Store:
    """The folder of one sweep."""

    def __init__(self, plan: Plan, path: str | os.PathLike[str], *, resume: bool) -> None:
        """Open the folder beside `path`, or make it.

        Raises:
            SheetgradError: there is a sweep already, and it is not to go on, or is another one.
            CannotWriteError: the folder cannot be made.
        """
        target = Path(path)
        self.plan, self.folder = plan, target.with_name(target.name + ".parts")
        if (self.folder / PLAN).exists():
            self._check(resume=resume)
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"{self.folder}: the folder cannot be made ({error.strerror}); give another place with -o"
            raise CannotWriteError(message) from error
        with replacing(self.folder / PLAN) as file:
            head = {"format": FORMAT, "fingerprint": plan.fingerprint, "block": plan.block, "blocks": plan.blocks}
            json.dump({**head, **plan.described()}, file, indent=2)
            file.write("\n")

    def _check(self, *, resume: bool) -> None:
        if not resume:
            message = f"{self.folder}: a sweep was stopped here; go on with --resume, or remove the folder"
            raise SheetgradError(message)
        try:
            kept = json.loads((self.folder / PLAN).read_text(encoding="utf-8"))["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{self.folder / PLAN}: cannot be read ({error}); remove the folder to start again"
            raise SheetgradError(message) from error
        if kept != self.plan.fingerprint:
            message = (
                f"{self.folder}: holds another sweep (other numbers, or another kernel); "
                "ask for the same again, or remove the folder to start anew"
            )
            raise SheetgradError(message)

    def found(self) -> Iterator[tuple[int, Block]]:
        """Every block that is there; one that cannot be read is not."""
        for number in range(self.plan.blocks):
            block = self._read(number)
            if block is not None:
                yield number, block

    def keep(self, number: int, block: Block) -> None:
        """Write a finished block."""
        import numpy as np

        with replacing(self._path(number), "wb") as file:
            np.savez(file, **block._asdict())

    def clear(self) -> None:
        """Remove the folder and what this has put there."""
        for path in (self.folder / PLAN, *map(self._path, range(self.plan.blocks))):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _path(self, number: int) -> Path:
        return self.folder / f"block-{number:07d}.npz"

    def _read(self, number: int) -> Block | None:
        import numpy as np

        path = self._path(number)
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as arrays:
                block = Block(*(arrays[name] for name in Block._fields))
        except (OSError, ValueError, KeyError, BadZipFile):
            return None
        return block if block.final.shape == (len(self.plan.bounds(number)),) else None

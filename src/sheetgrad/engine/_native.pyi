# The types of the C extension; its source is in `native/`.

from collections.abc import Mapping, Sequence
from typing import final

from typing_extensions import Buffer

OPERATIONS: Mapping[str, int]

@final
class Tape:
    def __new__(
        cls,
        *,
        once: Buffer,
        step: Buffer,
        initial: Buffer,
        states: Buffer,
        settings: Buffer,
        inputs: Buffer,
        width: int,
        tables: Sequence[tuple[int, Buffer]],
        batch: int,
        fixed: bool,
    ) -> Tape: ...
    def run(
        self, state: Buffer, settings: Buffer, samples: Buffer, steps: int, kept: Buffer, offset: int, /
    ) -> None: ...

def first_lost(values: Buffer, start: int, stride: int, /) -> int: ...

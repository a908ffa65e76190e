# The types of the C extension; its source is in `native/`.

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, final

from typing_extensions import Buffer

Array: TypeAlias = Any  # NumPy's arrays are no Buffer to the type checker before Python 3.12
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
        flows: bool,
    ) -> Tape: ...
    def run(
        self, state: Buffer, settings: Buffer, samples: Buffer, steps: int, kept: Buffer, offset: int, /
    ) -> None: ...
    def run_lanes(
        self,
        state: Array,
        settings: Buffer,
        samples: Buffer,
        steps: int,
        kept: Array,
        rates: Array,
        instructions: str | None = None,
        /,
    ) -> None: ...

@final
class Loops:
    def __new__(
        cls,
        *,
        memory: Buffer,
        states: int,
        settings: int,
        loops: Sequence[tuple[object, ...]],
        keeps_after: int,
        kept: Buffer,
        instructions: str | None = None,
    ) -> Loops: ...
    def run(
        self,
        state: Buffer,
        settings: Buffer,
        data: Buffer,
        inputs: int,
        steps: int,
        kept: Buffer,
        offset: int,
        /,
    ) -> None: ...

@final
class Layers:
    def __new__(
        cls,
        *,
        memory: Buffer,
        states: Buffer,
        settings: Buffer,
        tables: Sequence[tuple[int, Buffer, int, int]],
        loops: Sequence[tuple[object, ...]],
        groups: Buffer,
        keeps_after: int,
        kept: Buffer,
        per_block: int,
        local: int,
        lanes: int,
        samples: int,
        varying: bool,
        floats: bool,
        instructions: str | None = None,
    ) -> Layers: ...
    def run(
        self, state: Buffer, settings: Buffer, samples: Buffer, steps: int, kept: Buffer, offset: int, threads: int, /
    ) -> None: ...

def shuffled(state: Buffer, order: Buffer, /) -> None: ...
def instructions() -> list[str]: ...
def computed(function: str, values: Buffer, instructions: str, /) -> None: ...
def first_lost(values: Buffer, start: int, stride: int, /) -> int: ...

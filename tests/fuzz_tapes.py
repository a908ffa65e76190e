"""Run random Programs and random garbage on an extension: fuzz_tapes.py EXTENSION SEED ROUNDS.

Started by test_engine_sanitized on an extension that was built with sanitizers, which end the process at the
first byte that is read or written out of place. The extension either refuses a tape or runs it.
"""

from __future__ import annotations

import sys
from array import array
from importlib.util import module_from_spec, spec_from_file_location
from random import Random
from typing import Any

OPERANDS = 9
"""The most that an operation of fixed length has, and one more."""


def loaded(path: str) -> Any:
    """The extension, in the place of the package's own."""
    spec = spec_from_file_location("sheetgrad.engine._native", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["sheetgrad.engine._native"] = module
    return module


def word(chance: Random, slots: int) -> int:
    """Mostly a slot, now and then anything."""
    return chance.randrange(slots) if chance.random() < 0.97 else chance.choice((slots, 2**31, 2**32 - 1, 0))


def words(chance: Random, slots: int, most: int) -> array[int]:
    """A few slots."""
    return array("I", [word(chance, slots) for _ in range(chance.randint(0, most))])


def code(chance: Random, native: Any, slots: int) -> bytes:
    """Operations that are mostly well formed."""
    found: list[int] = []
    numbers = list(native.OPERATIONS.values())
    for _ in range(chance.randrange(12)):
        operation = chance.choice(numbers[1:]) if chance.random() < 0.98 else chance.randrange(2**32)
        times = chance.choice((1, 1, 2, 3, 0, 2**32 - 1)) if chance.random() < 0.1 else chance.randint(1, 3)
        found += [operation, times]
        if operation in {native.OPERATIONS["DOT"], native.OPERATIONS["DOT_SIGMOID"]}:
            pairs = chance.randint(1, 5)
            found.append(pairs if chance.random() < 0.95 else word(chance, slots))
            count = (2 * pairs + 1) * min(times, 5)
        else:
            count = COUNTS.get(operation, chance.randrange(OPERANDS)) * min(times, 5)
        found += [word(chance, slots) for _ in range(count)]
    found += [0] if chance.random() < 0.97 else []
    if chance.random() < 0.05:
        found = found[: chance.randrange(len(found) + 1)]
    return array("I", found).tobytes()


COUNTS: dict[int, int] = {}
"""Words of each operation: found by asking which length is taken."""


def find_counts(native: Any) -> None:
    for number in native.OPERATIONS.values():
        for count in range(2, OPERANDS + 1):
            if made(native, step=array("I", [number, 1, *[0] * count, 0]).tobytes()) is not None:
                COUNTS[number] = count


def made(native: Any, **change: Any) -> Any:
    """A tape, or None where it is refused."""
    given = {
        "once": array("I", [0]).tobytes(),
        "initial": array("d", [0.5] * 4),
        "states": array("I"),
        "settings": array("I"),
        "inputs": array("I"),
        "width": 0,
        "tables": (),
        "batch": 1,
        "fixed": False,
    }
    try:
        return native.Tape(**given | change)
    except (ValueError, TypeError, OverflowError):
        return None


def garbage(chance: Random, native: Any) -> bool:
    """One tape of chance; whether it ran."""
    slots = chance.randint(1, 12)
    states, settings, inputs = (words(chance, slots, most) for most in (3, 2, 3))
    rows, batch = chance.randint(1, 4), chance.choice((1, 1, 2))
    width = len(inputs) // batch if len(inputs) % batch == 0 and inputs else 0
    tables = [(width, array("d", [chance.uniform(-2, 2) for _ in range(width * rows)]))] if width else []
    tape = made(
        native,
        once=code(chance, native, slots) if chance.random() < 0.3 else array("I", [0]).tobytes(),
        step=code(chance, native, slots),
        initial=array("d", [chance.choice((0.0, 1.0, -2.0, 1e308, float("inf"), float("nan"))) for _ in range(slots)]),
        states=states,
        settings=settings,
        inputs=inputs,
        width=chance.choice((0, 1, slots, word(chance, slots))),
        tables=tables,
        batch=batch,
        fixed=chance.random() < 0.5,
    )
    if tape is None:
        return False
    run(chance, native, tape, (len(states), len(settings), rows * 2))
    return True


def run(chance: Random, native: Any, tape: Any, sizes: tuple[int, int, int]) -> None:
    """Alone and in lanes, with buffers that mostly fit."""
    steps, lanes = chance.randint(0, 4), chance.randint(1, 70)
    states, settings, samples = sizes
    for set_, count in ((None, 1), *((name, lanes) for name in native.instructions())):
        slip = chance.choice((0, 0, 0, 1, -1))
        state = array("d", [0.25] * max(0, states * count + slip))
        picked = array("i", [chance.randrange(-1, samples) if chance.random() < 0.1 else 0 for _ in range(2 * steps)])
        kept = bytearray(8 * max(0, chance.choice((0, 1, 12)) * steps * count))
        given = (state, array("d", [0.1] * settings), picked, steps, kept)
        try:
            if set_ is None:
                tape.run(*given, chance.choice((0, 0, 8, -8)))
            else:
                tape.run_lanes(*given, array("d", [0.5] * count), set_)
        except ValueError:
            continue


def programs(seed: int) -> None:
    """A drawn Model through the kernels that use the extension."""
    import numpy as np
    from drawn_models import drawn

    from sheetgrad.derive import program
    from sheetgrad.engine import train
    from sheetgrad.engine.lanes import run_lanes
    from sheetgrad.engine.task import starting_state
    from sheetgrad.errors import DivergedError
    from sheetgrad.network import load

    setup = load(drawn(seed))
    start = np.array(starting_state(setup, program(setup.model, setup.optimizer)))
    try:
        train(setup, steps=5, trace=True, engine="tape")
        train(setup, steps=5, losses=True, rate=1e6, engine="tape")
    except DivergedError:
        pass
    run_lanes(setup, np.repeat(start[:, None], 7, axis=1), np.linspace(0.1, 1e3, 7), steps=6, every=2)


def main(path: str, seed: int, rounds: int) -> None:
    native = loaded(path)
    find_counts(native)
    ran = sum(garbage(Random(seed * 10**6 + number), native) for number in range(rounds))  # noqa: S311 -- it draws tests
    for number in range(max(4, rounds // 500)):
        programs(seed + number)
    sys.stdout.write(f"{ran}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

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
        "flows": False,
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
        flows=chance.random() < 0.3,
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


def loops(chance: Random, native: Any) -> bool:
    """Loops of chance over a small memory; whether they ran."""
    states, rest, slots = chance.randint(0, 12), chance.randint(1, 30), chance.randint(1, 6)
    size = states + rest
    try:
        made = native.Loops(
            memory=array("d", [chance.uniform(-1, 1) for _ in range(rest)]),
            states=states,
            settings=chance.choice((0, 0, 1, rest + 1)),
            loops=[loop(chance, native, size, slots) for _ in range(chance.randint(0, 4))],
            keeps_after=chance.choice((0, 0, 1)),
            kept=array("q", [chance.randrange(size), chance.choice((0, 1, 3, size))] * chance.randint(0, 2)),
            instructions=chance.choice(native.instructions()),
        )
    except (ValueError, TypeError, OverflowError):
        return False
    return any([ran_loops(chance, made, states, size, settings) for settings in (0, 1)])  # noqa: C419 -- both are run


def ran_loops(chance: Random, made: Any, states: int, size: int, settings: int) -> bool:
    """Whether the buffers of chance did for a run."""
    inputs, steps = chance.choice((0, 0, 2)), chance.randint(0, 3)
    data = array("d", [0.5] * chance.choice((inputs * steps, 3)))
    state, kept = array("d", [0.1] * states), bytearray(chance.choice((0, 8 * 2 * size * steps + 8)))
    try:
        made.run(state, array("d", [0.1] * settings), data, inputs, steps, kept, chance.choice((0, 0, 8)))
    except ValueError:
        return False
    return True


def loop(chance: Random, native: Any, size: int, slots: int) -> tuple[Any, ...]:
    """One loop: of no kind that is known, or of rows and columns that may leave the memory."""
    rows, columns = chance.randint(1, 4), chance.choice((1, 2, 5, 9))
    kind = chance.randrange(7) if chance.random() < 0.97 else chance.randrange(-2, 12)
    count = {4: 2, 5: 2, 6: 4}.get(kind, chance.randint(0, 3))
    shapes = {
        4: ((columns, 1), (0, 1), (1, 0)),
        5: ((1, 0), (columns, 1), (0, 1)),
        6: ((columns, 1), (0, 0), (1, 0), (0, 1), (columns, 1)),
    }.get(kind, ((columns, 1), (0, 1), (1, 0), (0, 0)))
    chosen = shapes if kind > 3 and chance.random() < 0.9 else [chance.choice(shapes) for _ in range(count + 1)]
    flat = [place(chance, size, slots, shape) for shape in chosen]
    if kind == 6:
        flat[-1] = flat[0]
    packed = [array("q", [number for one in part for number in one]).tobytes() for part in (flat[:-1], flat[-1:])]
    body = code(chance, native, slots) if chance.random() < 0.7 else array("I", [0]).tobytes()
    return (kind, rows, columns, body, array("d", [0.0] * slots), *packed)


def place(chance: Random, size: int, slots: int, shape: tuple[int, int]) -> list[int]:
    found = [chance.randrange(max(1, size // 2)), *shape, chance.randrange(slots)]
    if chance.random() < 0.03:
        found[chance.randrange(4)] = chance.choice((-1, size, 2**40, 2**63 - 1))
    return found


def programs(seed: int) -> None:
    """A drawn Model through the kernels that use the extension."""
    import numpy as np
    from drawn_models import drawn

    from sheetgrad.derive import program
    from sheetgrad.engine import train
    from sheetgrad.engine.lanes import run_lanes
    from sheetgrad.engine.loops import accepts
    from sheetgrad.engine.task import starting_state
    from sheetgrad.errors import DivergedError
    from sheetgrad.network import load

    setup = load(drawn(seed))
    start = np.array(starting_state(setup, program(setup.model, setup.optimizer)))
    try:
        train(setup, steps=5, trace=True, engine="tape")
        if accepts(program(setup.model, setup.optimizer)):
            train(setup, steps=5, trace=True, engine="loops")
            train(setup, steps=5, trace=True, engine="layers")
            train(setup, steps=5, trace=True, engine="layers", precision="float32")
        train(setup, steps=5, losses=True, rate=1e6, engine="tape")
    except DivergedError:
        pass
    run_lanes(setup, np.repeat(start[:, None], 7, axis=1), np.linspace(0.1, 1e3, 7), steps=6, every=2)


def main(path: str, seed: int, rounds: int) -> None:
    native = loaded(path)
    find_counts(native)
    ran = sum(garbage(Random(seed * 10**6 + number), native) for number in range(rounds))  # noqa: S311 -- it draws tests
    looped = sum(loops(Random(seed * 10**6 + number), native) for number in range(rounds))  # noqa: S311 -- the same
    from fuzz_layers import drawn, layers

    bases = drawn(native)
    layered = sum(layers(Random(seed * 10**6 + number), native, bases) for number in range(rounds))  # noqa: S311 -- the same
    for number in range(max(4, rounds // 500)):
        programs(seed + number)
    sys.stdout.write(f"{ran} {looped} {layered}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

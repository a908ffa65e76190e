"""Loops over many samples, changed by chance: fuzz_tapes runs them under sanitizers.

They start from the loops of a real network, in which a number or two is changed, so that most of what is
looked at is nearly right.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

ODD = (-1, 0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 129, 2**31, 2**40, 2**62, 2**63 - 1)


def networks() -> list[Any]:
    """Tasks of a few networks: one sample a step and several, whole and in parts, in both precisions."""
    import math

    from sheetgrad.derive import program
    from sheetgrad.engine.task import Task, numbers_for
    from sheetgrad.network import load

    found = []
    for samples, size, hidden in ((1, 1, 3), (5, 5, 4), (9, 4, 130), (70, 70, 3)):
        inputs = [[math.sin(3 * row + place) for place in range(3)] for row in range(samples)]
        targets = [[row % 2, 1 - row % 2] for row in range(samples)]
        layers = [{"size": hidden, "activation": "sigmoid", "bias": "each"}, {"size": 2, "activation": "softmax"}]
        spec = {"inputs": inputs, "targets": targets, "layers": layers, "loss": "cross_entropy", "optimizer": "adam"}
        setup = load(spec)
        made = program(setup.model.batched(size, setup.reduction), setup.optimizer)
        for precision in ("float64", "float32"):
            keep = (made.loss, made.forward[0].target)
            fixed = size == samples
            found.append(Task(made, numbers_for(setup, made), str, keep, fixed=fixed, precision=precision))
    return found


def drawn(native: Any) -> list[dict[str, Any]]:
    """What the extension is given for each network."""
    from sheetgrad.engine.layer_layout import Layout

    return [Layout(task).arguments(native.OPERATIONS) for task in networks()]


def other(chance: Random, number: int) -> int:
    """A number near a number, or an odd one."""
    return chance.choice(ODD) if chance.random() < 0.4 else number + chance.choice((-64, -16, -8, -1, 1, 8, 16, 64))


def bent(chance: Random, numbers: Any, kind: str) -> bytes:
    """Packed numbers with one of them changed, or one too few."""
    found = array(kind, bytes(numbers))
    if not found or chance.random() < 0.05:
        return found[:-1].tobytes()
    place = chance.randrange(len(found))
    limit = 2**32 if kind == "I" else 2**63
    found[place] = min(max(other(chance, found[place]), 0 if kind == "I" else -limit), limit - 1)
    return found.tobytes()


def changed_loop(chance: Random, loop: tuple[Any, ...]) -> tuple[Any, ...]:
    place = chance.choice((0, 1, 2, 3, 4, 5, 6, 7, *[8, 9] * 6))
    if place < 5:
        new: Any = other(chance, loop[place])
    elif place == 6:
        new = array("d", list(loop[place])[: chance.randrange(len(loop[place]) + 1)])
    else:
        new = bent(chance, loop[place], "q" if place > 7 else "I")
    return (*loop[:place], new, *loop[place + 1 :])


def change(chance: Random, given: dict[str, Any]) -> dict[str, Any]:
    """One thing of it made otherwise."""
    key = chance.choice([*given, *["loops"] * 12, *["groups", "kept", "states"] * 2])
    old = given[key]
    if key == "loops":
        place = chance.randrange(len(old))
        return {**given, key: [*old[:place], changed_loop(chance, old[place]), *old[place + 1 :]]}
    if key in {"states", "settings", "groups", "kept"}:
        return {**given, key: bent(chance, old, "q")}
    if key == "memory":
        return {**given, key: old[: chance.randrange(len(old) + 1)]}
    if key == "tables":
        place = chance.randrange(len(old))
        width, rows, turned, plain = old[place]
        table = chance.choice(
            ((other(chance, width), rows, turned, plain), (width, rows, other(chance, turned), plain))
        )
        table = table if chance.random() < 0.7 else (width, rows, turned, other(chance, plain))
        return {**given, key: [*old[:place], table, *old[place + 1 :]]}
    if isinstance(old, bool):
        return {**given, key: not old}
    return {**given, key: other(chance, old)}


def layers(chance: Random, native: Any, bases: list[dict[str, Any]]) -> bool:
    """Whether loops of chance were run."""
    base = chance.choice(bases)
    given = base
    for _ in range(chance.choice((0, 0, 1, 1, 1, 2))):
        given = change(chance, given)
    if given["lanes"] * given["samples"] > 10**5 or given["per_block"] > 10**6 or given["local"] > 10**6:
        return False  # it may be right, and would take much memory
    try:
        made = native.Layers(**given, instructions=chance.choice(native.instructions()))
    except (ValueError, TypeError, OverflowError):
        return False
    steps = chance.randrange(3)
    state = array("d", [0.1] * product(given["states"], 4, (1, 2)))
    samples = given["samples"] * steps
    picked = [
        chance.randrange(5) if chance.random() < 0.999 else chance.choice((-1, 70, 10**6)) for _ in range(samples)
    ]
    kept = bytearray(8 * chance.choice((0, 10, *[steps * product(given["kept"], 7, (2, 3))] * 6)))
    settings = array("d", [0.1] * (len(bytes(given["settings"])) // 8))
    offset, threads = chance.choice((*[0] * 9, 8, -8)), chance.choice((1, 1, 1, 2, 3, 0))
    try:
        made.run(state, settings, array("i", picked), steps, kept, offset, threads)
    except ValueError:
        return False
    return True


def product(packed: Any, width: int, places: tuple[int, int]) -> int:
    """How many numbers rows of packed numbers stand for, where that is not very many."""
    numbers = array("q", bytes(packed)[: len(bytes(packed)) // 8 * 8])
    rows = [numbers[start : start + width] for start in range(0, len(numbers) - width + 1, width)]
    return min(10**5, sum(max(0, row[places[0]]) * max(0, row[places[1]]) for row in rows))

"""How many planted mistakes `check` finds, and how many it calls by name and in their line, by document and by mistake.

    python bench/bench_mutants.py [SAMPLE [SEED]]

Every mistake of the table is planted in every line, wherever it changes the meaning: in derivations of
deeper networks that sheetgrad writes, and in the class network's as ten people write it. SAMPLE of each
are checked (100 when left out; 0 is all, which takes hours). A mistake in a forward equation that no line
of its text speaks against cannot be told from what was meant; those are counted apart.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import planted_documents
import test_check_documents as hands
from handwritten import HANDS

from sheetgrad.check.document import check_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

HEAD = f"{'':<52} {'planted':>8} {'found':>7} {'named':>7} {'cannot tell':>12}"


class Outcome(NamedTuple):
    """What became of one planted mistake."""

    document: str
    code: str
    found: bool
    named: bool
    told: bool
    """Whether anything in its text speaks against it."""


def outcome(document: str, code: str, text: str, alike: AbstractSet[str], line: int) -> Outcome:
    false = [one for one in check_text("planted.md", text).findings if one.verdict == "false"]
    named = any(one.code in alike and line in {one.line, 0} for one in false)
    return Outcome(document, code, bool(false), named, told=True)


def of_deeper_networks(size: int, draw: random.Random) -> Iterator[Outcome]:
    every = list(planted_documents.in_our_own())
    for roles in (("backward",), ("forward", "loss")):
        for one in sampled([planted for planted in every if planted.role in roles], size, draw):
            alike = planted_documents.ALIKE.get(one.code, frozenset({one.code}))
            made = outcome(f"{one.document}: {roles[0]}", one.code, one.text, alike, one.line)
            yield made if made.found else made._replace(told=planted_documents.contradicted(one))


def of_the_class_network(size: int, draw: random.Random) -> Iterator[Outcome]:
    every = [(hand, *mutant) for hand in HANDS for mutant in hands.MUTANTS]
    for hand, code, place, wrong in sampled(every, size, draw):
        alike = hands.ALIKE.get(code, {code})
        yield outcome(f"class network, {hand.name}", code, hands.planted(hand, place, wrong), alike, 0)


def sampled(every: list, size: int, draw: random.Random) -> list:  # type: ignore[type-arg]  # of anything
    return every if not size else draw.sample(every, min(size, len(every)))


def table(outcomes: list[Outcome]) -> Iterator[str]:
    for column in ("document", "code"):
        yield HEAD
        for name in [*sorted({getattr(one, column) for one in outcomes}), "all"]:
            yield row(name, [one for one in outcomes if name in {"all", getattr(one, column)}])


def row(name: str, some: list[Outcome]) -> str:
    counted = Counter((one.told, one.found, one.named) for one in some)
    told = [one for one in some if one.told]
    found, named = (sum(getattr(one, what) for one in told) / max(len(told), 1) for what in ("found", "named"))
    blind = sum(count for (told_, _, _), count in counted.items() if not told_)
    return f"{name:<52} {len(some):>8} {found:>7.1%} {named:>7.1%} {blind:>12}"


def main() -> int:
    size, seed = int(dict(enumerate(sys.argv)).get(1, "100")), int(dict(enumerate(sys.argv)).get(2, "1"))
    draw = random.Random(seed)  # noqa: S311 -- a sample, no secret
    began = time.process_time()
    outcomes = [*of_deeper_networks(size, draw), *of_the_class_network(size, draw)]
    for text in table(outcomes):
        print(text)
    print(f"{time.process_time() - began:.0f} s of CPU time")
    return 0


if __name__ == "__main__":
    sys.exit(main())

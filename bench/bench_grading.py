"""How long grading a class takes, and how much memory: a README and a workbook of 70 rows from each student.

    python bench/bench_grading.py [COUNT] [JOBS]

The hand-ins are made here: a right derivation and a right workbook, into which each
student has put none, one or several of the known slips.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sheetgrad
from sheetgrad.classroom.grade import grade, plan_of
from sheetgrad.classroom.roster import Roster

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 70
SLIPS: tuple[Callable[[str], str], ...] = (
    lambda line: re.sub(r"a_h(\d)", lambda match: f"a_h{3 - int(match[1])}", line),
    lambda line: line.replace("1 - ", "1 + ", 1),
    lambda line: re.sub(r"\*\(1 - a_[ho]\d\)", "", line, count=1),
    lambda line: line.replace("w6", "w7").replace("i2", "i1"),
)
FORWARD = """# Backpropagation by hand

h1 = w1*i1 + w2*i2

h2 = w3*i1 + w4*i2

a_h1 = 1/(1 + exp(-h1))

a_h2 = 1/(1 + exp(-h2))

o1 = w5*a_h1 + w6*a_h2

o2 = w7*a_h1 + w8*a_h2

a_o1 = 1/(1 + exp(-o1))

a_o2 = 1/(1 + exp(-o2))

E1 = 1/2*(t1 - a_o1)^2

E2 = 1/2*(t2 - a_o2)^2

E_total = E1 + E2
"""
LAST = "(a_o{0} - t{0})*a_o{0}*(1 - a_o{0})"


def gradients() -> list[str]:
    """The right lines, hidden layer first."""
    lines = []
    for hidden, (one, other) in ((1, (5, 7)), (2, (6, 8))):
        sides = f"{LAST.format(1)}*w{one} + {LAST.format(2)}*w{other}"
        lines.append(f"∂E_total/∂a_h{hidden} = {sides}")
        for given in (1, 2):
            weight = 2 * (hidden - 1) + given
            slope = f"a_h{hidden}*(1 - a_h{hidden})"
            lines.append(f"∂E_total/∂w{weight} = ∂E_total/∂a_h{hidden} * {slope} * i{given}")
    for out in (1, 2):
        lines += [f"∂E_total/∂w{3 + 2 * out + n} = {LAST.format(out)}*a_h{1 + n}" for n in (0, 1)]
    return lines


def readme(draw: random.Random) -> str:
    """A derivation with some slips."""
    lines = gradients()
    for _ in range(draw.choice((0, 0, 1, 1, 2, 3))):
        place = draw.randrange(len(lines))
        left, _, right = lines[place].partition(" = ")
        lines[place] = f"{left} = {draw.choice(SLIPS)(right)}"
    closing = f"After {draw.randrange(20, 300)} steps the loss was {draw.random():.5f}."
    return "\n\n".join([FORWARD, *lines, closing]) + "\n"


def books(folder: Path) -> list[bytes]:
    """A right workbook, and some with a formula that is wrong all the way down."""
    from openpyxl import load_workbook

    right = folder / "right.xlsx"
    sheetgrad.workbook("class", right, steps=ROWS, rates=[0.5])
    made = [right.read_bytes()]
    for column, was, now in (("dE_total_dw6", "a_h2", "a_h1"), ("dE_total_dw1", "i1", "i2"), ("E2", "t2", "t1")):
        book = load_workbook(right)
        sheet = book["Steps"]
        letters = {cell.value: cell.column_letter for cell in sheet[1]}
        for row in range(3, 3 + ROWS):
            cell = sheet[f"{letters[column]}{row}"]
            cell.value = cell.value.replace(f"{letters[was]}{row}", f"{letters[now]}{row}")
        book.save(folder / "wrong.xlsx")
        made.append((folder / "wrong.xlsx").read_bytes())
    return made


def make_class(folder: Path, count: int, *, with_books: bool = True) -> list[str]:
    """Write the hand-ins, as Moodle hands them out; gives who handed in."""
    draw = random.Random(7)  # noqa: S311 -- the same class every time, no secret
    folder.mkdir(parents=True, exist_ok=True)
    choices = books(folder.parent) if with_books else []
    names = [f"Student {number:04}" for number in range(count)]
    for number, name in enumerate(names):
        place = folder / f"{name}_{1000 + number}_assignsubmission_file_"
        place.mkdir()
        (place / "README.md").write_text(readme(draw), encoding="utf-8")
        if with_books:
            (place / "training.xlsx").write_bytes(draw.choice((*choices, choices[0])))
    return names


def children() -> float:
    """Seconds of processor time that the processes of this one have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(count: int, jobs: int, *, with_books: bool) -> None:
    """Grade a class, and print how long it took and the most memory of this process and of one worker."""
    with tempfile.TemporaryDirectory() as work:
        root = Path(work)
        names = make_class(root / "hand-ins", count, with_books=with_books)
        roster = Roster(dict.fromkeys(names, ())).names
        plan = plan_of(root / "report", setup=sheetgrad.load("class"), students=roster)
        began, before = time.perf_counter(), children()
        done = grade([root / "hand-ins"], plan, jobs=jobs)
        took = time.perf_counter() - began
        assert len(done.graded) == count
        assert not any(one.problem for one in done.graded)
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    spent = children() - before
    kinds = "README and workbook" if with_books else "README"
    print(
        f"{count:,} hand-ins ({kinds}), {jobs} processes: {took:.1f} s, {spent:.1f} s of processor time; "
        f"{own.ru_maxrss // 1024} MB here, {others.ru_maxrss // 1024} MB in a process",
        flush=True,
    )


def bench_grading_a_class() -> None:
    measured(40, 2, with_books=True)


if __name__ == "__main__":
    number, processes = map(int, (*sys.argv[1:3], *("1000", "2")[len(sys.argv) - 1 :]))
    measured(number, processes, with_books=False)
    measured(number, processes, with_books=True)

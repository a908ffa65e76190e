"""Mistakes planted in right backward passes: how many are found, and how many by their name and line.

Programs are written in several hands, for two to four layers; every mistake of the
table is planted wherever it can be. Each program is run, and its gradients are held
against differences of its loss; a planted mistake counts only where the program
that has it comes to other numbers, or to none.

    .venv/bin/python bench/bench_code_mutants.py [--every N] [--show]
"""

from __future__ import annotations

import argparse
import ast
import copy
import math
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sheetgrad.check.code import check_code

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from programs_made import HANDS, Program, lookalikes

SAME = 1e-7


class Mutant(NamedTuple):
    """A program with one mistake."""

    code: str
    line: int
    text: str


Change = Callable[[ast.expr], ast.expr | None]


def everywhere(value: ast.expr, change: Change) -> Iterator[ast.expr]:
    """The expression with one place changed, for each place where the change applies."""
    count = sum(isinstance(node, ast.expr) for node in ast.walk(value))
    for place in range(count):
        made = ast.Expression(copy.deepcopy(value))
        node = [part for part in ast.walk(made) if isinstance(part, ast.expr)][place]
        new = change(node)
        if new is None:
            continue
        for parent in ast.walk(made):
            for name, part in ast.iter_fields(parent):
                if part is node:
                    setattr(parent, name, new)
                elif isinstance(part, list):
                    setattr(parent, name, [new if item is node else item for item in part])
        yield made.body


def parsed(text: str) -> ast.expr:
    """An expression."""
    return ast.parse(text, mode="eval").body


def operator(node: ast.AST, kind: type[ast.operator] | tuple[type[ast.operator], ...]) -> bool:
    """Whether it is an operation of that kind."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, kind)


def negated(node: ast.expr) -> ast.expr | None:
    """Plus for minus."""
    if operator(node, (ast.Add, ast.Sub)):
        return ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)  # type: ignore[attr-defined]
    return None


def without_factor(node: ast.expr) -> ast.expr | None:
    """One factor less."""
    if operator(node, ast.Mult) and not isinstance(node.left, ast.Constant):  # type: ignore[attr-defined]
        return node.left  # type: ignore[attr-defined, no-any-return]
    return None


def without_term(node: ast.expr) -> ast.expr | None:
    """One term of a sum of paths less."""
    if operator(node, ast.Add) and operator(node.left, ast.Mult) and operator(node.right, ast.Mult):  # type: ignore[attr-defined]
        return node.left  # type: ignore[attr-defined, no-any-return]
    return None


def without_brackets(node: ast.expr) -> ast.expr | None:
    """(A - B) * C as A - B * C."""
    if operator(node, ast.Mult) and operator(node.left, (ast.Add, ast.Sub)):  # type: ignore[attr-defined]
        inner = node.left  # type: ignore[attr-defined]
        return ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, ast.Mult(), node.right))  # type: ignore[attr-defined]
    return None


def added(node: ast.expr) -> ast.expr | None:
    """Plus for times."""
    if operator(node, ast.Mult) and not isinstance(node.left, ast.Constant):  # type: ignore[attr-defined]
        return ast.BinOp(node.left, ast.Add(), node.right)  # type: ignore[attr-defined]
    return None


def multiplied(node: ast.expr) -> ast.expr | None:
    """Times for plus."""
    if operator(node, ast.Add) and operator(node.left, ast.Mult):  # type: ignore[attr-defined]
        return ast.BinOp(node.left, ast.Mult(), node.right)  # type: ignore[attr-defined]
    return None


def without_power(node: ast.expr) -> ast.expr | None:
    """A square lost."""
    return node.left if operator(node, ast.Pow) else None  # type: ignore[attr-defined]


def without_root(node: ast.expr) -> ast.expr | None:
    """A square root lost."""
    return node.args[0] if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("sqrt") else None


def without_transpose(node: ast.expr) -> ast.expr | None:
    """A transpose lost."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else None


def without_mean(node: ast.expr) -> ast.expr | None:
    """The number of samples lost."""
    if operator(node, ast.Div) and ast.unparse(node.right) in {"m", "n"}:  # type: ignore[attr-defined]
        return node.left  # type: ignore[attr-defined, no-any-return]
    return None


def without_sum(node: ast.expr) -> ast.expr | None:
    """The sum over the samples lost."""
    if isinstance(node, ast.Call) and any(keyword.arg in {"axis", "dim"} for keyword in node.keywords):
        return node.args[0] if node.args else node.func.value  # type: ignore[attr-defined]
    return None


def other_axis(node: ast.expr) -> ast.expr | None:
    """The sum over the other axis."""
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if keyword.arg in {"axis", "dim"} and isinstance(keyword.value, ast.Constant):
            keyword.value = ast.Constant(1 - keyword.value.value)  # type: ignore[operator]
            return node
    return None


def other_order(node: ast.expr) -> ast.expr | None:
    """The sides of a product of matrices exchanged."""
    if operator(node, ast.MatMult):
        return ast.BinOp(node.right, ast.MatMult(), node.left)  # type: ignore[attr-defined]
    if isinstance(node, ast.Call) and len(node.args) == 2 and ast.unparse(node.func).endswith(("dot", "matmul")):
        return ast.Call(node.func, node.args[::-1], [])
    return None


def renamed(old: str, new: str) -> Change:
    """Another name in one place."""

    def change(node: ast.expr) -> ast.expr | None:
        wanted = isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and ast.unparse(node) == ast.unparse(
            parsed(old)
        )
        return parsed(new) if wanted else None

    return change


SHAPES: tuple[tuple[str, Change], ...] = (
    ("sign", negated),
    ("missing-factor", without_factor),
    ("missing-path", without_term),
    ("missing-brackets", without_brackets),
    ("plus-for-times", added),
    ("times-for-plus", multiplied),
    ("lost-power", without_power),
    ("lost-root", without_root),
    ("transpose", without_transpose),
    ("missing-mean", without_mean),
    ("missing-sum", without_sum),
    ("wrong-axis", other_axis),
    ("order", other_order),
)


def mutants(program: Program) -> Iterator[Mutant]:
    """Every mistake in every line of the backward pass."""
    lines = program.text.split("\n")
    for number in program.backward:
        line = lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        statement = ast.parse(line.strip()).body[0]
        seen = {ast.unparse(statement)}
        for code, made in changes(program, statement):
            text = ast.unparse(ast.fix_missing_locations(made))
            if text not in seen:
                seen.add(text)
                yield Mutant(code, number, "\n".join([*lines[: number - 1], indent + text, *lines[number:]]))
    yield from moved(program, lines)


def moved(program: Program, lines: list[str]) -> Iterator[Mutant]:
    """An update straight after its gradient, before the line that still needs the weight."""
    for update, needed in program.early:
        rest = [line for number, line in enumerate(lines, 1) if number != update]
        place = needed - 1
        text = "\n".join([*rest[:place], lines[update - 1], *rest[place:]])
        yield Mutant("updated-too-early", needed + 1, text)


def changes(program: Program, statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """Every wrong version of one line."""
    assert isinstance(statement, ast.Assign | ast.AugAssign)
    value = statement.value

    def put(new: ast.expr) -> ast.stmt:
        made = copy.deepcopy(statement)
        made.value = new
        return made

    update = isinstance(statement, ast.AugAssign)
    if update:
        turned = copy.deepcopy(statement)
        turned.op = ast.Add() if isinstance(turned.op, ast.Sub) else ast.Sub()  # type: ignore[union-attr]
        yield "sign", turned
    else:
        yield "sign", put(ast.UnaryOp(ast.USub(), value))
        if program.pairs:  # in an optimizer, a factor is a rate
            yield "half", put(ast.BinOp(ast.Constant(2), ast.Mult(), value))
    for code, change in SHAPES:
        if update and code in {"missing-factor", "plus-for-times", "sign"}:
            continue  # without a rate, the rate is 1; what is added is judged below
        for new in everywhere(value, change):
            yield code, put(new)
    for old, new_name, code in program.swaps:
        for new in everywhere(value, renamed(old, new_name)):
            yield code, put(new)
    for old_text, new_text, code in program.texts:
        text = ast.unparse(value)
        if old_text in text:
            yield code, put(parsed(text.replace(old_text, new_text, 1)))


# --- whether it changes anything -------------------------------------------------------------------------


def run(program: Program, text: str, nudge: tuple[str, tuple[int, ...], float] | None = None) -> dict[str, Any] | None:
    """What the program comes to at numbers of our own; None where it fails."""
    names = program.values()
    if nudge:
        names[nudge[0]] = np.array(names[nudge[0]], dtype=float)
        names[nudge[0]][nudge[1]] += nudge[2]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            exec(compile(text, program.name, "exec"), names)  # noqa: S102 -- a program of our own
        except Exception:  # noqa: BLE001 -- a mistake may break anything
            return None
    return {name: np.array(program.read(names, name), dtype=float) for name in (*program.gradients, *program.weights)}


def differs(right: dict[str, Any], made: dict[str, Any] | None) -> bool:
    """Whether any gradient or any new weight comes out otherwise."""
    if made is None:
        return True
    return any(
        value.shape != made[name].shape
        or not np.allclose(value, made[name], rtol=SAME, atol=SAME * np.abs(value).max())
        for name, value in right.items()
    )


def proved(program: Program) -> float:
    """How far the program's own gradients are from differences of its loss."""
    worst = 0.0
    loss = program.forward_text
    for weight, gradient in program.pairs:
        made = run(program, program.text)
        assert made is not None, program.name
        exact = made[gradient]
        for entry in np.ndindex(exact.shape):
            sides = []
            for step in (1e-6, -1e-6):
                names = program.values()
                names[weight] = np.array(names[weight], dtype=float)
                names[weight][entry] += step
                exec(compile(loss, program.name, "exec"), names)  # noqa: S102 -- a program of our own
                sides.append(float(program.read(names, program.loss)))
            worst = max(worst, abs((sides[0] - sides[1]) / 2e-6 - exact[entry]))
    return worst


# --- the table --------------------------------------------------------------------------------------------


class Score(NamedTuple):
    """What became of one mutant."""

    found: bool
    named: bool
    mended: bool


EQUAL = {
    "order": {"order", "transpose", "shape"},
    "transpose": {"transpose", "order"},
    "missing-sum": {"missing-sum", "wrong-axis"},
}
"""Names that say the same of the same text."""


def scored(program: Program, mutant: Mutant) -> Score:
    """Check one mutant."""
    report = check_code(f"{program.name}.py", mutant.text)
    false = [finding for finding in report.findings if finding.verdict == "false"]
    first = [finding for finding in false if finding.line == mutant.line]
    codes = EQUAL.get(mutant.code, {mutant.code})
    return Score(bool(false), any(f.code in codes for f in first), bool(first and first[0].expected))


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--every", type=int, default=1, help="check every Nth mutant only")
    words.add_argument("--show", action="store_true", help="print what was missed or named otherwise")
    words.add_argument("--only", default="", help="programs whose name holds this")
    given = words.parse_args()
    scores: dict[str, list[Score]] = defaultdict(list)
    alarms, seconds, hands, same = 0, [], 0, 0
    for program in HANDS:
        if given.only not in program.name:
            continue
        hands += 1
        away = proved(program)
        assert away < 1e-5, (program.name, away)
        for kind, text in [("right", program.text), *lookalikes(program)]:
            start = time.process_time()
            report = check_code(program.name, text)
            seconds.append(time.process_time() - start)
            wrong = [finding for finding in report.findings if finding.verdict == "false"]
            alarms += bool(wrong)
            if wrong or report.counts["true"] < 4:
                print("ALARM" if wrong else "not judged", program.name, kind, report.error, wrong[:2])
        right = run(program, program.text)
        assert right is not None
        for place, mutant in enumerate(mutants(program)):
            if place % given.every:
                continue
            if not differs(right, run(program, mutant.text)):
                same += 1
                continue
            score = scored(program, mutant)
            scores[mutant.code].append(score)
            if given.show and not (score.found and score.named):
                line = mutant.text.split("\n")[mutant.line - 1].strip()
                found = [(f.line, f.code, f.expected) for f in check_code("x", mutant.text).findings]
                print(f"{program.name:24} {mutant.code:18} {mutant.line}: {line}\n{'':43} {found}")
    table(scores)
    print(f"\n{hands} hands, {len(seconds)} right programs, {alarms} false alarms; {same} changes that changed nothing")
    if seconds:
        print(
            f"{1000 * sorted(seconds)[len(seconds) // 2]:.0f} ms for a right program (median), "
            f"{1000 * max(seconds):.0f} ms at most"
        )


def table(scores: dict[str, list[Score]]) -> None:
    """Code, mutants, found, named, mended."""
    total = Counter[str]()
    print(f"\n{'mistake':20}{'planted':>8}{'found':>8}{'named':>8}{'mended':>8}")
    for code, each in sorted(scores.items()):
        counts = [len(each), *(sum(getattr(score, name) for score in each) for name in Score._fields)]
        total.update(dict(zip(("planted", *Score._fields), counts, strict=True)))
        print(f"{code:20}{''.join(f'{count:8}' for count in counts)}")
    many = max(total["planted"], 1)
    print(f"{'all':20}{total['planted']:8}{''.join(f'{100 * total[name] / many:7.1f}%' for name in Score._fields)}")


if __name__ == "__main__":
    assert math.isfinite(SAME)
    main()

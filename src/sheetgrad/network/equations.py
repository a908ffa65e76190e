"""From equations written out to a Model: sizes from the values, symbols from the letters."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from sheetgrad.errors import Problem
from sheetgrad.expr import Index, Largest, Ref, Symbol, Total
from sheetgrad.model import Equation, Model
from sheetgrad.network.checks import meant, nearest
from sheetgrad.network.naming import check_collisions
from sheetgrad.network.reading import Line, Use, read_lines, wrong_name
from sheetgrad.network.samples import Given, given
from sheetgrad.network.sizes import Sizes, check_uses, sized
from sheetgrad.network.training import check_batches, training
from sheetgrad.setup import Setup
from sheetgrad.syntax.parser import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheetgrad.expr import Expr
    from sheetgrad.network.complete import Spec
    from sheetgrad.syntax.parser import Token


def prepared(spec: Spec, folder: str, problems: list[Problem]) -> Callable[[], Setup]:
    """Add everything that does not fit together; if nothing, the function returned makes the Setup."""
    found = given(spec, folder, problems)
    lines = read_lines(spec["equations"], problems) if spec["equations"] is not None else []
    names = {name: wrong for name in found.shapes if (wrong := wrong_name(name))}
    problems.extend(Problem(found.place(name), *wrong) for name, wrong in names.items())
    _check_targets(lines, found, problems)
    sizes = sized(lines, found.shapes)
    readable = spec["equations"] is not None and not any(problem.place.startswith("equations") for problem in problems)
    if readable and found.complete:
        before = len(problems)
        check_uses(lines, sizes, problems)
        _check_whole(spec, lines, found, sizes, problems, read=len(problems) == before)
    if not problems:
        check_collisions(sizes.shapes, spec, problems)
    check_batches(spec, found.samples, problems)
    return lambda: _made(spec, lines, found, sizes)


def _check_targets(lines: Sequence[Line], found: Given, problems: list[Problem]) -> None:
    """Every name is defined once: by an equation for all its members, or by one for each."""
    first: dict[str, Line] = {}
    members: set[tuple[str, tuple[str, ...]]] = set()
    for line in lines:
        name, places, column, _ = line.target
        here = line.place(column)
        if name in found.shapes:
            problems.append(Problem(here, f"{name} has a value, so it cannot have an equation too", "take one out"))
        before = first.setdefault(name, line)
        same = (name, places) in members or not (line.is_numbered and before.is_numbered)
        if before is not line and same:
            problems.append(Problem(here, f"{name} is defined in line {before.number} already", "give it another name"))
        if before is not line and len(before.target.places) != len(places):
            wrong = f"{name} has {len(before.target.places)} indices in line {before.number}, and {len(places)} here"
            problems.append(Problem(here, wrong, "use as many in both"))
        members.add((name, places))


def _check_whole(
    spec: Spec, lines: Sequence[Line], found: Given, sizes: Sizes, problems: list[Problem], *, read: bool
) -> None:
    """What only shows when all equations are seen together; `read` when every name in them is known."""
    uses = {name: dict.fromkeys(use.name for line in own for use in line.uses) for name, own in _by_name(lines).items()}
    _check_circles(lines, problems)
    used = {name for names in uses.values() for name in names}
    unused = [name for name in found.shapes if name not in used]
    wrong = "no equation uses it"
    problems.extend(Problem(found.place(name), wrong, nearest(name, used) or "take it out") for name in unused)
    loss = spec["loss"]
    if loss is not None:
        _check_loss(loss, uses, sizes, problems)
    reached = _reached(loss, uses)
    for at, name in enumerate(spec["parameters"] or ()):
        here = f"parameters[{at}]"
        if name in uses:
            problems.append(
                Problem(here, f"{name} has an equation, so it cannot be trained", "take it out of the list")
            )
        elif name in found.sampled:
            problems.append(Problem(here, f"{name} is given with the data, so it cannot be trained", "take it out"))
        elif name not in found.shapes:
            problems.append(Problem(here, f"nothing is called {name!r}", meant(name, found.shapes)))
        elif read and loss in uses and name not in reached:
            problems.append(
                Problem(here, f"{name} does not reach the loss {loss}", "use it, or take it out of the list")
            )


def _by_name(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.target.name, []).append(line)
    return found


def _check_loss(loss: str, uses: Mapping[str, Any], sizes: Sizes, problems: list[Problem]) -> None:
    if loss not in uses:
        problems.append(Problem("loss", f"no equation defines {loss!r}", meant(loss, uses)))
    elif sizes.shapes.get(loss):
        letters = ",".join(sizes.letters[loss])
        wrong = f"{loss} is a family, not one number"
        problems.append(Problem("loss", wrong, f"add an equation such as total = sum[{letters}]({loss}[{letters}])"))


def _check_circles(lines: Sequence[Line], problems: list[Problem]) -> None:
    by_name = _by_name(lines)
    exact = {(line.target.name, line.target.places): line.number for line in lines if line.is_numbered}
    names = {line.number: line.target.name for line in lines}

    def makers(use: Use) -> list[int]:
        found = exact.get((use.name, use.places))
        return [line.number for line in by_name.get(use.name, ())] if found is None else [found]

    graph = {line.number: [maker for use in line.uses for maker in makers(use)] for line in lines}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        words = " needs ".join(names[number] for number in circle)
        at = next(line for line in lines if line.number == circle[0])
        problems.append(Problem(at.place(at.target.column), f"a circle: {words}", "give one of them a value"))


def _reached(loss: str | None, uses: Mapping[str, Mapping[str, None]]) -> set[str]:
    """Every name that the loss depends on."""
    found: set[str] = set()
    waiting = [loss] if loss is not None else []
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(uses.get(name, ()))
    return found


# --- the model ---------------------------------------------------------------------------------


def _made(spec: Spec, lines: Sequence[Line], leaves: Given, sizes: Sizes) -> Setup:
    """The Setup of a spec in which everything fits."""
    symbols = {
        name: Symbol(
            name, 0, tuple(Index(letter, size) for letter, size in zip(sizes.letters[name], shape, strict=True))
        )
        for name, shape in sizes.shapes.items()
    }
    losses = _after_targets(spec, lines)
    equations = [_equation(line, symbols, sizes, is_loss=line.target.name in losses) for line in lines]
    parameters = tuple(symbols[name] for name in spec["parameters"])
    sampled = {name: symbols[name] for name in leaves.sampled}
    model = Model(
        spec["name"],
        tuple(equations),
        symbols[spec["loss"]].whole,
        parameters,
        inputs=tuple(symbol for name, symbol in sampled.items() if name not in leaves.targets),
        targets=tuple(symbols[name] for name in leaves.targets),
        constants=tuple(symbols[name] for name in leaves.fixed if symbols[name] not in parameters),
    )
    values = {symbols[name]: value for name, value in leaves.fixed.items()}
    samples = {symbols[name]: rows for name, rows in leaves.sampled.items()}
    return Setup(model, values, samples, **training(spec, leaves.samples or 1))


def _after_targets(spec: Spec, lines: Sequence[Line]) -> set[str]:
    """The loss, and everything else that is computed from a target."""
    after = set(spec["targets"] or ())
    users: dict[str, set[str]] = {}
    for line in lines:
        for use in line.uses:
            users.setdefault(use.name, set()).add(line.target.name)
    waiting = list(after)
    while waiting:
        new = users.get(waiting.pop(), set()) - after
        after |= new
        waiting.extend(new)
    return after | {spec["loss"]}


def _equation(line: Line, symbols: Mapping[str, Symbol], sizes: Sizes, *, is_loss: bool) -> Equation:
    def place(word: str) -> Index | int:
        return int(word) - 1 if word.isdigit() else Index(word, sizes.of[word])

    def name(word: str, places: tuple[str, ...] | None, token: Token) -> Expr:
        del token
        return Ref(symbols[word], tuple(map(place, places or ())))

    def over(word: str, indices: tuple[str, ...], body: Callable[[], Expr], token: Token) -> Expr:
        del token
        kind = Total if word == "sum" else Largest
        return kind(tuple(Index(letter, sizes.of[letter]) for letter in indices), body())

    right = Reader(line.text, name, over, line=line.number).equation()[3]
    target = Ref(symbols[line.target.name], tuple(map(place, line.target.places)))
    return Equation(target, right(), "loss" if is_loss else "forward")

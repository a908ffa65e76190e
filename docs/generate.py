"""Write the pages and pictures of the docs that come from the code.

Run by `make docs`; a test compares what is written with what would be.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sheetgrad
from sheetgrad.catalog.activations import ACTIVATIONS
from sheetgrad.catalog.initialisations import INITIALISATIONS
from sheetgrad.catalog.losses import LOSSES
from sheetgrad.catalog.optimizers import OPTIMIZERS
from sheetgrad.catalog.presets import PRESETS
from sheetgrad.check.codes import entries
from sheetgrad.derive import program
from sheetgrad.expr import Call, Index, Partial, Ref, Symbol
from sheetgrad.files import replacing
from sheetgrad.functions import FUNCTIONS, formula, slope
from sheetgrad.job import write_derivation
from sheetgrad.network import reference, schema
from sheetgrad.notation import STYLES, Notation
from sheetgrad.syntax.printer import written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheetgrad.expr import Quantity
    from sheetgrad.model import Equation

DOCS = Path(__file__).parent
X, Y, Z, T, W, LOSS = (Ref(Symbol(name)) for name in ("x", "y", "z", "t", "w", "E"))


def main() -> None:
    """Write everything."""
    for name, text in pages().items():
        with replacing(DOCS / name) as file:
            file.write(text)
    (DOCS / "derivations").mkdir(exist_ok=True)
    for name in PRESETS:
        write_derivation(sheetgrad.derive(name), DOCS / "derivations" / f"{name}.md", picture=f"{name}.svg")
    with tempfile.TemporaryDirectory() as folder:
        sheetgrad.run("class", folder)
        for picture in ("loss.svg", "network.svg"):
            (DOCS / "pictures" / picture).write_bytes((Path(folder) / picture).read_bytes())


def pages() -> dict[str, str]:
    """The pages that are made from tables: name and text."""
    sections = (_activations, _functions, _losses, _optimizers, _initialisations, _notations, _presets)
    head = "# Reference\n\nMade from the tables in the code by `make docs`.\n"
    return {
        "reference.md": "\n".join([head, *(section() for section in sections)]),
        "specs.md": reference(),
        "mistakes.md": _mistakes(),
        "schema/sheetgrad.schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
    }


def _mistakes() -> str:
    head = (
        "# Mistakes\n\nEvery code that [`sheetgrad check`](check.md) gives, with what it means; "
        "`sheetgrad explain CODE` prints the same. Made from the table in the code by `make docs`.\n"
    )
    parts = [head]
    for entry in entries().values():
        parts.append(f"## {entry.code}\n\n**{entry.title}.** {_prose(entry.meaning)}\n")
        parts += [f"*Why it happens.* {_prose(entry.why)}\n"] if entry.why else []
        parts += [f"*How to see it.* {_prose(entry.how_to_see)}\n"] if entry.how_to_see else []
    return "\n".join(parts)


def _prose(words: str) -> str:
    """Words in which stars and underscores stand for themselves."""
    return re.sub(r"([*_])", r"\\\1", words)


def _activations() -> str:
    rows = []
    for name, entry in ACTIVATIONS.items():
        if name in FUNCTIONS:
            rows.append((_code(name), *_formula_and_slope(Call(name, (Z,)), Ref(Symbol("a")))))
        else:
            equations = entry.equations(Symbol("z", 0, (Index("k", 3),)))
            rows.append((_code(name), _equations(equations), "by the chain rule, through these equations"))
    return _table("Activations", "`z` goes in, `a` comes out.", ("name", "formula", "slope"), rows)


def _functions() -> str:
    named = {name: entry for name, entry in FUNCTIONS.items() if not entry.activation}
    rows = []
    for name, entry in named.items():
        arguments = (X, Z)[: len(entry.slopes)]
        node = Call(name, arguments)
        slopes = ", ".join(_code(written(slope(node, place, Y))) for place in range(len(arguments)))
        rows.append((_code(name), slopes))
    about = "In written-out equations the activations that are functions of one number can be used too."
    return _table("Functions in equations", about, ("name", "slope of `y = f(x)` (of each argument)"), rows)


def _losses() -> str:
    about = "`t` is the target, `y` the output. The terms of all outputs are added up, or their mean is taken."
    rows = [
        (_code(loss.name), loss.title, _code(written(loss.term(T, Y))), loss.reduce, _outputs(loss.outputs))
        for loss in LOSSES.values()
    ]
    return _table("Losses", about, ("name", "", "term", "over the outputs", "last activation"), rows)


def _outputs(outputs: tuple[str, ...]) -> str:
    return "any" if set(outputs) == set(ACTIVATIONS) else ", ".join(map(_code, outputs))


def _optimizers() -> str:
    about = (
        "What `w` is next, and what is remembered beside it. `dE_dw` is its gradient, `eta` the learning rate. "
        "The settings are PyTorch's."
    )
    rows = []
    for optimizer in OPTIMIZERS.values():
        step = optimizer.step(W, Partial(LOSS, W))
        settings = ", ".join(f"`{name}` = {value:g}" for name, value in optimizer.defaults.items())
        rows.append((_code(optimizer.name), optimizer.title, _equations(step.equations), settings))
    return _table("Optimizers", about, ("name", "", "one step", "settings"), rows)


def _initialisations() -> str:
    rows = [(_code(entry.name), entry.title) for entry in INITIALISATIONS.values()]
    return _table("Starting weights", "Drawn evenly, from a seed.", ("name", ""), rows)


def _notations() -> str:
    setup = sheetgrad.load("class")
    made = program(setup.model, setup.optimizer)
    leaves = [Ref(symbol, (0,) * len(symbol.axes)) for symbol in made.model.leaves]
    shown = [*leaves, *(equation.target for equation in made.unrolled().equations if _is_first(equation.target))]
    rows = []
    for style in STYLES:
        names = Notation(made, style)
        rows.append((_code(style), ", ".join(_code(names.plain(quantity)) for quantity in shown)))
    about = "What the first quantity of each family of the network `class` is called."
    return _table("Notations", about, ("name", "examples"), rows)


def _is_first(quantity: Quantity) -> bool:
    """Whether it is the first member of its family."""
    match quantity:
        case Ref(places=places):
            return not any(places)
        case Partial(wrt=wrt):
            return _is_first(wrt)
        case _:
            return _is_first(quantity.state)


def _presets() -> str:
    rows = []
    (DOCS / "derivations").mkdir(exist_ok=True)
    for name in PRESETS:
        setup = sheetgrad.load(name)
        link = f"[derivation](derivations/{name}.md)"
        rows.append((_code(name), setup.title, str(setup.model.size), str(setup.sample_count), link))
    about = "`sheetgrad new NAME` prints the spec."
    return _table("Presets", about, ("name", "", "scalar equations", "samples", ""), rows)


def _formula_and_slope(node: Call, output: Ref) -> tuple[str, str]:
    stands_for = formula(node)
    return _code(written(node if stands_for is None else stands_for)), _code(written(slope(node, 0, output)))


def _equations(equations: Iterable[Equation]) -> str:
    return "<br>".join(_code(f"{written(equation.target)} = {written(equation.value)}") for equation in equations)


def _code(text: str) -> str:
    return f"`{text}`"


def _table(title: str, about: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (headings, ("---",) * len(headings), *rows)]
    return f"## {title}\n\n{about}\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()

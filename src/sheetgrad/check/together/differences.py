"""Where a text and a table that were handed in together say different things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.together.matching import Laid
from sheetgrad.expr import Ref, Symbol, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetgrad.check.together.facts import Facts, Place, Quoted
    from sheetgrad.check.together.matching import Match, Side

MOST_NAMED = 6
"""Numbers that are named one by one."""
STEPS_OFF = (-1, 0, 1)
"""People count the first step as 0 or as 1, and name the loss before an update or after it."""


def differences(text: Side, table: Side, match: Match | None) -> list[tuple[Place, str]]:
    """How the networks differ: size, functions, biases, the loss; only what stands in the text itself.

    `{there}` stands for the file of the table.
    """
    if not (text.wiring.is_layered and table.wiring.is_layered):
        return []
    stated = text.facts.stated
    sums = {key for key, neuron in text.wiring.neurons.items() if stated.keys() & {key, *neuron.names}}
    if text.wiring.sizes != table.wiring.sizes:
        if len(sums) < len(text.wiring.neurons):
            return []
        first = next(
            place
            for key, place in stated.items()
            if any(key in (n.key, *n.names) for n in text.wiring.neurons.values())
        )
        here, there = ("-".join(map(str, side.wiring.sizes)) for side in (text, table))
        return [(first, f"The network here is {here}, and that of {{there}} ({table.facts.sheet}) is {there}.")]
    found = [*_functions(text, table), *_biases(text, table)]
    return found or ([] if match is None else list(_losses(text, table, match)))


def _functions(text: Side, table: Side) -> Iterator[tuple[Place, str]]:
    for number, (ours, theirs) in enumerate(zip(text.wiring.layers, table.wiring.layers, strict=True), 1):
        there = {table.wiring.neurons[key].activation for key in theirs}
        for key in ours:
            neuron = text.wiring.neurons[key]
            here, place = neuron.activation, text.facts.stated.get(neuron.output)
            if place is not None and here and neuron.output != neuron.key and len(there) == 1 and "" not in there:
                (other,) = there
                if other is not None and other != here:
                    cells = _cells(table, theirs[0])
                    yield place, f"Layer {number} has {here} here, and {other} in {{there}} ({cells})."
                    break


def _biases(text: Side, table: Side) -> Iterator[tuple[Place, str]]:
    for number, (ours, theirs) in enumerate(zip(text.wiring.layers, table.wiring.layers, strict=True), 1):
        there = {bool(table.wiring.neurons[key].bias) for key in theirs}
        for key in ours:
            here, place = bool(text.wiring.neurons[key].bias), text.facts.stated.get(key)
            if place is not None and there == {not here}:
                words = ("a bias", "none") if here else ("no bias", "one")
                cells = _cells(table, theirs[0])
                yield place, f"Layer {number} has {words[0]} here, and {words[1]} in {{there}} ({cells})."
                break


def _cells(table: Side, key: str) -> str:
    neuron = table.wiring.neurons[key]
    places = [table.facts.stated[name] for name in (neuron.output, key) if name in table.facts.stated]
    return next((place.cells for place in places if place.cells), table.facts.sheet)


def _losses(text: Side, table: Side, match: Match) -> Iterator[tuple[Place, str]]:
    place = text.facts.stated.get(text.facts.loss)
    ratio = loss_ratio(text, table, match)
    if place is None or ratio is None or abs(ratio - 1) <= 1e-9:
        return
    there = table.facts.stated.get(table.facts.loss)
    cells = there.cells if there is not None else table.facts.sheet
    name = text.facts.names.get(text.facts.loss, text.facts.loss)
    yield (
        place,
        f"{{there}} ({cells}) has {ratio:.6g} times this {name}: every gradient is {ratio:.6g} times as large there.",
    )


def loss_ratio(text: Side, table: Side, match: Match) -> float | None:
    """What the loss of the table is times that of the text; None where that is no number or not all is stated."""
    needed = _feeds(text.facts) - {name for n in text.wiring.neurons.values() for name in (n.key, *n.names)}
    given = {leaf for facts in (table.facts,) for leaf in _leaves(facts)}
    if not needed <= text.facts.stated.keys() or not given <= set(match.leaves.values()):
        return None
    laid = Laid(text.facts, table.facts, match)
    return laid.ratio(Ref(Symbol(text.facts.loss)), Ref(Symbol(table.facts.loss)))


def _feeds(facts: Facts) -> set[str]:
    """Every definition that flows into the loss."""
    found, waiting = {facts.loss}, [facts.loss]
    while waiting:
        for use in references(facts.definitions[waiting.pop()]):
            name = use.symbol.name
            if name in facts.definitions and name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _leaves(facts: Facts) -> set[str]:
    used = {use.symbol.name for key in _feeds(facts) for use in references(facts.definitions[key])}
    return used - facts.definitions.keys()


# --- numbers ----------------------------------------------------------------------------------------


def numbers(text: Facts, tables: Sequence[tuple[Facts, Match]]) -> Iterator[tuple[Place, str]]:
    """Numbers of a text that none of the tables has."""
    unlike = [_unlike(text, table, match) for table, match in tables]
    if not _is_example(text):
        return
    if unlike and all(unlike):
        first = unlike[0]
        said = [
            f"{name} is {_shown(here)} here and {_shown(there)} in {there.place.cells}" for name, here, there in first
        ]
        more = f"; and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
        yield first[0][1].place, f"Other numbers than in {{there}}: {'; '.join(said[:MOST_NAMED])}{more}."
    rates = [table.rates[0] for table, _ in tables if table.rates]
    if text.rates and rates and len(rates) == len(tables):
        for quoted in text.rates:
            if len(text.rates) == 1 and not any(_close(quoted, rate) for rate in rates):
                there = ", ".join(f"{_shown(rate)} ({rate.place.cells})" for rate in rates[:MOST_NAMED])
                yield quoted.place, f"The learning rate is {_shown(quoted)} here, and {there} in {{there}}."
    if unlike and not unlike[0]:
        yield from _quoted(text, [table for (table, _), other in zip(tables, unlike, strict=True) if not other])


def _is_example(text: Facts) -> bool:
    """Whether the text gives start values for half of its weights: then it works with numbers of its own."""
    return 2 * sum(key in text.given for key in text.parameters) >= len(text.parameters)


def _unlike(text: Facts, table: Facts, match: Match) -> list[tuple[str, Quoted, Quoted]]:
    return [
        (text.names.get(key, key), text.given[key][0], table.given[other][0])
        for key, other in match.leaves.items()
        if key in text.given and other in table.given and not _close(text.given[key][0], table.given[other][0])
    ]


def _close(here: Quoted, there: Quoted) -> bool:
    return abs(here.value - there.value) <= here.slack + there.slack


def _shown(quoted: Quoted) -> str:
    return f"{quoted.value:.10g}"


def _quoted(text: Facts, tables: Sequence[Facts]) -> Iterator[tuple[Place, str]]:
    """Losses that a sentence names and that stand otherwise in the cells of that step."""
    for quote in text.quoted:
        rate = quote.rate if quote.rate is not None else (text.rates[0].value if len(text.rates) == 1 else None)
        fitting = [
            table
            for table in tables
            if table.losses and (quote.steps == 0 or (rate is not None and table.rates and _same_rate(table, rate)))
        ]
        if len(fitting) != 1 and not (quote.steps == 0 and fitting):
            continue
        table = fitting[0]
        near = [quote.steps + off for off in STEPS_OFF if 0 <= quote.steps + off < len(table.losses)]
        if quote.steps not in near:
            continue
        if any(abs(table.losses[step] - quote.number.value) <= quote.number.slack for step in near):
            continue
        cell = _below(table, quote.steps)
        when = "at the start" if not quote.steps else f"after {quote.steps:,} steps"
        yield (
            quote.number.place,
            (
                f"The loss {when} is {quote.number.spelled} here, "
                f"and {table.losses[quote.steps]:.10g} in {{there}} ({cell})."
            ),
        )


def _same_rate(table: Facts, rate: float) -> bool:
    return abs(table.rates[0].value - rate) <= 1e-9 * rate


def _below(table: Facts, steps: int) -> str:
    from sheetgrad.check.book.spelling import address

    assert table.first is not None  # noqa: S101 -- a table with losses has a first one
    row, column = table.first.line, table.first.column
    place = (row + steps, column) if table.down else (row, column + steps)
    return f"{table.sheet}!{address(place)}"

"""Steps of an optimizer whose shapes do not fit: which line, and what would fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.check.code_optimizers import Rule
from sheetgrad.check.code_owners import owner
from sheetgrad.check.code_ruling import UpdateRuling
from sheetgrad.check.code_steps import stepped

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.check.code_claims import Claims, Update
    from sheetgrad.check.code_ruling import Judgement
    from sheetgrad.read.python.tape import Node


def broken(found: Claims, made: Judgement) -> list[UpdateRuling]:
    """False where a line of a step cannot be worked out, unread where it could not be followed."""
    rulings = []
    for update in found.broken:
        failure, line = update.binding.failure, update.binding.statement.line
        weight = weight_of(found, made, update)
        spoilt = any(r.verdict in {"false", "unread"} for r in made.rulings if r.claim.final and r.target is weight)
        if weight is None or spoilt:
            continue
        if failure.startswith("not followed"):
            rulings.append(UpdateRuling(update, "unread", reason=failure))
            continue
        value = update.binding.value
        message = f"Line {line} cannot be computed: {failure}."
        if value is not None:
            message = f"{update.binding.name} has the shape {weight.shape} and is given the shape {value.shape}."
        rulings.append(UpdateRuling(update, "false", rule=Rule("false", "", "shape", message)))
    return rulings


def weight_of(found: Claims, made: Judgement, update: Update) -> Node | None:
    """The weight that a broken line is needed for; None where the loss is made from none."""
    weights = [ruling.target for ruling in made.rulings if ruling.claim.final and ruling.target is not None]
    if update.parameter.place in found.session.remembered:
        return owner(update.binding.name, weights)
    return update.parameter if any(weight is update.parameter for weight in weights) else None


def fits(found: Claims, made: Judgement, update: Update) -> Callable[[Node], bool]:
    """A trial of what is put in the place of a broken line."""
    weight = weight_of(found, made, update)

    def works(value: Node) -> bool:
        if weight is None or value.shape != weight.shape:
            return False
        if update.binding.before is not weight:
            gradients = [r.claim.binding.value for r in made.rulings if r.claim.final and r.target is weight]
            own = any(node is not None and value.made_from(node) for node in gradients)
            kept = update.parameter.place in found.session.remembered
            return own and value.made_from(update.parameter) if kept else own
        return stepped(found, made, replace(update, binding=replace(update.binding, value=value))).verdict == "true"

    return works

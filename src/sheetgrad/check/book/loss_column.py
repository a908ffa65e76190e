"""The column that should be the loss, where only its terms fit the gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgrad.check.book.losses import LOSS, put_together
from sheetgrad.check.book.repairs import repaired
from sheetgrad.check.book.stretches import stretches
from sheetgrad.check.book.trees import parts as tree_parts
from sheetgrad.expr import references
from sheetgrad.read.book.cells import Call, Range, Reference

if TYPE_CHECKING:
    from sheetgrad.check.book.judging import TableJudge
    from sheetgrad.read.book.cells import Tree


def judge_loss(judge: TableJudge) -> None:
    """Where the gradients fit the sum of the terms and the column of the loss is something else: a slip in it."""
    wanted = judge.made.points.values[LOSS]
    parts = tuple(use.symbol.name for use in references(judge.made.definitions[LOSS]))
    name = put_together(judge.roles, judge.heads, parts)
    for stretch in stretches(judge.made, judge.tracks[name]) if name in judge.tracks else ():
        value, tree = None if stretch.value is None else judge.made.value(stretch.value), stretch.formula.tree
        if value is None or tree is None or not all(_adds_up(part) for _, part in tree_parts(tree)):
            continue
        if judge.made.close(value * wanted[0], wanted * value[0]):  # a factor is a choice
            judge.count(stretch, "true", judge.names[LOSS])
        elif repaired(judge, stretch, lambda found: judge.made.close(found, wanted))[1] is not None:
            judge.false(stretch, lambda found: judge.made.close(found, wanted), judge.names[LOSS], None)


def _adds_up(part: Tree) -> bool:
    """Whether it may stand in a loss that is put together from its terms: a root or a largest is another measure."""
    return isinstance(part, Reference | Range) or (isinstance(part, Call) and part.function in {"+", "-", "*", "SUM"})

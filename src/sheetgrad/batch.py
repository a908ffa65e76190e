"""A model over several samples: one more axis, and one more equation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheetgrad.expr import Index, Number, Ref, Symbol, multiply, references, substitute, total
from sheetgrad.model import SAMPLE, Equation, Model, Reduction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.expr import Expr


def batched(model: Model, size: int, reduction: Reduction) -> Model:
    """Give every quantity that depends on data the sample axis, and end in the mean or sum of the losses.

    One sample needs no axis: the model itself is returned.
    """
    if size == 1:
        return model
    sample = Index(SAMPLE, size)
    renamed = {symbol: _with_axis(symbol, sample) for symbol in model.data}
    equations = []
    for equation in model.equations:
        assert isinstance(equation.target, Ref)  # noqa: S101 -- a model's targets are quantities of its own
        symbol = equation.target.symbol
        if any(use.symbol in renamed for use in references(equation.value)):
            renamed[symbol] = _with_axis(symbol, sample)
        value = _moved(equation.value, renamed, sample)
        equations.append(replace(equation, target=_moved(equation.target, renamed, sample), value=value))
    last = _moved(model.loss, renamed, sample)
    factor = Number(1) if reduction == "sum" else 1 / Number(sample.size)
    loss = Ref(Symbol(f"{model.loss.symbol.name}_{reduction}"))
    equations.append(Equation(loss, multiply(factor, total((sample,), last)), "loss"))
    return replace(
        model,
        equations=tuple(equations),
        loss=loss,
        inputs=tuple(renamed[symbol] for symbol in model.inputs),
        targets=tuple(renamed[symbol] for symbol in model.targets),
        checked=True,
        constraints={renamed.get(symbol, symbol): text for symbol, text in model.constraints.items()},
    )


def _with_axis(symbol: Symbol, sample: Index) -> Symbol:
    return Symbol(symbol.name, symbol.layer, (sample, *symbol.axes))


def _moved(node: Expr, renamed: Mapping[Symbol, Symbol], sample: Index) -> Ref:
    """The expression with the sample axis put in wherever a renamed family is used."""
    moved = {use: Ref(renamed[use.symbol], (sample, *use.places)) for use in references(node) if use.symbol in renamed}
    return substitute(node, moved, tidy=False)  # type: ignore[arg-type,return-value]

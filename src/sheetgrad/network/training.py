"""The part of a spec that both kinds share: how the model is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetgrad.catalog.optimizers import OPTIMIZERS, Optimizer
from sheetgrad.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping


def optimizer_of(choice: str | Mapping[str, Any]) -> Optimizer:
    """The optimizer that a name, or a table with its settings, stands for."""
    if isinstance(choice, str):
        return OPTIMIZERS[choice]
    values = {key: float(value) for key, value in choice.items() if key != "name"}
    return OPTIMIZERS[choice["name"]]._replace(values=values)


def check_batches(spec: Mapping[str, Any], samples: int | None, problems: list[Problem]) -> None:
    """A mini-batch has a size, and not more samples than there are."""
    size, update = spec.get("batch_size"), spec.get("update")
    if update == "mini_batch" and "batch_size" in spec and size is None:
        problems.append(Problem("batch_size", "is missing", 'update = "mini_batch" needs one, such as batch_size = 10'))
    if size is None or update is None:
        return
    if update != "mini_batch":
        wrong = f'does not go with update = "{update}"'
        problems.append(Problem("batch_size", wrong, 'leave it out, or write update = "mini_batch"'))
    elif samples is not None and size > samples:
        wrong = f"a batch of {size:,} is larger than the data, which has {samples:,} sample{'s'[: samples != 1]}"
        problems.append(Problem("batch_size", wrong, f"give a number from 1 to {samples:,}"))


def training(spec: Mapping[str, Any], samples: int) -> dict[str, Any]:
    """The fields of a Setup that say how it is trained."""
    rates = spec["learning_rate"]
    sizes = {"batch": samples, "mini_batch": spec.get("batch_size")}
    return {
        "optimizer": optimizer_of(spec["optimizer"]),
        "learning_rates": tuple(map(float, rates if isinstance(rates, list | tuple) else (rates,))),
        "steps": spec["steps"],
        "update": spec["update"],
        "batch_size": sizes.get(spec["update"], 1),
        "reduction": spec["reduction"],
        "seed": spec["seed"],
        "notation": spec["notation"],
        "title": spec.get("title") or "",
    }

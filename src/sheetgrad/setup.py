"""A Setup: a Model with its numbers and the way it is to be trained.

It is what a spec describes and what every verb takes: `model` is for one
sample, `values` and `samples` are plain numbers, nothing has been computed yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sheetgrad.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.catalog.optimizers import Optimizer
    from sheetgrad.expr import Symbol
    from sheetgrad.model import Model, Reduction

Update: TypeAlias = Literal["sample", "shuffled_sample", "mini_batch", "batch"]
Value: TypeAlias = Any
"""A float, nested sequences of floats, or a NumPy array, in the shape of its symbol."""


@dataclass(frozen=True, slots=True)
class Setup(Shown):
    """A model, its numbers, and how to train it."""

    model: Model
    """The model for one sample."""
    values: Mapping[Symbol, Value]
    """Where parameters start, and what constants are."""
    samples: Mapping[Symbol, Value]
    """For every input and target: one row a sample, so of shape (samples, *the symbol's shape)."""
    optimizer: Optimizer
    learning_rates: tuple[float, ...] = (0.5,)
    """The first is the one used where one is asked for."""
    steps: int = 100
    """How many updates a run makes unless told otherwise."""
    update: Update = "batch"
    """After every sample in order, every sample in shuffled order, every mini-batch, or the whole batch."""
    batch_size: int = 1
    """Samples in a step (the last mini-batch of a pass may be smaller)."""
    reduction: Reduction = "mean"
    """How the losses of several samples become one."""
    seed: int = 0
    """Shuffles samples."""
    notation: str = "class"
    title: str = ""
    """One line for people."""
    origin: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The spec it came from, complete with defaults."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def sample_count(self) -> int:
        """How many samples there are (1 where a model has no data at all)."""
        return min((len(rows) for rows in self.samples.values()), default=1)

    def workbook(self, path: str, **options: Any) -> None:  # noqa: ANN401 -- as sheetgrad.workbook says
        """Write a run of it as a live workbook; the options are those of `sheetgrad.workbook`."""
        import_module("sheetgrad.sheet.book").workbook(self, path, **options)

    def explore(self) -> Any:  # noqa: ANN401 -- anywidget is not imported for those who do not use it
        """The explorer in a notebook, as a widget; needs the extra `notebook`.

        Its `step`, `phase`, `quantity`, `rate` and `values` go both ways.

        Raises:
            MissingPackageError: anywidget is not installed.
            TooLargeError: the network has too many equations for one page.
        """
        return import_module("sheetgrad.explorer.notebook").widget(self)

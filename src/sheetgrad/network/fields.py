"""Every key that a spec may have, in one table: it checks specs, and makes the JSON Schema and the reference."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

from sheetgrad.catalog.activations import ACTIVATIONS
from sheetgrad.catalog.initialisations import INITIALISATIONS
from sheetgrad.catalog.losses import LOSSES
from sheetgrad.catalog.optimizers import OPTIMIZERS

Where: TypeAlias = Literal["network", "layer", "equations"]
REQUIRED: Any = "required"
"""The default of a key that must be given."""
OWN = "own"
"""The notation of a model written as equations: its own names."""
NOTATIONS = ("class", "mazur", "textbook")
MOST_NEURONS = 100_000
MOST_LAYERS = 1_000
MOST_NUMBERS = 50_000_000
"""The most parameters a model may have."""


class Field(NamedTuple):
    """One key: what kind of value it takes (an entry of `kinds.KINDS`) and what it means."""

    key: str
    kind: str
    meaning: str
    default: Any = None
    allowed: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000_000


_NAME = Field("name", "title", "what the network is called; the name of the file when left out")
_TRAINING = (
    Field("title", "text", "one line about it, for people"),
    Field(
        "optimizer",
        "optimizer",
        'how the parameters change: a name, or a table with settings such as `{ name = "adam", beta1 = 0.9 }`',
        "gradient_descent",
        tuple(OPTIMIZERS),
    ),
    Field("learning_rate", "rates", "the step size η, or a list of them; the first is the usual one", 0.5),
    Field("steps", "whole", "how many updates a run makes", 100),
    Field(
        "update",
        "choice",
        "when the parameters change: after the whole batch, every sample in order, every sample in shuffled order, "
        "or every mini-batch",
        "batch",
        ("batch", "sample", "shuffled_sample", "mini_batch"),
    ),
    Field("batch_size", "whole", "samples in a mini-batch", least=1),
    Field("reduction", "choice", "how the losses of several samples become one", "mean", ("mean", "sum")),
    Field("seed", "whole", "where the random numbers start: starting weights and the order of samples", 0),
)

NETWORK = (
    _NAME,
    Field("inputs", "row_or_rows", "what goes in: one row, or one row a sample"),
    Field("targets", "row_or_rows", "what should come out: one row, or one row a sample"),
    Field("data", "path", "a CSV file with a heading line, beside the spec, in place of inputs and targets"),
    Field("input_columns", "names", "the columns of `data` that go in; all others when left out"),
    Field("target_columns", "names", "the columns of `data` that should come out"),
    Field("class_column", "text", "a column of `data` with names of classes: one output for each, 1 for the right one"),
    Field("layers", "layers", "the layers, first to last, each a table", REQUIRED),
    Field("loss", "choice", "what training makes small", "half_squared_error", tuple(LOSSES)),
    Field("initialisation", "choice", "how weights that are not given are drawn", "xavier", tuple(INITIALISATIONS)),
    *_TRAINING,
    Field("notation", "choice", "the house style of names", "class", NOTATIONS),
)

LAYER = (
    Field("size", "whole", "how many neurons", REQUIRED, least=1, most=MOST_NEURONS),
    Field("activation", "choice", "what a neuron does with its sum", "sigmoid", tuple(ACTIVATIONS)),
    Field(
        "bias",
        "choice",
        "no bias, one that all neurons of the layer share, or one for each",
        "none",
        ("none", "shared", "each"),
    ),
    Field("trained", "truth", "whether training changes the bias", default=True),
    Field("biases", "number_or_row", "where the bias starts: a number if shared, a row if one for each; 0 if left out"),
    Field("weights", "rows", "where the weights start: one row a neuron, the weights into it; drawn if left out"),
    Field("initialisation", "choice", "how the weights of this layer are drawn", allowed=tuple(INITIALISATIONS)),
)

EQUATIONS = (
    _NAME,
    Field("equations", "lines", "the equations, one a line, `#` before a remark", REQUIRED),
    Field("values", "table", "the numbers: `w = 0.3`, or nested lists for a family such as `w[j,i]`", {}),
    Field("parameters", "names", "the names that training changes", REQUIRED),
    Field("loss", "word", "the name that training makes small", REQUIRED),
    Field("inputs", "names", "the names that go in", ()),
    Field("targets", "names", "the names that should come out", ()),
    Field("samples", "samples", "the data: a list of tables, one a sample, or one table with a list for each name"),
    Field("data", "path", "a CSV file beside the spec with a column for every input and target"),
    *_TRAINING,
    Field("notation", "choice", "equations keep their own names", OWN, (OWN,)),
)

FIELDS: dict[Where, dict[str, Field]] = {
    "network": {field.key: field for field in NETWORK},
    "layer": {field.key: field for field in LAYER},
    "equations": {field.key: field for field in EQUATIONS},
}

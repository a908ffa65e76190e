"""Networks of PyTorch, in and out: the same values, gradients and training steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sheetgrad
from sheetgrad.derive import program
from sheetgrad.errors import SpecError

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

CHANCE = np.random.default_rng(5)
INPUTS = CHANCE.normal(size=(6, 3))
NUMBERS = CHANCE.uniform(0.1, 0.9, size=(6, 2))
CLASSES = np.array([0, 1, 1, 0, 1, 0])


def dense(*hidden: Any) -> Any:
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), *hidden, torch.nn.Linear(4, 2)).double()


PAIRS = [
    (torch.nn.Tanh(), torch.nn.MSELoss(), None, NUMBERS),
    (torch.nn.ReLU(), torch.nn.MSELoss(reduction="sum"), None, NUMBERS),
    (torch.nn.LeakyReLU(), torch.nn.MSELoss(), torch.nn.Sigmoid(), NUMBERS),
    (torch.nn.Softplus(), torch.nn.CrossEntropyLoss(), None, CLASSES),
    (torch.nn.Sigmoid(), torch.nn.BCELoss(reduction="sum"), torch.nn.Sigmoid(), NUMBERS),
    (torch.nn.Sigmoid(), torch.nn.BCEWithLogitsLoss(reduction="sum"), None, NUMBERS),
]


def after_a_step(module: Any, loss: Any, targets: Any, rate: float) -> tuple[float, list[Any]]:
    """PyTorch's loss before a step of gradient descent, and its parameters after it."""
    kind = torch.long if targets.ndim == 1 else torch.float64
    value = loss(module(torch.tensor(INPUTS)), torch.tensor(targets, dtype=kind))
    optimizer = torch.optim.SGD([part for part in module.parameters() if part.requires_grad], lr=rate)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return float(value.detach()), [part.detach().numpy().copy() for part in module.parameters()]


@pytest.mark.parametrize(("hidden", "loss", "last", "targets"), PAIRS)
def test_loss_and_a_step_of_a_torch_network_are_ours(hidden: Any, loss: Any, last: Any, targets: Any) -> None:
    module = dense(hidden)
    if last is not None:
        module.append(last)
    setup = sheetgrad.from_torch(module, INPUTS, targets, loss=loss, learning_rate=0.3)
    run = sheetgrad.train(setup, steps=1)
    value, after = after_a_step(module, loss, targets, 0.3)
    assert run.initial_loss == pytest.approx(value, rel=1e-12)
    ours = [np.array(run.parameters[symbol]) for symbol in setup.model.parameters]
    for mine, theirs in zip(ours, after, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-12, abs=1e-14)
    assert sheetgrad.verify(setup).ok


def test_there_and_back_is_the_same_network() -> None:
    module = dense(torch.nn.Tanh())
    setup = sheetgrad.from_torch(module, INPUTS, NUMBERS, loss=torch.nn.MSELoss())
    back = sheetgrad.to_torch(setup)
    assert torch.equal(back(torch.tensor(INPUTS)), module(torch.tensor(INPUTS)))
    assert [type(part) for part in back] == [type(part) for part in module]


def test_a_trained_network_goes_to_torch_with_its_trained_weights() -> None:
    setup = sheetgrad.load("iris")
    run = sheetgrad.train(setup, steps=30)
    module = sheetgrad.to_torch(setup, run)
    inputs, targets = (
        torch.tensor(np.array(setup.samples[symbol]), dtype=torch.float64) for symbol in setup.model.data
    )
    made = module(inputs)
    assert (made.sum(dim=1) - 1).abs().max() < 1e-12
    assert float(-(targets * made.log()).sum(dim=1).mean().detach()) == pytest.approx(run.final_loss, rel=1e-9)


def test_gradients_of_what_went_to_torch_are_ours() -> None:
    setup = sheetgrad.load("class")
    module = sheetgrad.to_torch(setup)
    x, t = (torch.tensor(setup.samples[symbol], dtype=torch.float64) for symbol in setup.model.data)
    (((t - module(x)) ** 2).sum() / 2).backward()
    theirs = [number for part in module.parameters() for number in part.grad.ravel().tolist()]
    trace = sheetgrad.train(setup, steps=0, trace=True).trace
    assert trace is not None
    made = program(setup.model, setup.optimizer)
    ours = [trace.row(0)[f"dE_total_dw{number}"] for number in range(1, 9)]
    assert len(made.model.parameters) == 2
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_a_forward_pass_in_plain_python_is_followed() -> None:
    class Own(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = torch.nn.Linear(3, 5), torch.nn.Linear(5, 2, bias=False)

        def forward(self, x: Any) -> Any:
            return torch.nn.functional.softmax(self.second(torch.relu(self.first(x))), dim=1)

    setup = sheetgrad.from_torch(Own(), INPUTS, np.eye(2)[CLASSES], loss="cross_entropy")
    assert [layer["activation"] for layer in setup.origin["layers"]] == ["relu", "softmax"]
    assert setup.origin["layers"][1]["bias"] == "none"


def test_a_bias_that_is_frozen_stays_so_both_ways() -> None:
    module = dense(torch.nn.Tanh())
    module[0].bias.requires_grad_(False)  # noqa: FBT003 -- torch's own
    setup = sheetgrad.from_torch(module, INPUTS, NUMBERS, loss=torch.nn.MSELoss())
    assert len(setup.model.parameters) == 3
    assert [part.requires_grad for part in sheetgrad.to_torch(setup).parameters()] == [True, False, True, True]


class Residual(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(3, 3)

    def forward(self, x: Any) -> Any:
        return self.layer(x) + x


REFUSED = [
    (torch.nn.Sequential(torch.nn.Conv1d(1, 1, 1)), torch.nn.MSELoss(), "Conv1d has no counterpart"),
    (torch.nn.Sequential(torch.nn.Tanh()), torch.nn.MSELoss(), "follows no Linear"),
    (Residual(), torch.nn.MSELoss(), "no chain"),
    (dense(torch.nn.LeakyReLU(0.2)), torch.nn.MSELoss(), "negative_slope is 0.2"),
    (dense(torch.nn.Tanh()), torch.nn.HuberLoss(), "no counterpart"),
    (dense(torch.nn.Tanh()), torch.nn.BCEWithLogitsLoss(), "no counterpart"),
    (dense(torch.nn.Tanh()), torch.nn.CrossEntropyLoss(label_smoothing=0.1), "no counterpart"),
]


@pytest.mark.parametrize(("module", "loss", "wrong"), REFUSED)
def test_what_has_no_counterpart_is_named(module: Any, loss: Any, wrong: str) -> None:
    with pytest.raises(SpecError, match=wrong):
        sheetgrad.from_torch(module, INPUTS, NUMBERS, loss=loss)


def test_class_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(SpecError, match="outside 0 to 1"):
        sheetgrad.from_torch(dense(torch.nn.Tanh()), INPUTS, CLASSES + 1, loss=torch.nn.CrossEntropyLoss())


def test_what_torch_cannot_have_is_refused() -> None:
    with pytest.raises(SpecError, match="all neurons share"):
        sheetgrad.to_torch(sheetgrad.load("class", layers=[{"size": 2, "bias": "shared"}]))

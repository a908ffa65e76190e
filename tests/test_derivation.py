"""Every form of a derivation, in every notation, says the same and says it rightly.

The judge is Python itself: each line's text is evaluated on its own, and the
gradients it gives are held against central differences of the loss, evaluated
from the same forward lines.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sheetgrad.network
from sheetgrad.derivation import FORMS, derive
from sheetgrad.derivation.document import Line, See, Text
from sheetgrad.derivation.work import worked_slope
from sheetgrad.emit.latex import latex
from sheetgrad.emit.markdown import markdown
from sheetgrad.errors import SheetgradError, TooLargeError
from sheetgrad.expr import Expr, Next, Ref
from sheetgrad.functions import FUNCTIONS, evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.derivation import Derivation
    from sheetgrad.setup import Setup

MEANING: dict[str, Any] = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "tanh")} | {
    "max": max,
    "min": min,
    "abs": abs,
    "__builtins__": {},
}


def start(derivation: Derivation) -> dict[str, float]:
    """The given numbers under their plain names, slightly moved so that nothing is symmetric."""
    numbers = {}
    for name, quantity in derivation.notation.table().items():
        if isinstance(quantity, Ref):
            symbol, value = quantity.symbol, None
            if symbol in derivation.setup.samples:
                value = derivation.setup.samples[symbol][0]
            elif symbol in derivation.setup.values:
                value = derivation.setup.values[symbol]
            if value is not None:
                for place in quantity.places:
                    value = value[place]
                numbers[name] = float(value)
    settings_ = derivation.notation.program.settings
    states = derivation.notation.program.states
    for name, quantity in derivation.notation.table().items():
        if isinstance(quantity, Ref) and quantity.symbol in settings_:
            value = settings_[quantity.symbol]
            numbers[name] = 0.5 if math.isnan(value) else value
        elif isinstance(quantity, Ref) and quantity.symbol in states:
            numbers[name] = states[quantity.symbol]
    return numbers


def computed(derivation: Derivation, given_: Mapping[str, float], role: str | None = None) -> dict[str, float]:
    """Every line's text evaluated, one after the other."""
    numbers = dict(given_)
    for entry in derivation.as_json()["equations"]:
        if role is None or entry["role"] in role:
            name, _, text = entry["text"].partition(" = ")
            assert name == entry["quantity"]
            numbers[name] = float(eval(text, MEANING, numbers))  # noqa: S307 -- our own text, no builtins
    return numbers


def difference(derivation: Derivation, numbers: Mapping[str, float], name: str, loss: str) -> float:
    """∂loss/∂name by central differences of the forward lines."""
    step = 1e-6
    ends = []
    for sign in (1, -1):
        moved = {**numbers, name: numbers[name] + sign * step}
        ends.append(computed(derivation, moved, role="forward loss")[loss])
    return (ends[0] - ends[1]) / (2 * step)


def check(setup: Setup, notation: str | None) -> None:
    """All forms agree with each other and with differences."""
    found = {}
    for form in FORMS:
        derivation = derive(setup, form=form, notation=notation)
        names = derivation.notation
        given_ = start(derivation)
        numbers = computed(derivation, given_)
        loss = names.plain(names.program.loss)
        parameters = [
            name
            for name, quantity in names.table().items()
            if isinstance(quantity, Ref) and quantity.symbol in names.program.model.parameters
        ]
        gradients = {name: numbers[f"d{loss}_d{name}"] for name in parameters}
        scale = max(map(abs, gradients.values()), default=1.0) or 1.0
        for name in parameters[:: max(1, len(parameters) // 6)]:
            assert gradients[name] == pytest.approx(
                difference(derivation, given_, name, loss), rel=0, abs=2e-7 * max(scale, abs(numbers[loss]), 1e-2)
            )
        found[form] = gradients
        assert f"{parameters[0]}_new" in numbers
    for form in FORMS:
        assert found[form] == pytest.approx(found["delta"], rel=1e-11, abs=1e-14)


SMOOTH = ("sigmoid", "tanh", "softplus", "identity")


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    depth = draw(st.integers(1, 3))
    sizes = [draw(st.integers(1, 4)) for _ in range(depth + 1)]
    loss, last = draw(
        st.sampled_from(
            [
                ("half_squared_error", "sigmoid"),
                ("squared_error", "identity"),
                ("mean_squared_error", "tanh"),
                ("binary_cross_entropy", "sigmoid"),
                ("cross_entropy", "softmax"),
                ("half_squared_error", "softmax"),
            ]
        )
    )
    if last == "softmax":
        sizes[-1] = max(sizes[-1], 2)
    layers = [
        {
            "size": size,
            "activation": last if place == depth - 1 else draw(st.sampled_from(SMOOTH)),
            "bias": draw(st.sampled_from(["none", "shared", "each"])),
            "initialisation": "uniform",
        }
        for place, size in enumerate(sizes[1:])
    ]
    number = st.floats(0.1, 0.9).map(lambda value: round(value, 3))
    targets = [draw(number) for _ in range(sizes[-1])]
    if loss == "cross_entropy":
        targets = [1.0] + [0.0] * (sizes[-1] - 1)
    return {
        "name": "drawn",
        "inputs": [draw(number) for _ in range(sizes[0])],
        "targets": targets,
        "loss": loss,
        "seed": draw(st.integers(0, 1000)),
        "learning_rate": 0.5,
        "optimizer": draw(st.sampled_from(["gradient_descent", "momentum", "adam"])),
        "layers": layers,
    }


@given(spec=networks(), notation=st.sampled_from(["class", "mazur", "textbook"]))
@settings(deadline=None)
def test_all_forms_of_a_random_network_give_the_gradients_that_differences_give(
    spec: dict[str, Any], notation: str
) -> None:
    check(sheetgrad.network.load(spec), notation)


@pytest.mark.parametrize("preset", ["class", "mazur", "xor", "rnn", "attention"])
def test_all_forms_of_a_preset_give_the_gradients_that_differences_give(preset: str) -> None:
    check(sheetgrad.network.load(preset), None)


def test_a_shared_weight_gives_the_sum_over_its_paths() -> None:
    setup = sheetgrad.network.load(
        {
            "name": "shared",
            "equations": "a = w*x\nb = tanh(w*a) + a\nE = (b - t)**2",
            "values": {"w": 0.7, "x": 0.3, "t": 0.1},
            "parameters": ["w"],
            "loss": "E",
        }
    )
    check(setup, None)
    text = markdown(derive(setup))
    assert r"\partial^{+}" in text, "an edge that is not the only route must be marked"


def test_the_factors_of_a_single_route_are_not_marked() -> None:
    assert r"\partial^{+}" not in markdown(derive(sheetgrad.network.load("class"), every=True))


def test_the_gradient_of_each_weight_ends_as_people_write_it() -> None:
    lines = {entry["quantity"]: entry for entry in derive(sheetgrad.network.load("class")).as_json()["equations"]}
    assert lines["dE_total_dw5"]["text"] == "dE_total_dw5 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1"
    assert lines["dE_total_dw4"]["text"].endswith("*a_h2*(1 - a_h2)*i2")


def test_every_member_is_derived_when_asked() -> None:
    setup = sheetgrad.network.load("class")
    brief, full = derive(setup), derive(setup, every=True)
    titles = [section.title for section in full.sections]
    names = full.notation
    for name in ("w6", "w8", "a_h2", "w4"):
        assert ("With respect to ", names.table()[name]) in titles
    assert len(list(full.lines)) > len(list(brief.lines))


def test_every_reference_points_to_an_earlier_line() -> None:
    seen: set[int] = set()
    for section in derive(sheetgrad.network.load("class")).sections:
        for block in section.blocks:
            if isinstance(block, Line):
                seen.add(block.number)
            if isinstance(block, Text):
                assert {piece.number for piece in block.prose if isinstance(piece, See)} <= seen


def test_the_members_of_every_line_are_equal() -> None:
    """Members without a derivative left in them have the value of the line."""
    derivation = derive(sheetgrad.network.load("class"), every=True)
    by_name = derivation.notation.table()
    numbers: dict[Expr, float] = {by_name[name]: value for name, value in start(derivation).items()}
    checked = 0
    for line in derivation.lines:
        numbers[line.quantity] = evaluate(line.value, numbers)
        for member in line.members[1:]:
            try:
                value = evaluate(member, numbers)
            except KeyError:
                continue
            checked += 1
            assert value == pytest.approx(numbers[line.quantity], rel=1e-12)
    assert checked * 4 > len(list(derivation.lines)) * 3


def test_the_slope_of_every_smooth_activation_is_worked_out_rightly() -> None:
    for name, entry in FUNCTIONS.items():
        if not entry.activation:
            continue
        steps = worked_slope(name)
        variable = next((node for step in steps[-1:] for node in _uses(step)), None)
        for x in (-1.3, 0.4) if variable is not None else ():
            step = 1e-6
            value = (_at(name, x + step) - _at(name, x - step)) / (2 * step)
            assert evaluate(steps[-1], {variable: x}) == pytest.approx(value, abs=1e-9)  # type: ignore[dict-item]


def _uses(node: Expr) -> list[Ref]:
    from sheetgrad.expr import references

    return references(node)


def _at(name: str, x: float) -> float:
    from sheetgrad.expr import Call, Number

    return evaluate(Call(name, (Number(x),)), {})


def test_a_large_network_is_derived_family_by_family_and_the_expanded_form_is_refused() -> None:
    spec = {
        "name": "large",
        "inputs": [0.5] * 100,
        "targets": [0.0] * 10,
        "loss": "half_squared_error",
        "layers": [
            {"size": 64, "activation": "tanh", "initialisation": "xavier"},
            {"size": 10, "activation": "sigmoid", "initialisation": "xavier"},
        ],
    }
    setup = sheetgrad.network.load(spec)
    derivation = derive(setup)
    assert len(list(derivation.lines)) < 30
    assert r"\sum" in markdown(derivation)
    with pytest.raises(TooLargeError, match="--form delta"):
        derive(setup, form="expanded")


def test_an_expanded_form_that_would_explode_is_refused_before_it_is_made() -> None:
    layer = {"size": 6, "activation": "sigmoid", "initialisation": "uniform"}
    spec = {"name": "deep", "inputs": [0.5] * 6, "targets": [0.0] * 6, "layers": [layer] * 6}
    with pytest.raises(TooLargeError, match="would name"):
        derive(sheetgrad.network.load({**spec, "loss": "half_squared_error"}), form="expanded")


def test_unknown_forms_and_notations_are_named_with_those_there_are() -> None:
    setup = sheetgrad.network.load("class")
    with pytest.raises(SheetgradError, match="chain, delta, expanded"):
        derive(setup, form="chian")
    with pytest.raises(SheetgradError, match="class, mazur, textbook"):
        derive(setup, notation="tsai")


def test_markdown_numbers_and_fences_balance() -> None:
    text = markdown(derive(sheetgrad.network.load("class")), diagram="network.svg")
    fences = re.findall(r"^```(\w*)$", text, re.MULTILINE)
    assert fences[::2] == ["math"] * (len(fences) // 2)
    assert set(fences[1::2]) == {""}
    tags = [int(tag) for tag in re.findall(r"\\tag\{(\d+)\}", text)]
    assert tags == list(range(1, len(tags) + 1))
    assert "![The network, with the values it starts from](network.svg)" in text


def test_markup_in_a_name_stays_text() -> None:
    setup = replace(sheetgrad.network.load("class"), title="<b>*x*</b>")
    text = markdown(derive(setup))
    assert "<b>" not in text.replace(r"\<b\>", "")


def test_every_next_value_has_a_line() -> None:
    derivation = derive(sheetgrad.network.load("class"))
    assert sum(isinstance(line.quantity, Next) for line in derivation.lines) == 8
    assert latex(list(derivation.lines)[-1].quantity, derivation.notation) == r"w_{8}^{\text{new}}"

"""Random equation graphs: names used many times, residuals and shared weights give the sum over all paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import sheetgrad
from sheetgrad.network import load

SHAPES = ("{0} + {1}", "{0}*{1}", "tanh({0} - {1})", "sigmoid({0})*{1}", "softplus({0}) - 1/2*{1}", "{0} - {1}**2/4")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, object]:
    """Each equation uses any two names before it, so that most names are used again and again."""
    parameters = [f"p{place}" for place in range(draw(st.integers(1, 4)))]
    names = [*parameters, "x"]
    lines = []
    for place in range(draw(st.integers(2, 9))):
        pair = [draw(st.sampled_from(names)) for _ in range(2)]
        lines.append(f"q{place} = {draw(st.sampled_from(SHAPES)).format(*pair)}")
        names.append(f"q{place}")
    everything = " + ".join(f"tanh({name})" for name in names)
    lines.append(f"E = (t - ({everything}))**2/2")
    number = st.floats(0.1, 0.9).map(lambda value: round(value, 3))
    values = {name: draw(number) for name in (*parameters, "x", "t")}
    return {"equations": "\n".join(lines), "values": values, "parameters": parameters, "loss": "E"}


@given(spec=graphs())
def test_gradients_of_random_graphs_agree_with_differences_and_autograd(spec: dict[str, object]) -> None:
    checked = sheetgrad.verify(load(spec), judges=["finite_differences", "autograd"])
    assert checked.ok, checked.as_json()
    assert set(checked.as_json()["largest_relative_error"]) == {"finite_differences", "autograd"}

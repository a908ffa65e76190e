"""Ways of writing updates, sums, roundings and remarks: read as they are meant, and judged."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

import sheetgrad
from sheetgrad.check.command import Options, checked
from sheetgrad.check.document import check_text
from sheetgrad.check.given import network_of

FORWARD = (Path(__file__).parent / "lookalikes" / "lines.txt").read_text(encoding="utf-8").split("\n%%\n")[0]


def judged(line: str) -> tuple[list[str], list[str]]:
    """The verdicts on a line after the forward pass, and the codes of what is found."""
    report = check_text("a.md", f"{FORWARD}\n\n{line}\n")
    first = FORWARD.count("\n") + 2
    return [j.verdict for j in report.equalities if j.line > first], [f.code for f in report.findings]


RIGHT = (
    "w5' = w5 - η * ∂E_total/∂w5",
    "w5 -= lr * ∂E_total/∂w5",
    "w5(t+1) = w5(t) - η ∂E_total/∂w5",
    r"$w_5^{(t+1)} = w_5^{(t)} - \eta \frac{\partial E_{total}}{\partial w_5}$",
    r"$w_5^{+} = w_5 - \eta \frac{\partial E_{total}}{\partial w_5}$",
    "w5 ← w5 - η ∂E_total/∂w5",
    "w5 := w5 - η ∂E_total/∂w5",
    "Δw5 = -η ∂E_total/∂w5",
    r"$\Delta w_5 = -\eta (a_{o1} - t_1) a_{o1} (1 - a_{o1}) a_{h1}$",
    "Δw5 = η ∂E_total/∂w5",
    "Δw5 = -η ∂E_total/∂w5\n\nw5_new = w5 + Δw5",
    "Δw5 = η ∂E_total/∂w5\n\nw5_new = w5 - Δw5",
    "E_total = Σ ½(t_k - a_ok)²",
    "E_total = Σ_k E_k",
    r"$E_{total} = \sum_{k=1}^{2} \frac{1}{2}(t_k - a_{o_k})^2$",
    r"$$\frac{\partial E_{total}}{\partial a_{h1}} = \sum_{k} \frac{\partial E_k}{\partial a_{h1}}$$",
)


@pytest.mark.parametrize("line", RIGHT)
def test_updates_and_sums_are_read_however_they_are_written(line: str) -> None:
    verdicts, codes = judged(line)
    assert set(verdicts) == {"true"}
    assert codes == []


WRONG = {
    "w5' = w5 + η * ∂E_total/∂w5": "sign",
    "w5 -= lr * ∂E_total/∂w6": "wrong-gradient",
    "w5 += lr * ∂E_total/∂w5": "sign",
    "w5(t+1) = w5(t) - ∂E_total/∂w5": "missing-rate",
    "Δw5 = -η ∂E_total/∂w5\n\nw5_new = w5 - Δw5": "sign",
    r"$E_{total} = \sum_{k=1}^{2} (t_k - a_{o_k})^2$": "half",
    "a_h1 = 1/(1 + exp(-0.0275)) ≈ 0.5070": "arithmetic",
    "∂E_total/∂w5 = Σ_k (a_ok - t_k) a_ok (1 - a_ok) a_h1": "false",
}


@pytest.mark.parametrize(("line", "code"), WRONG.items())
def test_a_mistake_in_them_is_found(line: str, code: str) -> None:
    verdicts, codes = judged(line)
    assert "false" in verdicts
    assert len(codes) == 1
    assert code in {"false", codes[0]}


ROUNDED = ("h1 = 0.15*0.05 + 0.2*0.1 ≈ 0.0275", "a_h1 = 1/(1+exp(-0.0275)) ≈ 0.50687 ≈ 0.507")


@pytest.mark.parametrize("line", ROUNDED)
def test_about_equal_means_equal_to_the_digits_shown(line: str) -> None:
    verdicts, codes = judged(line)
    assert "true" in verdicts
    assert codes == []


PASSING = (
    "w5 : w6 = 2 : 1",
    "The gradients behave as ∂E_total/∂w5 : ∂E_total/∂w6 = a_h1 : a_h2",
    "With ReLU, a_h1 = max(0, h1) would be cheaper.",
    "For tanh: a_h1 = tanh(h1) and ∂a_h1/∂h1 = 1 - a_h1^2",
    "With the cross-entropy loss the gradient is ∂E1/∂o1 = a_o1 - t1",
    "Without the ½, ∂E1/∂a_o1 = 2(a_o1 - t1)",
    "Using a linear output, ∂E1/∂o1 = a_o1 - t1",
)


@pytest.mark.parametrize("line", PASSING)
def test_what_is_said_of_another_network_in_passing_is_never_false(line: str) -> None:
    verdicts, codes = judged(line)
    assert not {"false", "slip"} & set(verdicts)
    assert set(codes) == {"unread"}


def test_what_is_said_with_the_function_that_the_network_has_is_judged() -> None:
    _, codes = judged("With the sigmoid, ∂a_h1/∂h1 = a_h2 (1 - a_h2)")
    assert codes == ["wrong-index"]


def test_a_chain_with_a_side_that_cannot_be_read_is_reported_once() -> None:
    report = check_text("a.md", f"{FORWARD}\n\n∂E_total/∂w5 = Q5 * 7 = ∂E_total/∂w5\n")
    assert len([finding for finding in report.findings if finding.verdict == "unread"]) == 1


def test_the_stretch_of_a_finding_covers_the_equality_in_a_picture() -> None:
    formula = r"\frac{\partial E_1}{\partial a_{o1}} = {t_1 - a_{o1}}"
    picture = f"![x](https://latex.codecogs.com/gif.latex?{quote(formula, safe='')})"
    text = f"{FORWARD}\n\n{picture}\n"
    (finding,) = [one for one in check_text("a.md", text).findings if one.verdict == "false"]
    covered = text[slice(*finding.span)]
    assert covered.startswith("%5Cfrac")
    assert covered.endswith("%7Bo1%7D%7D")


WHOLE = ("δ^L = (a^L - y) ⊙ σ'(z^L)", "δ^l = ((W^{l+1})^T δ^{l+1}) ⊙ σ'(z^l)")


@pytest.mark.parametrize("line", WHOLE)
def test_equations_between_whole_layers_are_not_judged_and_that_is_said(line: str) -> None:
    report = check_text("a.md", f"{FORWARD}\n\n{line}\n")
    (finding,) = report.findings
    assert (finding.verdict, report.not_read) == ("unread", 1)
    assert "whole layers" in finding.message
    assert "Row(" not in finding.message


def test_targets_of_a_given_softmax_network_sum_to_1() -> None:
    network = network_of(
        sheetgrad.load(
            {
                "name": "softmax",
                "inputs": [0.3, -0.2],
                "targets": [1.0, 0.0, 0.0],
                "loss": "cross_entropy",
                "layers": [{"size": 3, "activation": "softmax", "bias": "each", "initialisation": "uniform"}],
            }
        )
    )
    right = "∂E_total/∂o1 = a_o1 - t1\n\n∂E_total/∂w2 = (a_o1 - t1)*i2\n"
    assert check_text("a.md", right, network=network).counts["true"] == 2
    assert check_text("a.md", right.replace("i2", "i1"), network=network).counts["false"] == 1


def test_who_gives_a_network_for_code_is_told_what_was_not_compared(tmp_path: Path) -> None:
    program = tmp_path / "a.py"
    program.write_text("E = (w*x - t)**2\ndw = 2*(w*x - t)*x\n", encoding="utf-8")
    done = checked([str(program)], sheetgrad.load("class"), Options(), print)
    assert done.code == 0
    assert "judged against: The network of the class" in done.text
    assert "how many neurons its layers have not compared" in done.text

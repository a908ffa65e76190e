"""Texts as textbooks write them: index letters, sums, layers above a name, functions under letters of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgrad.check.document import check_text

HERE = Path(__file__).parent / "textbooks"
TEXTS = sorted(HERE.iterdir())


@pytest.mark.parametrize("path", TEXTS, ids=[path.stem for path in TEXTS])
def test_a_right_text_is_read_and_raises_no_alarm(path: Path) -> None:
    report = check_text(path.name, path.read_text(encoding="utf-8"))
    assert [f"{f.line}: {f.code}: {f.yours}" for f in report.findings if f.verdict in {"false", "slip"}] == []
    assert report.counts["unread"] + report.not_read <= 0.1 * len(report.equalities) + 2
    assert report.gradients or path.stem == "changes-of-weights"
    assert set(report.gradients.values()) <= {"true"}


MISTAKES = (
    ("letters-that-name-layers.md", "(1 - z_j^2)", "(1 - a_j^2)", 0, "pre-activation"),
    ("letters-that-name-layers.md", r"\delta_k z_j", r"\delta_k a_j", 17, "pre-activation"),
    ("plain-sums.md", "∂E/∂y_k = y_k - t_k", "∂E/∂y_k = y_k + t_k", 7, "sign"),
    ("plain-sums.md", "y_k (1 - y_k) a_j", "y_k (1 - y_k) h_j", 8, "pre-activation"),
    ("plain-sums.md", "] a_j (1 - a_j) x_i", "] a_j x_i", 10, "missing-factor"),
    ("linear-regression.md", r"(\hat{y}_i - y_i) x_i", r"(\hat{y}_i - y_i)", 7, ""),
    (
        "linear-regression.md",
        r"\frac{\partial J}{\partial b} = \frac{1}{m}",
        r"\frac{\partial J}{\partial b} = \frac{2}{m}",
        9,
        "",
    ),
    ("layers-above.md", "= a^2_k", "= z^2_k", 15, "pre-activation"),
    ("layers-above.md", r"a^1_k \delta^2_j", r"a^1_k \delta^3_j", 17, ""),
    ("a-function-of-its-own.md", "2(y-t)h_j", "2(y-t)u_j", 7, "pre-activation"),
    ("a-function-of-its-own.md", r"\mathbb{1}[u_j>0]\,x_i", "x_i", 7, "missing-factor"),
    ("changes-of-weights.md", "η δ_k o_j", "η δ_k net_j", 12, "wrong-name"),
    ("softmax.md", r"(p_k - y_k)\, x_j", r"(y_k - p_k)\, x_j", 13, "sign"),
    ("softmax.md", r"p_i(\delta_{ij} - p_j)", "p_i(1 - p_j)", 17, ""),
    (
        "one-hidden-layer.md",
        "∂L/∂w_j = (y − t) v_j (1 − a_j²) x",
        "∂L/∂w_j = (y − t) (1 − a_j²) x",
        12,
        "missing-factor",
    ),
    ("two-layers.tex", r"\delta^{(2)}_1 a^{(1)}_2", r"\delta^{(2)}_1 a^{(1)}_1", 15, "wrong-index"),
    ("letters-that-name-layers.md", r"\delta_k = y_k - t_k", r"\delta_k = y_k + t_k", 11, "sign"),
    ("error-signals.md", "δ2 = (out_o2 - t2)", "δ2 = (out_o2 - t1)", 20, "wrong-index"),
    ("error-signals.md", "dE/dw7 = δ2 out_h1", "dE/dw7 = δ1 out_h1", 24, "wrong-index"),
    ("rectifiers.md", "1[z1>0]", "1[z2>0]", 12, "wrong-index"),
    ("a-table.md", "w5 * out_h1*(1-out_h1) * x1", "w5 * out_h1*(1-out_h1) * x2", 12, "wrong-index"),
    ("logistic-regression.md", r"(\hat y - y) x_1", r"(\hat y - y) x_2", 13, "wrong-index"),
)


@pytest.mark.parametrize(("name", "right", "wrong", "line", "code"), MISTAKES)
def test_a_mistake_in_it_is_found_in_its_line(name: str, right: str, wrong: str, line: int, code: str) -> None:
    text = (HERE / name).read_text(encoding="utf-8")
    assert text.count(right) == 1
    found = [f for f in check_text(name, text.replace(right, wrong)).findings if f.verdict == "false"]
    assert found
    assert not line or {f.line for f in found} == {line}
    assert not code or {f.code for f in found} == {code}


def test_the_order_of_two_indices_is_a_slip() -> None:
    text = (HERE / "layers-above.md").read_text(encoding="utf-8")
    turned = text.replace(r"\frac{\partial C}{\partial w^2_{jk}}", r"\frac{\partial C}{\partial w^2_{kj}}")
    report = check_text("a.md", turned)
    assert {f.code for f in report.findings} == {"index-order"}
    assert report.counts["false"] == 0


def test_members_of_a_family_are_one_finding() -> None:
    from sheetgrad.check.report import rendered

    text = (HERE / "plain-sums.md").read_text(encoding="utf-8").replace("∂E/∂y_k = y_k - t_k", "∂E/∂y_k = t_k - y_k")
    shown = rendered([check_text("a.md", text)], "text", colour=False, reading=False)
    assert shown.count("a.md:7:1") == 1
    assert "wrong for 2 more of its family" in shown


def test_a_letter_that_is_not_summed_over_is_said_to_be_unread() -> None:
    text = (HERE / "plain-sums.md").read_text(encoding="utf-8") + "E = ½ (t_k - y_k)²\n"
    report = check_text("a.md", text)
    assert report.not_read == 1
    assert report.counts["false"] == 0


def test_a_derivative_through_what_was_not_read_is_unread() -> None:
    text = "h = ψ(u)\n\nu = w*x + b\n\ny = v*h\n\nL = (y - t)^2\n\ndL/dv = 2*(y-t)*h\n\ndL/dw = 2*(y-t)*v*x\n"
    report = check_text("a.md", text)
    assert report.counts["false"] == 0
    assert any("made from could not be read" in f.message for f in report.findings)


NUMBERS = "x = 1.5, w = 0.8, b = 0.2, t = 1\n\nz = w*x + b = 1.4\n\na = σ(z) = 0.802\n\nL = ½(a − t)² = 0.0196\n"


@pytest.mark.parametrize(("right", "wrong"), [("1.4", "1.5"), ("0.802", "0.820"), ("0.0196", "0.0391")])
def test_numbers_are_held_against_those_that_the_text_gives(right: str, wrong: str) -> None:
    good, bad = check_text("a.md", NUMBERS), check_text("a.md", NUMBERS.replace(f"= {right}", f"= {wrong}"))
    assert (good.counts["true"], good.counts["false"]) == (6, 0)
    (note,) = bad.findings
    assert (note.verdict, note.yours) == ("note", wrong)
    assert "at the numbers that the text gives" in note.message.lower()


def test_a_number_of_another_moment_is_never_false() -> None:
    text = NUMBERS + "\nNow we raise w to 0.9 and see that L = ½(a − t)² = 0.0171.\n"
    assert check_text("a.md", text).counts["false"] == 0


def test_a_bracket_with_words_in_it_is_no_bracket_of_the_formula() -> None:
    text = (HERE / "error-signals.md").read_text(encoding="utf-8")
    report = check_text("a.md", text + "\ndE/dw5 = δ1 out_h1 (by the chain rule, since do1/dw5 = out_h1)\n")
    assert report.counts["slip"] == report.counts["unread"] == report.counts["false"] == 0


def test_numbers_after_an_update_may_belong_to_a_later_step() -> None:
    text = NUMBERS + "\nw_new = w − 0.1·dL/dw\n\nL = ½(a − t)² = 0.0171\n"
    assert check_text("a.md", text).counts["false"] == 0


def test_addresses_and_physics_raise_nothing() -> None:
    text = "The energy E = ½ m v² of a ball. See https://example.org/?a=b&c=d and w = 3 kg.\n"
    report = check_text("a.md", text)
    assert report.counts["false"] == report.counts["slip"] == 0
    assert not any(judged.left == "a" for judged in report.equalities)


def test_any_letter_may_stand_for_the_rate() -> None:
    text = (HERE / "error-signals.md").read_text(
        encoding="utf-8"
    ) + "\nw6 = w6 - ŋ * δ1 * out_h2\n\nw7 = w7 - ŋ * δ1 * out_h1\n"
    report = check_text("a.md", text)
    assert [f.line for f in report.findings if f.verdict == "false"] == [39]

"""The checker on documents: right ones raise no alarm, planted mistakes are found and named."""

from __future__ import annotations

import random

import pytest
from handwritten import DEFINITIONS, HANDS, LEAVES, Hand, Statement, document, statements

import sheetgrad.network
from sheetgrad.check.document import check_text
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.network import Network
from sheetgrad.check.points import UnknownNameError
from sheetgrad.derivation import FORMS, derive
from sheetgrad.emit.markdown import markdown
from sheetgrad.expr import Partial, Ref, Symbol

JUDGE = Network("template", "the class network", dict(DEFINITIONS), tuple(LEAVES)).points
RIGHT = statements()


@pytest.mark.parametrize("hand", HANDS, ids=[hand.name for hand in HANDS])
def test_a_right_document_raises_no_alarm_in_any_hand(hand: Hand) -> None:
    report = check_text("right.md", document(hand, RIGHT))
    wrong = [f for f in report.findings if f.verdict in {"false", "slip", "unread"}]
    assert not wrong, wrong[:3]
    assert report.counts["true"] == len(RIGHT)
    assert set(report.gradients.values()) == {"true"}
    assert len(report.gradients) == 8


def differs(statement: Statement, wrong: Statement) -> bool:
    """Whether the mistake changes the meaning."""
    left = JUDGE.value(_value(statement.left))
    try:
        return not JUDGE.close(left, JUDGE.value(wrong.right))
    except UnknownNameError:
        return False


def _value(left: object) -> Partial | Ref:
    if isinstance(left, Ref) and left.symbol.name.endswith("_new"):
        weight = Ref(Symbol(left.symbol.name.removesuffix("_new")))
        return weight - Ref(Symbol("eta")) * Partial(Ref(Symbol("E_total")), weight)  # type: ignore[return-value]
    assert isinstance(left, Ref | Partial)
    return left


def mutants() -> list[tuple[str, int, Statement]]:
    """Every mistake of the table planted in every line, wherever it changes the meaning: (code, line, statement)."""
    made = []
    for place, statement in enumerate(RIGHT):
        for code, mistake in MISTAKES.items():
            for value in mistake.make(statement.right, statement.left, DEFINITIONS):
                if code == "wrong-left":
                    if isinstance(value, Partial):
                        wrong = Statement(value, statement.right)
                        made.append((code, place, wrong))
                    continue
                wrong = Statement(statement.left, value)
                if differs(statement, wrong):
                    made.append((code, place, wrong))
    return made


MUTANTS = mutants()
ALIKE = {
    "wrong-left": {"wrong-left", "wrong-index", "wrong-layer", "pre-activation", "wrong-name", "missing-factor"},
    "wrong-index": {"wrong-index", "wrong-gradient", "missing-path", "wrong-left"},
    "missing-factor": {"missing-factor", "missing-path", "missing-rate"},
    "missing-path": {"missing-path"},
    "extra-factor": {"extra-factor", "lost-power"},
    "plus-for-times": {"plus-for-times"},
    "missing-brackets": {"missing-brackets"},
    "sign": {"sign"},
    "half": {"half", "extra-factor"},
    "lost-power": {"lost-power", "missing-factor"},
}


def planted(hand: Hand, place: int, wrong: Statement) -> str:
    return document(hand, [*RIGHT[:place], wrong, *RIGHT[place + 1 :]])


def test_every_mistake_of_the_table_can_be_made() -> None:
    assert {code for code, _, _ in MUTANTS} == set(MISTAKES)


def test_planted_mistakes_are_found_where_they_are_and_called_by_name(mutant_share: int) -> None:
    draw = random.Random(7)  # noqa: S311 -- a sample, no secret
    chosen = draw.sample(MUTANTS, min(mutant_share, len(MUTANTS)))
    found = right_code = 0
    missed = []
    for number, (code, place, wrong) in enumerate(chosen):
        hand = HANDS[number % len(HANDS)]
        report = check_text("planted.md", planted(hand, place, wrong))
        false = [finding for finding in report.findings if finding.verdict == "false"]
        found += bool(false)
        good = any(finding.code in ALIKE.get(code, {code}) for finding in false)
        right_code += good
        if not good:
            missed.append((code, hand.name, str(wrong)[:80], [f.code for f in false]))
    assert found >= 0.995 * len(chosen), missed[:5]
    assert right_code >= 0.95 * len(chosen), missed[:20]


PRESETS = ("class", "mazur", "xor", "rnn", "attention")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("preset", PRESETS)
def test_what_we_derive_ourselves_checks_clean(preset: str, form: str) -> None:
    setup = sheetgrad.network.load(preset)
    notations = ("class", "mazur", "textbook") if setup.notation != "own" else ("own",)
    for notation in notations:
        text = markdown(derive(setup, form=form, notation=notation))
        report = check_text("ours.md", text)
        assert not [f for f in report.findings if f.verdict != "note"], (notation, report.findings[:3])
        assert report.counts["true"] > 15


def test_a_deep_network_with_biases_and_softmax_checks_clean() -> None:
    spec = {
        "name": "deep",
        "inputs": [0.3, -0.2],
        "targets": [1.0, 0.0],
        "loss": "cross_entropy",
        "layers": [
            {"size": 3, "activation": "tanh", "bias": "each", "initialisation": "uniform"},
            {"size": 2, "activation": "sigmoid", "bias": "shared", "initialisation": "uniform"},
            {"size": 2, "activation": "softmax", "bias": "each", "initialisation": "uniform"},
        ],
    }
    for form in FORMS:
        for notation in ("class", "textbook"):
            text = markdown(derive(sheetgrad.network.load(spec), form=form, notation=notation))
            report = check_text("deep.md", text)
            assert not [f for f in report.findings if f.verdict in {"false", "slip"}], (
                form,
                notation,
                report.findings[:3],
            )


SLIPS = {
    "zero for the letter o": ("∂E1/∂a_o1 = a_01 - t1", "zero-for-o"),
    "a bracket of another kind": ("∂a_h2/∂h2 = [a_h2*(1 - a_h2])", "crossed-brackets"),
    "a bracket not closed": ("∂a_h2/∂h2 = a_h2*(1 - a_h2", "bracket"),
    "a lost sign of the derivative": ("∂E1/a_o1 = a_o1 - t1", "lost-partial"),
    "a lost exponent": ("E1 = 1/2*(t1 - a_o1)2", "lost-exponent"),
    "a name one letter off": ("h1 = w1*i_i + w2*i2", "unknown-name"),
}


@pytest.mark.parametrize(("line", "code"), SLIPS.values(), ids=SLIPS)
def test_what_is_right_as_meant_is_a_slip_and_not_false(line: str, code: str) -> None:
    report = check_text("slip.md", document(HANDS[0], RIGHT) + "\n\n" + line + "\n")
    assert [finding.verdict for finding in report.findings] == ["slip"]
    assert report.findings[0].code == code


LOOK_ALIKES = (
    "∂E_total/∂w5 = a_h1*(1 - a_o1)*a_o1*(a_o1 - t1)",
    "∂E_total/∂w5 = -(t1 - a_o1)*a_o1*(1 - a_o1)*a_h1",
    "∂E_total/∂w5 = (a_o1 - t1)*(a_o1 - a_o1^2)*a_h1",
    "∂E_total/∂w5 = a_h1*a_o1*(a_o1 - t1) - a_h1*a_o1^2*(a_o1 - t1)",
    "∂E_total/∂w5 = (a_o1 - t1) a_o1 (1 - a_o1) a_h1",
    "∂a_h1/∂h1 = exp(-h1)/(1 + exp(-h1))^2",
    "∂a_h1/∂h1 = σ'(h1)",
    "E_total = ½(t1 - a_o1)² + ½(t2 - a_o2)²",
    "∂E_total/∂w1 = (∂E1/∂a_h1 + ∂E2/∂a_h1) * ∂a_h1/∂h1 * i1",
    "∂(E1 + E2)/∂w5 = ∂E1/∂w5",
    "∂E2/∂w5 = 0",
    "dE_total/dw5 = d(E1 + E2)/dw5",
    "w5+ = w5 - η * ∂E_total/∂w5",
    "w_i_new = w_i - η * ∂E_total/∂w_i",
    r"$$\frac{\partial E_{total}}{\partial w_5} = \left(a_{o1} - t_1\right) \times a_{o1} \times (1 - a_{o1}) a_{h1}$$",
    "δ_o1 = (a_o1 - t1)*a_o1*(1 - a_o1)\n\n∂E_total/∂w5 = δ_o1*a_h1",
    "w1 = 0.15",
)


@pytest.mark.parametrize("line", LOOK_ALIKES)
def test_right_look_alikes_raise_no_alarm(line: str) -> None:
    report = check_text("alike.md", document(HANDS[0], RIGHT) + "\n\n" + line + "\n")
    assert not report.findings, report.findings


def test_places_are_those_of_the_first_character() -> None:
    text = document(HANDS[0], RIGHT) + "\n\n  ∂E_total/∂w6 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1\n"
    (finding,) = check_text("place.md", text).findings
    assert (finding.line, finding.column) == (text.count("\n"), 3)
    assert finding.place == f"place.md:{finding.line}:3"
    assert finding.code == "wrong-index"
    assert finding.quantity == "dE_total_dw6"
    assert finding.expected == "(a_o1 - t1)*a_o1*(1 - a_o1)*a_h2"
    assert "∂o1/∂w6 is a_h2" in finding.message


def test_a_text_about_no_network_is_not_judged() -> None:
    report = check_text("other.md", "The area is A = l*b and the volume V = A*h.\n\nx1 = 3\n")
    assert not [finding for finding in report.findings if finding.verdict in {"false", "slip"}]


def test_a_network_of_other_widths_is_recognised() -> None:
    lines = [
        "h1 = w1*i1 + w2*i2 + w3*i3",
        "h2 = w4*i1 + w5*i2 + w6*i3",
        "a_h1 = σ(h1)",
        "a_h2 = σ(h2)",
        "o1 = w7*a_h1 + w8*a_h2",
        "a_o1 = σ(o1)",
        "E1 = 1/2*(t1 - a_o1)^2",
        "∂E1/∂w7 = (a_o1 - t1)*a_o1*(1 - a_o1)*a_h1",
        "∂E1/∂w3 = (a_o1 - t1)*a_o1*(1 - a_o1)*w7*a_h1*(1 - a_h1)*i3",
        "∂E1/∂w6 = (a_o1 - t1)*a_o1*(1 - a_o1)*w8*a_h1*(1 - a_h1)*i3",
    ]
    report = check_text("wide.md", "\n\n".join(lines))
    assert [finding.code for finding in report.findings] == ["wrong-index"]
    assert report.counts["true"] == 9


NUMBERS = {
    "h1 = w1*i1 + w2*i2 = 0.15*0.05 + 0.20*0.10 = 0.0275": None,
    "h1 = 0.15*0.05 + 0.20*0.10 = 0.0375": "0.0275",
    "a_h1 = 1/(1 + exp(-0.0275)) = 0.506875": None,
    "a_h1 = 1/(1 + exp(-0.0275)) = 0.5069": None,
    "a_h1 = 1/(1 + exp(-0.0275)) = 0.506815": "0.506875",
    "o1 = 0.4*0.506875 + 0.45*0.510624 = 0.432531": None,
}


@pytest.mark.parametrize(("line", "right"), NUMBERS.items())
def test_numbers_are_checked_to_the_digits_shown(line: str, right: str | None) -> None:
    report = check_text("numbers.md", document(HANDS[0], RIGHT) + "\n\n" + line + "\n")
    false = [finding for finding in report.findings if finding.verdict == "false"]
    assert [finding.expected for finding in false] == ([] if right is None else [right])
    assert all(finding.code == "arithmetic" for finding in false)

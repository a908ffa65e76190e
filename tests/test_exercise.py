"""Exercises: in the numbers of every student, every known mistake changes the printed answer."""

from __future__ import annotations

import math
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sheetgrad
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.classroom.asked import sheet_of
from sheetgrad.classroom.hidden import hidden
from sheetgrad.classroom.key import Exercise, KeyFileError, Planted, Question, Student, load
from sheetgrad.classroom.levels import LEVELS, questions
from sheetgrad.classroom.make import Made, Wishes, make
from sheetgrad.classroom.numbers import numbers_of
from sheetgrad.classroom.proof import prove
from sheetgrad.classroom.rates import rate_that_is_too_large, rises, sticks
from sheetgrad.classroom.students import entries
from sheetgrad.errors import BrokenInvariant, SheetgradError, SpecError, TooLargeError
from sheetgrad.syntax.dialects import DIALECTS
from sheetgrad.syntax.printer import own_name, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetgrad.expr import Expr, Quantity

MANY = os.environ.get("SHEETGRAD_EXAMPLES") == "many"
STUDENTS = 500 if MANY else 10
EXAMPLES = Path(__file__).parent.parent / "examples"


def class_of(count: int) -> Any:
    return entries((f"student {number}", "") for number in range(count))


def made(source: Any = "class", count: int = 1, **wishes: Any) -> Made:
    return make(sheetgrad.load(source), class_of(count), Wishes(**wishes))


# --- the judge: the class network by hand, in plain Python ------------------------------------------


def by_hand(given: Mapping[str, float], rate: float) -> dict[str, float]:
    """Every quantity of the class network, worked out with nothing of ours."""
    v = dict(given)

    def sigmoid(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    v["h1"], v["h2"] = v["w1"] * v["i1"] + v["w2"] * v["i2"], v["w3"] * v["i1"] + v["w4"] * v["i2"]
    v["a_h1"], v["a_h2"] = sigmoid(v["h1"]), sigmoid(v["h2"])
    v["o1"], v["o2"] = v["w5"] * v["a_h1"] + v["w6"] * v["a_h2"], v["w7"] * v["a_h1"] + v["w8"] * v["a_h2"]
    v["a_o1"], v["a_o2"] = sigmoid(v["o1"]), sigmoid(v["o2"])
    v["E1"], v["E2"] = (v["t1"] - v["a_o1"]) ** 2 / 2, (v["t2"] - v["a_o2"]) ** 2 / 2
    v["E_total"] = v["E1"] + v["E2"]
    outer = [(v[f"a_o{k}"] - v[f"t{k}"]) * v[f"a_o{k}"] * (1 - v[f"a_o{k}"]) for k in (1, 2)]
    inner = [
        (outer[0] * v[f"w{4 + j}"] + outer[1] * v[f"w{6 + j}"]) * v[f"a_h{j}"] * (1 - v[f"a_h{j}"]) for j in (1, 2)
    ]
    gradients = [slope * v[f"i{i}"] for slope in inner for i in (1, 2)]
    gradients += [slope * v[f"a_h{j}"] for slope in outer for j in (1, 2)]
    for number, gradient in enumerate(gradients, 1):
        v[f"dE_total_dw{number}"] = gradient
        v[f"w{number}_new"] = v[f"w{number}"] - rate * gradient
    return v | {"eta": rate}


def steps_by_hand(student: Student, rate: float, count: int) -> list[dict[str, float]]:
    found = [by_hand(student.numbers, rate)]
    for _ in range(count):
        last = found[-1]
        found.append(by_hand({**student.numbers, **{f"w{n}": last[f"w{n}_new"] for n in range(1, 9)}}, rate))
    return found


def in_python(node: Expr, sheet: Made) -> Any:
    """A formula as compiled Python over plain names."""
    names = {answer.quantity: answer.name for answer in sheet.sheet.answers.values()}

    def name(quantity: Quantity) -> str:
        return names.get(quantity) or own_name(quantity)

    return compile(written(node, name, DIALECTS["python"]), "a formula", "eval")


def value(code: Any, values: Mapping[str, float]) -> float:
    return float(eval(code, {"exp": math.exp, "max": max, "min": min, "log": math.log}, dict(values)))  # noqa: S307 -- formulas that we have written


def test_for_every_student_every_mistake_of_the_table_changes_the_printed_answer() -> None:
    """500 students in `make prove`, ten in `make test`; planted into every answer of two steps of training."""
    done = made(count=STUDENTS, level="steps")
    exercise = done.exercise
    wrong = {
        question.id: [
            (mistake.code, in_python(mistake.value, done)) for mistake in done.chooser.wrong[question.quantity]
        ]
        for question in exercise.questions
    }
    planted: Counter[str] = Counter()
    for student in exercise.students:
        steps = steps_by_hand(student, exercise.rate, exercise.steps)
        for question in exercise.questions:
            values = steps[question.step]
            right = values[question.quantity]
            assert student.answers[question.id] == pytest.approx(right, rel=1e-9, abs=1e-12)
            shown = float(f"{right:.{exercise.decimals}f}")
            for code, formula in wrong[question.id]:
                planted[code] += 1
                change = abs(value(formula, values) - right)
                assert change > exercise.tolerance, (student.student, question.id, code)
                assert (
                    abs(float(f"{value(formula, values):.{exercise.decimals}f}") - shown)
                    > exercise.tolerance * 1.000001
                )
    assert set(planted) == set(MISTAKES), "every mistake of the table was planted"
    assert not exercise.hidden
    assert min(planted.values()) >= 2 * STUDENTS


def test_no_neuron_of_a_student_is_saturated_and_answers_are_short() -> None:
    done = made(count=40)
    for student in done.exercise.students:
        for name in ("a_h1", "a_h2", "a_o1", "a_o2"):
            assert 0.05 < student.answers[name] < 0.95
        assert all(abs(answer) < 100 for answer in student.answers.values())
        assert all(len(f"{number:g}") <= 4 for number in student.numbers.values())
    assert done.exercise.decimals <= 4


def test_a_student_has_the_same_numbers_whoever_else_is_in_the_class() -> None:
    many = made(count=6).exercise
    one = make(sheetgrad.load("class"), entries([("student 3", "")]), Wishes(digits=many.decimals)).exercise
    assert one.students[0] == many.student("student 3")


def test_students_have_different_numbers_unless_the_same_are_asked_for() -> None:
    apart = made(count=8).exercise.students
    alike = made(count=8, same=True).exercise.students
    assert len({tuple(student.numbers.values()) for student in apart}) == 8
    assert len({tuple(student.numbers.values()) for student in alike}) == 1
    assert made(seed=1).exercise.students[0].numbers != made(seed=2).exercise.students[0].numbers


@pytest.mark.parametrize("source", ["mazur", "xor", EXAMPLES / "residual.toml", EXAMPLES / "logistic.toml", "rnn"])
@pytest.mark.parametrize("level", ["forward", "gradients", "steps"])
def test_other_networks_have_exercises_that_prove_themselves(source: Any, level: str) -> None:
    done = made(source, count=2, level=level)
    for student in done.exercise.students:
        steps = done.steps(student)
        assert prove(done.chooser, done.exercise, steps) > len(done.exercise.questions)
        setup = done.exercise.setup(student)
        losses = sheetgrad.train(setup, steps=2, rate=done.exercise.rate, losses=True).losses or ()
        loss = done.sheet.names.plain(done.sheet.program.loss)
        assert student.answers[loss] == pytest.approx(losses[0], rel=1e-12)
        if level == "steps":
            assert student.answers[f"{loss}@2"] == pytest.approx(losses[2], rel=1e-9)


def test_the_proof_fails_where_a_mistake_does_not_show() -> None:
    done = made(digits=4)
    setup = sheetgrad.load("class")
    steps = done.sheet.steps(numbers_of(setup), 0.5, 0)
    with pytest.raises(BrokenInvariant, match="does not show"):
        prove(done.chooser, done.exercise, steps)


def test_a_rectifier_hides_what_is_the_same_on_both_sides_and_the_key_says_so() -> None:
    spec = sheetgrad.load("class").origin
    layers = [{**spec["layers"][0], "activation": "relu"}, spec["layers"][1]]
    exercise = made({**spec, "layers": layers}).exercise
    assert all("missing-factor" in exercise.hidden[f"dE_total_dw{number}"] for number in range(1, 5))
    assert exercise.hidden["o1"] == ("pre-activation",), "an active one is what goes into it"
    assert "h1" not in exercise.hidden
    assert "E1" not in exercise.hidden


def test_36_of_56_single_index_mistakes_hide_behind_three_decimals_in_the_numbers_of_the_class() -> None:
    """Counted once more, over gradients that are spelled out here."""
    v = by_hand(numbers_of(sheetgrad.load("class")), 0.5)

    def outer(error: str, target: str, slope: str, last: str) -> float:
        return (v[error] - v[target]) * v[slope] * (1 - v[slope]) * v[last]

    def other(name: str) -> str:
        number = int(name[-1]) if name[0] != "w" else int(name[1:])
        return f"{name[:-1]}{number + 1 if number % 2 else number - 1}"

    changes = []
    for k, j in ((1, 1), (1, 2), (2, 1), (2, 2)):
        right = [f"a_o{k}", f"t{k}", f"a_o{k}", f"a_h{j}"]
        for place in range(4):
            wrong = [*right[:place], other(right[place]), *right[place + 1 :]]
            changes.append(abs(outer(*wrong) - outer(*right)))
    for j, i in ((1, 1), (1, 2), (2, 1), (2, 2)):
        right = ["a_o1", "t1", "a_o1", f"w{4 + j}", "a_o2", "t2", "a_o2", f"w{6 + j}", f"a_h{j}", f"i{i}"]

        def inner(names: list[str]) -> float:
            below = v[names[8]] * (1 - v[names[8]]) * v[names[9]]
            return (outer(*names[:4]) + outer(*names[4:8])) * below

        for place in range(10):
            wrong = [*right[:place], other(right[place]), *right[place + 1 :]]
            changes.append(abs(inner(wrong) - inner(right)))
    found = hidden(sheetgrad.load("class"))
    assert (sum(change < 0.001 for change in changes), len(changes)) == (36, 56)
    assert (len(found.hidden), len(found.slips)) == (36, 56)
    assert sorted(abs(slip.wrong - slip.right) for slip in found.slips) == pytest.approx(sorted(changes), abs=1e-15)
    assert str(found).startswith("36 of 56 single-index mistakes move a gradient by less than 0.001")


def test_with_a_large_rate_asked_for_the_loss_rises_or_sticks_at_it() -> None:
    exercise = made(count=3, level="forward", large_rate=True).exercise
    for student in exercise.students:
        assert student.large_rate is not None
        losses = sheetgrad.train(exercise.setup(student), steps=30, rate=student.large_rate, losses=True).losses or ()
        assert rises(losses) or sticks(losses)
    assert rate_that_is_too_large(sheetgrad.load("class")) is None, "its outputs saturate close to their targets"


def test_the_planted_mistake_is_the_only_line_that_does_not_hold() -> None:
    done = made(count=12, level="mistake")
    codes = set()
    for student in done.exercise.students:
        assert student.planted is not None
        asked = [question.id for question in done.chooser.questions]
        assert student.answers["line"] == asked.index(student.planted.question) + 1
        right = steps_by_hand(student, 0.5, 0)[0]
        assert student.answers["number"] == pytest.approx(right[student.planted.question], rel=1e-9)
        codes.add(student.planted.code)
    assert len(codes) >= 5


def test_another_activation_changes_the_hidden_layers_and_another_loss_the_loss() -> None:
    spec = made(level="another").exercise.spec
    assert [layer["activation"] for layer in spec["layers"]] == ["tanh", "sigmoid"]
    spec = made(level="another", loss="squared_error").exercise.spec
    assert spec["loss"] == "squared_error"
    assert [layer["activation"] for layer in spec["layers"]] == ["sigmoid", "sigmoid"]


def test_the_level_of_one_gradient_asks_for_the_weight_that_is_named() -> None:
    sheet = sheet_of(sheetgrad.load("class"))
    assert questions(sheet, "gradient", of="w3")[-1].id == "dE_total_dw3"
    with pytest.raises(SpecError, match="no weight is called 'w9'"):
        questions(sheet, "gradient", of="w9")


def test_every_level_asks_for_more_than_the_one_before() -> None:
    sheet = sheet_of(sheetgrad.load("class"))
    counts = [len(questions(sheet, level)) for level in ("forward", "gradient", "gradients", "steps")]
    assert counts == sorted(set(counts))
    assert set(LEVELS) == {"forward", "gradient", "gradients", "steps", "mistake", "another"}


def test_what_cannot_be_asked_is_refused_in_words() -> None:
    with pytest.raises(TooLargeError, match="give a smaller network"):
        made("iris")
    with pytest.raises(SpecError, match="this network has equations"):
        made(EXAMPLES / "logistic.toml", level="another")
    with pytest.raises(SheetgradError, match="no numbers were found in which every mistake shows"):
        made(digits=1)


def test_what_a_maximum_drops_is_named_and_everything_else_shows() -> None:
    exercise = made(EXAMPLES / "convolution.toml", level="forward").exercise
    assert exercise.hidden
    for name in exercise.hidden:
        assert "max" in (exercise.question(name) or exercise.questions[0]).formula
    spec = {**sheetgrad.load("class").origin, "targets": [1.0, 0.0], "loss": "cross_entropy"}
    layers = [spec["layers"][0], {**spec["layers"][1], "activation": "softmax"}]
    assert "m_o" in made({**spec, "layers": layers}, level="forward").exercise.hidden


# --- the key --------------------------------------------------------------------------------------------


def test_the_key_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    for level in LEVELS:
        exercise = made(count=3, level=level).exercise
        exercise.save(tmp_path / "exercise.toml")
        again = load(tmp_path)
        assert again == exercise
        assert again.setup(again.students[1]).samples == exercise.setup(exercise.students[1]).samples


def test_hostile_names_survive_the_key(tmp_path: Path) -> None:
    names = ['"""', "a\nb", "\x00\x07\x7f", "=1+1", "é😀", "\\u0000", "x" * 999, "[[students]]", "🏴" * 9]
    students = tuple(
        Student(name, f"f{n}", n, {"w1": -0.1, 'a"b': 1e-300}, {"E@1": 2.5}, name, Planted("E", "sign", "-E1"))
        for n, name in enumerate(names)
    )
    asked = (Question("E", "E", 0, "loss", 1.5, "E1 + E2"),)
    exercise = Exercise("n", "t", "forward", "numbers", 0, False, 4, 1e-4, 0.5, 0, {"name": "n"}, asked, students)  # noqa: FBT003 -- the fields in order
    exercise.save(tmp_path / "exercise.toml")
    assert load(tmp_path).students == students


@pytest.mark.parametrize("text", ["", "format = 2", "format = 1", "= broken", "format = 1\nstudents = 3", "\x00"])
def test_what_is_no_key_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "exercise.toml").write_text(text)
    with pytest.raises(KeyFileError, match=r"exercise\.toml: "):
        load(tmp_path)


def test_a_missing_key_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        load(tmp_path / "none.toml")

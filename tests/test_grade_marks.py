"""Marks: a mistake is paid for once, and what follows from it is right."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING

import pytest

import sheetgrad
from sheetgrad.check.document import check_text
from sheetgrad.check.given import network_of
from sheetgrad.classroom.carried import Carried
from sheetgrad.classroom.evidence import evidence
from sheetgrad.classroom.items import Item, items, names_of
from sheetgrad.classroom.make import Made, Wishes, make
from sheetgrad.classroom.marks import Evidence, marks, total
from sheetgrad.classroom.rubric import Rubric, is_late, rubric, rubric_of
from sheetgrad.classroom.students import Entry
from sheetgrad.errors import SpecError
from sheetgrad.functions import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from sheetgrad.classroom.key import Question, Student
    from sheetgrad.expr import Expr

CLASS = sheetgrad.load("class")
NAMES = names_of(CLASS)
SLOPE_1, SLOPE_2 = "(a_o1 - t1)*a_o1*(1 - a_o1)", "(a_o2 - t2)*a_o2*(1 - a_o2)"
THROUGH_H1 = f"{SLOPE_1}*w5 + {SLOPE_2}*w7"
WRONG_H1 = f"{SLOPE_1}*w6 + {SLOPE_2}*w7"


def standings(text: str) -> dict[str, tuple[str, str]]:
    """How each quantity of a text stands, and the place of the mistake that it follows from."""
    report = check_text("a.md", text, network=network_of(CLASS))
    found = [one for one in evidence(report, "a.md", NAMES) if one.kind == "equations"]
    return {one.name: (one.standing, one.after) for one in found}


# --- texts: follow-through --------------------------------------------------------------------------


def test_a_later_formula_that_carries_a_mistake_on_is_right_after_it() -> None:
    found = standings(
        f"∂E_total/∂a_h1 = {WRONG_H1}\n\n∂E_total/∂w1 = ({WRONG_H1})*a_h1*(1 - a_h1)*i1\n\n"
        f"∂E_total/∂w2 = ({WRONG_H1})*a_h1*(1 - a_h1)*i2\n"
    )
    assert found == {
        "dE_total_da_h1": ("wrong", ""),
        "dE_total_dw1": ("followed", "a.md, line 1"),
        "dE_total_dw2": ("followed", "a.md, line 1"),
    }


def test_a_later_formula_with_a_mistake_of_its_own_is_wrong() -> None:
    found = standings(f"∂E_total/∂a_h1 = {WRONG_H1}\n\n∂E_total/∂w1 = ({WRONG_H1})*a_h2*(1 - a_h1)*i1\n")
    assert found["dE_total_dw1"][0] == "wrong"


def test_the_same_formula_without_the_mistake_above_it_is_wrong() -> None:
    """What makes it right is that the mistake was made before; alone it is one."""
    assert standings(f"∂E_total/∂w1 = ({WRONG_H1})*a_h1*(1 - a_h1)*i1\n")["dE_total_dw1"][0] == "wrong"


def test_a_mistake_that_was_put_right_excuses_nothing() -> None:
    found = standings(
        f"∂E_total/∂a_h1 = {WRONG_H1}\n\n∂E_total/∂a_h1 = {THROUGH_H1}\n\n"
        f"∂E_total/∂w1 = ({WRONG_H1})*a_h1*(1 - a_h1)*i1\n"
    )
    assert found["dE_total_da_h1"][0] == "right"
    assert found["dE_total_dw1"][0] == "wrong"


def test_the_same_wrong_line_twice_is_not_right_the_second_time() -> None:
    assert standings(f"∂E_total/∂w5 = {SLOPE_1}*a_h2\n\n∂E_total/∂w5 = {SLOPE_1}*a_h2\n")["dE_total_dw5"][0] == "wrong"


def test_a_wrong_link_of_the_chain_is_carried_on() -> None:
    found = standings(
        f"∂a_h1/∂h1 = a_h2*(1 - a_h1)\n\n∂E_total/∂a_h1 = {THROUGH_H1}\n\n"
        f"∂E_total/∂w1 = ∂E_total/∂a_h1 * ∂a_h1/∂h1 * ∂h1/∂w1 = ({THROUGH_H1})*a_h2*(1 - a_h1)*i1\n"
    )
    assert found["da_h1_dh1"][0] == "wrong"
    assert found["dE_total_dw1"] == ("followed", "a.md, line 1")


def test_a_wrong_forward_equation_is_carried_into_the_gradients() -> None:
    found = standings(
        "o1 = w5*a_h1 + w6*a_h1\n\n"  # both weights multiply a_h1
        f"∂E_total/∂w6 = {SLOPE_1}*a_h1\n\n∂E_total/∂w5 = {SLOPE_1}*a_h1\n"
    )
    assert found["o1"][0] == "wrong"
    assert found["dE_total_dw6"] == ("followed", "a.md, line 1")
    assert found["dE_total_dw5"][0] == "right"


def test_an_update_with_the_wrong_gradient_written_out_follows_from_it() -> None:
    found = standings(f"∂E_total/∂w5 = {SLOPE_1}*a_h2\n\nw5_new = w5 - η*{SLOPE_1}*a_h2\n")
    assert found["w5_new"] == ("followed", "a.md, line 1")


def test_a_formula_with_its_number_behind_it_is_judged_by_the_formula() -> None:
    found = standings(f"∂E_total/∂w5 = {SLOPE_1}*a_h2 = 0.0822\n\n∂E_total/∂w6 = {SLOPE_1}*a_h2 = 0.0825\n")
    assert (found["dE_total_dw5"][0], found["dE_total_dw6"][0]) == ("wrong", "right")


# --- points -----------------------------------------------------------------------------------------

TWO = (Item("equations", "a", "a", 2.0), Item("equations", "b", "b", 4.0))


def given(rules: Rubric, *found: Evidence) -> list[float]:
    return [mark.points for mark in marks(TWO, found, rules)]


def one(name: str, standing: str, **more: str) -> Evidence:
    return Evidence("equations", name, standing, **more)  # type: ignore[arg-type]


def test_points_follow_the_rubric() -> None:
    wrong = one("b", "wrong", code="sign", sign="sign + for -")
    assert given(Rubric(), one("a", "right"), wrong) == [2, 0]
    assert given(Rubric(mistakes=(("sign", 0.25),)), one("a", "followed"), wrong) == [2, 3]
    assert given(Rubric(mistakes=(("*", 0.5),)), one("a", "slip", code="zero-for-o"), wrong) == [2, 2]
    assert given(Rubric(mistakes=(("slip", 0.5),)), one("a", "slip", code="zero-for-o")) == [1, 0]
    assert given(Rubric(follow_through=False), one("a", "followed"), one("b", "right")) == [0, 4]


def test_the_same_mistake_again_costs_its_share() -> None:
    same = {"code": "sign", "sign": "sign + for -"}
    found = (one("a", "wrong", **same), one("b", "wrong", **same))
    assert given(Rubric(repeated=1.0), *found) == [0, 0]
    assert given(Rubric(repeated=0.25), *found) == [0, 3]
    assert given(Rubric(repeated=0.0), one("a", "wrong", **same), one("b", "wrong", code="sign", sign="other")) == [
        0,
        0,
    ]


def test_of_several_files_the_best_counts() -> None:
    assert given(Rubric(), one("a", "wrong"), one("a", "right"), one("b", "unread")) == [2, 0]


def test_coming_late_never_gives_less_than_nothing() -> None:
    assert total(marks(TWO, [one("a", "right")], Rubric()), late=5) == 0
    assert total(marks(TWO, [one("a", "right")], Rubric()), late=0.5) == 1.5


def test_patterns_name_quantities_of_the_network_and_the_first_that_fits_counts() -> None:
    rules = rubric_of({"equations": {"dE_total_dw5": 3, "dE_total_dw?": 1}, "method": {"chain-rule": 2}})
    found = {item.name: item.points for item in items(rules, NAMES)}
    assert found == {f"dE_total_dw{n}": (3.0 if n == 5 else 1.0) for n in range(1, 9)} | {"chain-rule": 2.0}


def test_without_a_rubric_every_gradient_of_a_weight_gives_a_point() -> None:
    names = names_of(sheetgrad.load("xor"))
    assert [item.name for item in items(Rubric(), names)] == list(names.gradients)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"equation": {}}, "did you mean 'equations'"),
        ({"mistakes": {"sing": 0.5}}, "is not known"),
        ({"mistakes": {"sign": 2}}, "from 0 to 1"),
        ({"method": {"charts": 1}}, "chain-rule"),
        ({"teacher": {"chart": -1}}, "from 0"),
        ({"teacher": {"chart": float("nan")}}, "from 0"),
        ({"due": "tomorrow"}, "without quotes"),
        ({"repeated": True}, "from 0 to 1"),
        ({"columns": 3}, r"write \[columns\]"),
        ({"follow_through": 1}, "neither true nor false"),
    ],
)
def test_a_rubric_says_what_is_wrong_with_it(given_: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        rubric_of(given_)


def test_a_rubric_that_names_what_the_network_lacks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rubric.toml"
    path.write_text('[equations]\n"dE_total_dw99" = 1\n[answers]\nx = 1\n')
    with pytest.raises(SpecError) as error:
        items(rubric(path), NAMES)
    assert [problem.place for problem in error.value.problems] == ["[equations] 'dE_total_dw99'", "[answers] 'x'"]


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        ("2026-11-27T22:58:59+00:00", False),
        ("2026-11-27T23:59:01+01:00", True),
        ("2026-11-28 00:00:00 Z", True),
        ("2026-11-20 10:00:00 UTC", False),
        ("2026-11-27 23:58:00 +0100", False),
        ("", False),
        ("yesterday", False),
    ],
)
def test_late_is_after_the_due_moment_in_whatever_time_zone(moment: str, late: bool) -> None:  # noqa: FBT001 -- a table
    rules = rubric_of({"due": datetime.fromisoformat("2026-11-27T23:59:00+01:00")})
    assert is_late(moment, rules.due) is late


# --- numbers: exactly the planted mark is lost ------------------------------------------------------

MANY = os.environ.get("SHEETGRAD_EXAMPLES") == "many"
STUDENTS = 500 if MANY else 4
TRIED = 3 if MANY else 1
"""Mistakes of each question that are planted, for each student; over the students every one has its turn."""


@cache
def made_for(level: str, preset: str) -> Made:
    count = STUDENTS if level == "gradients" else max(2, STUDENTS // 10)
    return make(
        sheetgrad.load(preset),
        [Entry(f"s{n:03}", f"Name {n}", f"s{n:03}") for n in range(count)],
        Wishes(level=level),
    )


def filled(
    made: Made, student: Student, question: Question | None = None, wrong: Expr | None = None
) -> dict[str, float]:
    """What a student writes who makes one mistake and carries its number on, or none: rounded only on paper."""
    exercise, sheet = made.exercise, made.sheet
    right = made.steps(student)
    wanted = {(one.quantity, one.step): one.id for one in exercise.questions}
    names = {answer.quantity: answer.name for answer in sheet.answers.values()}
    given_ = sheet.given(student.numbers, exercise.rate)
    answers = {}
    for step in range(made.chooser.steps + 1):
        found: dict[Expr, float] = dict(given_)
        for target, value in sheet.order:
            name = wanted.get((names.get(target, ""), step))  # type: ignore[call-overload]
            is_wrong = question is not None and wrong is not None and name == question.id
            found[target] = evaluate(wrong, {**right[step], **found}) if is_wrong and wrong else evaluate(value, found)
            if name is not None and isfinite(found[target]):  # nobody writes down the logarithm of a negative number
                answers[name] = float(exercise.printed(found[target]))
        given_ = {**given_, **{before: found[after] for before, after in sheet.following.items()}}
    return answers


@pytest.mark.parametrize(
    ("level", "preset"), [("gradients", "class"), ("steps", "class"), ("gradients", "xor"), ("gradients", "mazur")]
)
def test_the_key_gets_full_marks(level: str, preset: str) -> None:
    made = made_for(level, preset)
    carried = Carried(made.exercise)
    for student in made.exercise.students:
        found = carried.judged(student, filled(made, student))
        assert set(found) == {question.id for question in made.exercise.questions}
        assert all(one.right and not one.after for one in found.values())


@pytest.mark.parametrize(
    ("level", "preset"), [("gradients", "class"), ("steps", "class"), ("gradients", "xor"), ("gradients", "mazur")]
)
def test_one_planted_mistake_loses_exactly_its_mark(level: str, preset: str) -> None:
    made = made_for(level, preset)
    carried = Carried(made.exercise)
    count = 0
    for place, student in enumerate(made.exercise.students):
        for question in made.exercise.questions:
            known = made.chooser.shown(question.quantity)
            for number in range(min(TRIED, len(known))):
                wrong = known[(place * TRIED + number) % len(known)]
                answers = filled(made, student, question, wrong.value)
                found = carried.judged(student, answers)
                lost = [name for name, answer in found.items() if not answer.right]
                assert lost == [question.id] * (question.id in answers), f"{student.student} {question.id} {wrong.code}"
                count += 1
    assert count >= len(made.exercise.students) * len(made.exercise.questions)

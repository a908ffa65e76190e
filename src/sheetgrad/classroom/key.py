"""The key of an exercise: which numbers each student has, what is asked, and what is right.

`exercise.toml` holds it. It is written when the sheets are made and read when they
are graded, and it says everything: with the key alone the same sheets can be made again.

    questions   what is asked of everybody: an id, a quantity, its formula, its points
    students    for each: the folder, the seed, the numbers of the network, the answers

The id of a question is the plain name of its quantity (`a_h1`, `dE_total_dw5`, `w5_new`);
after an update it carries the step (`E_total@1`). A number is printed with `decimals` digits
behind the point, and an answer is right within `tolerance` of what is printed.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgrad.classroom.toml import as_toml
from sheetgrad.errors import Problem, SheetgradError, SpecError
from sheetgrad.files import replacing

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from sheetgrad.setup import Setup

FILE = "exercise.toml"
FORMAT = 1
"""The layout of the file; a number that we do not know is refused."""
LARGEST = 200_000_000
HEAD = """# The key of an exercise: who has which numbers, and what is right. It is not for the students.
# Written by `sheetgrad exercise`, read by `sheetgrad grade`.
"""


class KeyFileError(SheetgradError):
    """A file that is no key of an exercise; says where and why."""


class Question(NamedTuple):
    """One thing that is asked of every student."""

    id: str
    """The plain name of the quantity; with `@2` behind it after two updates."""
    quantity: str
    """The plain name: `dE_total_dw5`."""
    step: int
    """How many updates have been made."""
    role: str
    """forward, loss, backward or update."""
    points: float
    formula: str
    """What is right, as a line of text under the notation's plain names: `w1*i1 + w2*i2`."""


class Planted(NamedTuple):
    """The mistake to be found, where the exercise is to find one."""

    question: str
    """The id of the line that is wrong."""
    code: str
    """Which mistake of the table it is."""
    formula: str
    """What stands there."""


@dataclass(frozen=True, slots=True)
class Student:
    """One student's numbers and answers."""

    student: str
    """As the class list has it."""
    folder: str
    """The name of the folder with the sheets."""
    seed: int
    """What the numbers were drawn from."""
    numbers: Mapping[str, float]
    """Inputs, targets and starting weights, by plain name."""
    answers: Mapping[str, float]
    """Right answers with all their digits, by the question's id."""
    name: str = ""
    """The column `name` of the class list, where there is one."""
    planted: Planted | None = None
    large_rate: float | None = None
    """A learning rate at which the loss rises or sticks, where one was asked for."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A whole exercise, as exercise.toml holds it."""

    name: str
    title: str
    level: str
    """One of `levels.LEVELS`."""
    blanks: str
    """What is left out of the worksheet: numbers, factors or equations."""
    seed: int
    same: bool
    """Whether everybody has the same numbers."""
    decimals: int
    """Digits behind the point of every printed answer."""
    tolerance: float
    """How far an answer may be from the printed one and still be right."""
    rate: float
    """The learning rate."""
    steps: int
    """How many updates are made by hand."""
    spec: Mapping[str, Any]
    """The network as a spec of one sample; the numbers in it are those before any were drawn."""
    questions: tuple[Question, ...]
    students: tuple[Student, ...]
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Mistakes that may stay unseen, because there they often change nothing; by the question's id, empty as a rule."""

    @property
    def points(self) -> float:
        """What all questions are worth."""
        return sum(question.points for question in self.questions)

    def printed(self, value: float) -> str:
        """A number as the sheets print it.

        >>> Exercise("", "", "", "", 0, False, 4, 1e-4, 0.5, 0, {}, (), ()).printed(-0.00001)
        '0.0000'
        """
        text = f"{value:.{self.decimals}f}"
        return text.removeprefix("-") if not float(text) else text

    def is_right(self, answer: float, value: float) -> bool:
        """Whether an answer agrees with the right value, as far as that is printed."""
        return abs(answer - float(self.printed(value))) <= self.tolerance * (1 + 1e-6)

    def question(self, name: str) -> Question | None:
        """The question with this id."""
        return next((question for question in self.questions if question.id == name), None)

    def student(self, name: str) -> Student | None:
        """The student of this identifier."""
        return next((student for student in self.students if student.student == name), None)

    def setup(self, student: Student) -> Setup:
        """The network with this student's numbers."""
        from sheetgrad import network
        from sheetgrad.classroom.numbers import with_numbers

        return with_numbers(network.load({**self.spec, "learning_rate": self.rate}), student.numbers)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, whole or not at all.

        Raises:
            CannotWriteError: it cannot be written.
        """
        with replacing(path) as file:
            file.write(self.text())

    def text(self) -> str:
        """What the file holds."""
        table = {"format": FORMAT, **asdict(self)}
        table["questions"] = [question._asdict() for question in self.questions]
        table["students"] = [
            asdict(replace(student, planted=None)) | {"planted": student.planted and student.planted._asdict()}
            for student in self.students
        ]
        return HEAD + as_toml(table)


def load(path: str | os.PathLike[str]) -> Exercise:
    """The exercise in a file; a folder stands for the `exercise.toml` in it.

    Raises:
        KeyFileError: there is no such file, or it is not the key of an exercise.
    """
    place = Path(path)
    if place.is_dir():
        place /= FILE
    table = _table(place)
    if table.get("format") != FORMAT:
        message = f"{place}: is no key of an exercise that this version reads; `sheetgrad exercise` writes one"
        raise KeyFileError(message)
    try:
        return _exercise(table)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{place}: is no whole key of an exercise ({error}); make it again with `sheetgrad exercise`"
        raise KeyFileError(message) from error


def _table(place: Path) -> dict[str, Any]:
    try:
        if place.stat().st_size > LARGEST:
            message = f"{place}: is too large for a key; {LARGEST // 1_000_000} MB is the most"
            raise KeyFileError(message)
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{place}: cannot be read ({error.strerror}); give the {FILE} that `sheetgrad exercise` wrote"
        raise KeyFileError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{place}: is not TOML: {error}; make it again with `sheetgrad exercise`"
        raise KeyFileError(message) from error


def _exercise(table: dict[str, Any]) -> Exercise:
    rest = {key: value for key, value in table.items() if key != "format"}
    rest["questions"] = tuple(Question(**question) for question in table["questions"])
    rest["students"] = tuple(map(_student, table["students"]))
    rest["hidden"] = {key: tuple(codes) for key, codes in table.get("hidden", {}).items()}
    return Exercise(**rest)


def _student(table: dict[str, Any]) -> Student:
    planted = table.pop("planted", None)
    return Student(**table, planted=Planted(**planted) if planted else None)


def refuse(place: str, wrong: str, remedy: str) -> SpecError:
    """An error about what an exercise was asked for."""
    return SpecError((Problem(place, wrong, remedy),))

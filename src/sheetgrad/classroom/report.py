"""What making an exercise came to, for the teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheetgrad.classroom.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sheetgrad.classroom.make import Made


@dataclass(frozen=True, slots=True)
class Report:
    """What was made, and what was proved."""

    level: str
    students: int
    questions: int
    points: float
    decimals: int
    mistakes: int
    """Made in the answers of each student, every one seen to change what is printed."""
    hidden: Mapping[str, Sequence[str]]
    folder: Path
    files: int

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "level": self.level,
            "students": self.students,
            "questions": self.questions,
            "points": self.points,
            "decimals": self.decimals,
            "mistakes": self.mistakes,
            "hidden": {name: list(codes) for name, codes in self.hidden.items()},
            "folder": str(self.folder),
            "files": self.files,
        }

    def __str__(self) -> str:
        """A few lines."""
        who = f"{self.students:,} student{'s' if self.students != 1 else ''}"
        proved = (
            f"Answers have {self.decimals} digits behind the point. Each of {self.mistakes:,} known mistakes, "
            "made for each student, changes what is printed."
        )
        head = f"{LEVELS[self.level].title}: {self.questions} questions, {self.points:g} points, for {who}"
        lines = [head, proved]
        if self.hidden:
            some = ", ".join(f"{name} ({', '.join(codes)})" for name, codes in list(self.hidden.items())[:MOST_NAMED])
            lines.append(f"These may stay unseen, because there they often change nothing: {some}.")
        return "\n".join([*lines, f"written: {self.files:,} files in {self.folder}", f"the key: {self.folder / KEY}"])


MOST_NAMED = 6
KEY = "exercise.toml"


def report(made: Made, folder: Path, files: Sequence[Path]) -> Report:
    """The report on an exercise that has been written."""
    exercise = made.exercise
    count = sum(len(made.chooser.shown(question.quantity)) for question in made.chooser.questions)
    return Report(
        exercise.level,
        len(exercise.students),
        len(exercise.questions),
        exercise.points,
        exercise.decimals,
        count,
        exercise.hidden,
        folder,
        len(files),
    )

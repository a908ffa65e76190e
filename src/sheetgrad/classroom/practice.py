"""Practice on one's own, in a terminal: a question, a try, a hint, and what a wrong answer betrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetgrad.check.codes import entry
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.page import rules
from sheetgrad.classroom.paper import paper
from sheetgrad.classroom.proof import distractors
from sheetgrad.classroom.readme import number_in
from sheetgrad.emit.screen import screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetgrad.classroom.key import Question
    from sheetgrad.classroom.make import Made
    from sheetgrad.classroom.paper import Item

    Ask = Callable[[str], "str | None"]
    Say = Callable[[str], None]

TRIES = 3
HELP = "Type a number. ? gives a hint, an empty line passes on to the next question, q ends."


class Score(NamedTuple):
    """How a practice went."""

    right: int
    first: int
    """Right at the first try."""
    asked: int

    def __str__(self) -> str:
        """One line."""
        return f"{self.right} of {self.asked} right, {self.first} at the first try"


def practise(made: Made, ask: Ask, say: Say) -> Score:
    """Ask every question of the first student; `ask` gives a line, or None when there is no more.

    A wrong answer gets the hint of the mistake that leads to it; the second time the mistake is
    explained; after the third try the answer is shown.
    """
    round_ = _Practice(made, ask, say)
    right = first = asked = 0
    for item, question in zip(round_.paper.items, made.exercise.questions, strict=True):
        tries = round_.question(item, question)
        if tries is None:
            break
        asked += 1
        right += tries > 0
        first += tries == 1
    score = Score(right, first, asked)
    say(f"\n{score}")
    return score


class _Practice:
    def __init__(self, made: Made, ask: Ask, say: Say) -> None:
        self.made, self.ask, self.say = made, ask, say
        student = made.exercise.students[0]
        self.paper = paper(made, student)
        self.steps = made.steps(student)
        given = ", ".join(f"{screen(name, self.paper.names)} = {value}" for name, value in self.paper.given)
        say(f"{LEVELS[made.exercise.level].title}. {made.exercise.title}\n\nGiven: {given}\n")
        say(f"{' '.join(rules(self.paper))}\n{HELP}")

    def question(self, item: Item, question: Question) -> int | None:
        """How many tries it took; 0 where it was not found, None where the practice ends."""
        name = screen(item.quantity, self.paper.names)
        after = f", after {question.step} update{'s' if question.step > 1 else ''}" if question.step else ""
        self.say(f"\n({item.number}) {name}{after}")
        hints = 0
        tries = 0
        while tries < TRIES:
            line = self.ask("> ")
            if line is None or line.strip().casefold() in {"q", "quit"}:
                return None
            text = line.strip()
            if not text:
                break
            if text == "?":
                hints += 1
                self.say(self.hint(item, hints))
                continue
            number = number_in(text)
            if number is None:
                self.say(HELP)
                continue
            tries += 1
            if self.made.exercise.is_right(number, self.right(question)):
                self.say("Right.")
                return tries
            self.say(self.betrayed(number, question, tries))
        self.say(f"It is {item.printed}: {name} = {screen(item.right, self.paper.names)}")
        return 0

    def right(self, question: Question) -> float:
        return self.made.exercise.students[0].answers[question.id]

    def hint(self, item: Item, count: int) -> str:
        """First what to look at, then the formula."""
        name = screen(item.quantity, self.paper.names)
        if count == 1:
            return HINTS.get(self.made.exercise.questions[item.number - 1].role, "Look at the equation again.")
        return f"{name} = {screen(item.right, self.paper.names)}"

    def betrayed(self, number: float, question: Question, tries: int) -> str:
        """What a wrong answer says of how it came about: a hint the first time, the mistake by name then."""
        exercise = self.made.exercise
        for wrong in distractors(self.made.chooser, question, self.steps):
            if exercise.is_right(number, wrong.value):
                words = entry(wrong.code)
                if tries == 1:
                    return f"Not yet. {words.how_to_see or words.meaning}"
                return f"Not yet: this is what comes out by the mistake {words.code}. {words.title}: {words.meaning}"
        return "Not yet. ? gives a hint." if tries == 1 else "Not yet. Compute it again with all digits."


HINTS = {
    "forward": "A weighted sum has one product for every arrow that arrives; an activation is the function of its sum.",
    "loss": "Compare the target with the output, as the loss is defined.",
    "backward": "List every way from the weight up to the loss. Each is a product of slopes; the ways add up.",
    "update": "The old weight minus the learning rate times its own gradient.",
}
"""What to look at first, by what a question is about."""

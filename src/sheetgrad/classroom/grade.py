"""Grading a whole class: find the hand-ins, grade them in parallel, write the report.

Every hand-in is done when its own file in the folder `.graded` is written, the last
of its files; a run that is started again with `resume` goes on from there, and the
report is the same to the last byte.
"""

from __future__ import annotations

import hashlib
import os
import queue
import re
import threading
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetgrad.check.bounds import can_ring
from sheetgrad.check.given import network_of
from sheetgrad.check.one import LIMIT
from sheetgrad.check.worker import Ended, Process, parts
from sheetgrad.classroom.feedback import feedback
from sheetgrad.classroom.graded import Graded
from sheetgrad.classroom.grades import write_grades
from sheetgrad.classroom.handins import STORE, Found, hand_ins
from sheetgrad.classroom.items import items, names_of
from sheetgrad.classroom.judging import PAGES, RESULTS, Grader, Plan, Task
from sheetgrad.classroom.roster import Roster
from sheetgrad.classroom.rubric import Rubric
from sheetgrad.classroom.whole import GRADES, OVERVIEW, Class
from sheetgrad.errors import SheetgradError
from sheetgrad.files import CannotWriteError, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from sheetgrad.classroom.feedback import Level
    from sheetgrad.classroom.key import Exercise
    from sheetgrad.setup import Setup

    Progress: TypeAlias = Callable[[int, int, str], None]

MOST_JOBS = 8
FEW = 4
"""Up to so many hand-ins, further processes are not worth their start."""
WHOLE = 240.0
"""Seconds that one hand-in may take with all its files."""


def plan_of(  # noqa: PLR0917 -- the same as grade()
    folder: str | os.PathLike[str],
    exercise: Exercise | None = None,
    given: Rubric | None = None,
    setup: Setup | None = None,
    students: dict[str, tuple[str, ...]] | None = None,
    level: Level = "explain",
    limit: float = LIMIT,
    *,
    resume: bool = False,
) -> Plan:
    """What a class is graded by.

    Raises:
        SheetgradError: neither a key nor a network says what is right.
        SpecError: the rubric names what the network does not have.
    """
    from sheetgrad.classroom.answers import items_of

    if exercise is not None:
        from sheetgrad import network

        setup = network.load({**exercise.spec, "learning_rate": exercise.rate})
    if setup is None:
        message = (
            "what is right is not known; give the key with --key exercise.toml, or the network with --network SPEC"
        )
        raise SheetgradError(message)
    worth = given or Rubric()
    names = names_of(setup)
    roster = students or (
        {} if exercise is None else {one.student: (one.folder, one.name) for one in exercise.students}
    )
    plan = Plan(
        os.fspath(folder),
        worth,
        items(worth, names, () if exercise is None else items_of(exercise)),
        names,
        parts(network_of(setup)),
        worth.title or (exercise.title if exercise else "") or setup.title,
        level,
        roster,
        exercise,
        limit,
        resume=resume,
    )
    return plan._replace(stamp=_stamp(plan))


def _stamp(plan: Plan) -> str:
    """Changes with everything that decides marks and pages, the program itself among it."""
    from importlib.metadata import version

    source = hashlib.sha256(version("sheetgrad").encode())
    for path in sorted(Path(__file__).parent.parent.rglob("*.py")):
        status = path.stat()
        source.update(f"{path.name} {status.st_size} {status.st_mtime_ns}".encode())
    exercise = "" if plan.exercise is None else plan.exercise.text()
    made = f"{plan.rubric}\0{plan.items}\0{plan.network[1:3]}\0{plan.level}\0{plan.title}\0{plan.roster}\0{exercise}"
    return hashlib.sha256(f"{source.hexdigest()}\0{made}".encode(errors="replace")).hexdigest()


def grade(
    words: Iterable[str | os.PathLike[str]], plan: Plan, *, jobs: int | None = None, progress: Progress | None = None
) -> Class:
    """Grade every hand-in in the folders and zips, and write the report to the plan's folder.

    `progress` is called with the hand-ins done, those in all, and the label of one. One
    that cannot be read, takes too long or ends its process is listed with the reason.

    Raises:
        CannotWriteError: the folder of the report cannot be written to.
    """
    return grade_found(hand_ins(words, Roster(plan.roster)), plan, jobs=jobs, progress=progress)


def grade_found(found: Found, plan: Plan, *, jobs: int | None = None, progress: Progress | None = None) -> Class:
    """The same for hand-ins that were found already.

    Raises:
        CannotWriteError: the folder of the report cannot be written to.
    """
    folder = Path(plan.folder)
    _prepare(folder, resume=plan.resume)
    tasks = _tasks(found)
    done = _all(tasks, plan, _jobs(len(tasks)) if jobs is None else jobs, progress or (lambda _done, _all, _what: None))
    whole = _class(done, found, plan)
    from sheetgrad.classroom.overview import overview

    write_grades(folder / GRADES, whole)
    with replacing(folder / OVERVIEW) as file:
        file.write(overview(whole))
    return whole


def _prepare(folder: Path, *, resume: bool) -> None:
    """Make the folders; what an earlier run left is removed unless this one goes on from it."""
    try:
        for name in (PAGES, RESULTS, STORE):
            (folder / name).mkdir(parents=True, exist_ok=True)
            for old in () if resume else (folder / name).iterdir():
                if old.suffix in {".html", ".json"}:
                    old.unlink()
    except OSError as problem:
        message = f"{folder}: cannot be written to ({problem.strerror}); give another folder with -o"
        raise CannotWriteError(message) from problem


def _tasks(found: Found) -> list[Task]:
    """A page name for every hand-in, each once."""
    taken: set[str] = set()
    tasks = []
    for hand_in in found.hand_ins:
        name = slug(hand_in.student or hand_in.label)
        page, number = name, 1
        while page.casefold() in taken:
            number += 1
            page = f"{name}-{number}"
        taken.add(page.casefold())
        tasks.append(Task(hand_in, page))
    return tasks


def slug(name: str) -> str:
    """A name as that of a file: letters and digits of any script, the rest as hyphens.

    >>> slug("Doe, Jane (../etc)")
    'Doe-Jane-etc'
    """
    bare = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w]+", "-", bare).strip("-_")[:80] or "hand-in"


# --- many at a time ---------------------------------------------------------------------------------


def _jobs(count: int) -> int:
    return 1 if count <= FEW else min(os.cpu_count() or 1, MOST_JOBS, count)


def _all(tasks: Sequence[Task], plan: Plan, jobs: int, say: Progress) -> list[Graded]:
    if jobs <= 1 and can_ring():
        grader = Grader(plan)
        made = []
        for number, task in enumerate(tasks, 1):
            made.append(graded(grader, task))
            say(number, len(tasks), task.hand_in.label)
        return made
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(tasks)):
        waiting.put(number)
    answers: queue.SimpleQueue[tuple[int, Graded | BaseException]] = queue.SimpleQueue()
    workers = [Process(WORKER, plan, WHOLE) for _ in range(max(1, min(jobs, len(tasks))))]
    threads = [threading.Thread(target=_serve, args=(w, tasks, plan, waiting, answers), daemon=True) for w in workers]
    done: dict[int, Graded] = {}
    try:
        for thread in threads:
            thread.start()
        while len(done) < len(tasks):
            number, answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            done[number] = answer
            say(len(done), len(tasks), tasks[number].hand_in.label)
    finally:
        for worker in workers:
            worker.stop()
    return [done[number] for number in range(len(tasks))]


WORKER = "sheetgrad.classroom.worker"


def graded(grader: Grader, task: Task) -> Graded:
    """One hand-in graded, or listed with the reason why it could not be: it stops no other.

    Raises:
        CannotWriteError: the report cannot be written to.
    """
    try:
        return grader.grade(task)
    except CannotWriteError:
        raise
    except (SheetgradError, OSError, MemoryError) as problem:
        return given_up(task, grader.plan, str(problem) or "needs more memory than there is")
    except Exception as problem:  # noqa: BLE001 -- a mistake of our own on one hand-in must not lose a thousand others
        reason = f"could not be graded, which is a mistake of sheetgrad's own: {type(problem).__name__}: {problem}"
        return given_up(task, grader.plan, reason)


def _serve(
    worker: Process, tasks: Sequence[Task], plan: Plan, waiting: queue.SimpleQueue[int], answers: queue.SimpleQueue[Any]
) -> None:
    """Hand one hand-in after the other to a worker until none is left."""
    while not worker.stopped:
        try:
            number = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            answers.put((number, worker.ask(tasks[number])))
        except Ended as ended:
            answers.put((number, given_up(tasks[number], plan, str(ended))))
        except BaseException as problem:  # noqa: BLE001 -- it is raised where the answers are read
            answers.put((number, problem))
            return


def given_up(task: Task, plan: Plan, reason: str) -> Graded:
    """A hand-in that could not be graded: listed, with a page that says why."""
    made = Graded(task.hand_in.label, task.hand_in.student, task.page, problem=reason)
    with replacing(Path(plan.folder) / PAGES / f"{task.page}.html") as file:
        file.write(feedback(made, (), title=plan.title, level=plan.level))
    return made


def _class(done: Sequence[Graded], found: Found, plan: Plan) -> Class:
    handed_in = {one.student for one in done}
    missing = tuple(student for student in plan.roster if student not in handed_in)
    left_out = tuple((left.path, left.reason) for left in found.left_out)
    size = len({one.student or f"\0{one.label}" for one in done}) + len(missing)
    return Class(tuple(done), missing, left_out, plan, size)

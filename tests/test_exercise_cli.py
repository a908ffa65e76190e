"""`sheetgrad exercise`: class lists of every kind, hostile names, practice without a terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from sheetgrad.classroom.key import load
from sheetgrad.classroom.students import ClassListError, class_list, folders_of
from sheetgrad.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

HOSTILE = (
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "C:\\Windows",
    "a/b",
    "a\\b",
    "con",
    "NUL.txt",
    "=cmd|'/c calc'!A1",
    "@SUM(1)",
    "<img src=x>",
    "x" * 300,
    "y" * 299 + "/",
    "ada",
    "ADA",
    "ada ",
    "ada.",
    "-rf",
    "--output",
    "~root",
    "$(id)",
    "`id`",
    "a\tb",
    "zoë",
    "zoe\u0308",
    "日本",
    "😀",
    "\u202egnp.exe",
    "*",
    "?",
    "a:b",
)


def run(*words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["exercise", *words], input=text)


def listed(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_class_gets_a_folder_each_and_a_key(tmp_path: Path) -> None:
    students = listed(tmp_path / "class.csv", "student,name\nada,Ada L\nbo,\n")
    done = run("--students", str(students), "-o", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["students"], found["questions"], found["files"]) == (2, 19, 13)
    for student in ("ada", "bo"):
        names = {path.name for path in (tmp_path / "out" / student).iterdir()}
        assert names == {"worksheet.html", "README.md", "worksheet.xlsx", "key.html", "key.md", "key.xlsx"}
    assert [student.name for student in load(tmp_path / "out").students] == ["Ada L", ""]
    assert "Ada L" in (tmp_path / "out" / "ada" / "README.md").read_text()


def test_without_a_class_there_is_one_sheet_for_all(tmp_path: Path) -> None:
    done = run("-o", str(tmp_path), "--formats", "md", "--level", "forward")
    assert done.exit_code == 0
    assert "1 student" in done.stdout
    assert (tmp_path / "everybody" / "README.md").exists()


def test_no_name_leads_out_of_the_folder_and_no_two_share_one(tmp_path: Path) -> None:
    folders = folders_of(HOSTILE)
    assert len({folder.casefold() for folder in folders}) == len(HOSTILE)
    for folder in folders:
        assert re.fullmatch(r"[\w.@-]+", folder)
        assert folder[0] not in ".-"
        assert len(folder) < 80
        assert not re.fullmatch(r"(con|nul|prn|aux)(\..*)?", folder, re.IGNORECASE)
        place = (tmp_path / folder).resolve()
        assert place.parent == tmp_path.resolve()
        place.mkdir()


def test_a_hostile_class_is_served_like_any_other(tmp_path: Path) -> None:
    students = tmp_path / "class.csv"
    rows = ['"' + name.replace('"', '""') + '"' for name in HOSTILE if name == name.strip()]
    listed(students, "student\n" + "\n".join(rows) + "\n")
    done = run("--students", str(students), "-o", str(tmp_path / "out"), "--formats", "md,html", "--level", "forward")
    assert done.exit_code == 0, done.output
    exercise = load(tmp_path / "out")
    assert [student.student for student in exercise.students] == [name for name in HOSTILE if name == name.strip()]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "exercise.toml",
        *(student.folder for student in exercise.students),
    }
    assert not list(tmp_path.parent.glob("etc"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column `student`"),
        ("name\nada\n", "no column `student` (there is name)"),
        ("student\n", "there is no student in it"),
        ("student\nada\nbo\nada\n", ":4: 'ada' stands here again (first in line 2)"),
        ("student,name\n,Ada\n", ":2: the student has no identifier"),
        (f"student\n{'x' * 1001}\n", "1,001 characters"),
    ],
)
def test_what_is_wrong_with_a_class_list_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    students = listed(tmp_path / "class.csv", text)
    with pytest.raises(ClassListError, match=re.escape(message)):
        class_list(students)
    assert run("--students", str(students), "-o", str(tmp_path / "out")).exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text", ["\ufeffStudent;Name\nada;Ada\n", "x\tstudent\tname\n1\tada\tAda\n", "STUDENT,NAME\r\n ada ,Ada\r\n\r\n"]
)
def test_lists_from_other_programs_are_read(tmp_path: Path, text: str) -> None:
    (entry,) = class_list(listed(tmp_path / "class.csv", text))
    assert (entry.student, entry.name, entry.folder) == ("ada", "Ada", "ada")


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_bytes(b"student\n\xff\xfe\n")
    with pytest.raises(ClassListError, match="is not text in UTF-8"):
        class_list(tmp_path / "class.csv")
    with pytest.raises(ClassListError, match="cannot be read"):
        class_list(tmp_path / "none.csv")


def test_the_key_of_another_exercise_is_not_written_over(tmp_path: Path) -> None:
    common = ("-o", str(tmp_path), "--formats", "md", "--level", "forward")
    assert run(*common).exit_code == 0
    before = (tmp_path / "exercise.toml").read_bytes()
    refused = run(*common, "--seed", "1")
    assert refused.exit_code == 2
    assert "is the key of another exercise" in refused.stderr
    assert (tmp_path / "exercise.toml").read_bytes() == before
    assert run(*common).exit_code == 0
    assert (tmp_path / "exercise.toml").read_bytes() == before, "the same exercise again changes nothing"
    assert run(*common, "--seed", "1", "--replace").exit_code == 0
    assert (tmp_path / "exercise.toml").read_bytes() != before


def test_sheets_are_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "everybody").symlink_to(tmp_path / "elsewhere")
    done = run("-o", str(tmp_path / "out"), "--formats", "md")
    assert done.exit_code == 2
    assert "is a link" in done.stderr
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    "words", [["--formats", "pdf"], ["--level", "gradient", "--of", "w99"], ["--practice", "--level", "mistake"]]
)
def test_misuse_is_told_in_words(tmp_path: Path, words: list[str]) -> None:
    done = run("-o", str(tmp_path / "out"), *words)
    assert done.exit_code == 2
    assert "sheetgrad: " in done.stderr
    assert not (tmp_path / "out").exists()


def test_stopped_half_way_every_file_is_whole_and_the_key_is_there(tmp_path: Path) -> None:
    students = listed(tmp_path / "class.csv", "student\n" + "\n".join(f"s{n}" for n in range(300)) + "\n")
    words = [
        sys.executable,
        "-m",
        "sheetgrad",
        "exercise",
        "--students",
        str(students),
        "-o",
        str(tmp_path / "out"),
        "--level",
        "forward",
        "--formats",
        "md",
    ]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list((tmp_path / "out").glob("s*/key.md"))) < 5:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert b"Traceback" not in said
    assert len(load(tmp_path / "out").students) == 300
    written = list((tmp_path / "out").glob("s*/*"))
    assert 10 <= len(written) < 600
    assert all(path.read_text().endswith("\n") and not path.name.startswith(".") for path in written)


# --- what hides, and practice ---------------------------------------------------------------------------


def test_show_hidden_tells_teachers_what_their_numbers_hide() -> None:
    done = run("class", "--show-hidden")
    assert done.exit_code == 0
    assert done.stdout.startswith("36 of 56 single-index mistakes")
    assert run("class", "--show-hidden", "--digits", "8").stdout.startswith("0 of 56 single-index mistakes")


def practised(answers: dict[str, list[str]], *words: str) -> str:
    """A practice in which each question gets these lines, one after the other."""
    asked = load_questions()
    lines = [line for name in asked for line in answers.get(name, [""])]
    done = run("class", "--practice", *words, text="\n".join(lines) + "\n")
    assert done.exit_code == 0, done.output
    return done.stdout


def load_questions() -> list[str]:
    import sheetgrad
    from sheetgrad.classroom.asked import sheet_of
    from sheetgrad.classroom.levels import questions

    return [question.id for question in questions(sheet_of(sheetgrad.load("class")), "gradients")]


def right_answers() -> dict[str, float]:
    import sheetgrad
    from sheetgrad.classroom.make import Wishes, make
    from sheetgrad.classroom.students import entries

    made = make(sheetgrad.load("class"), entries([("practice", "")]), Wishes())
    return dict(made.exercise.students[0].answers)


def test_practice_says_right_and_counts() -> None:
    right = right_answers()
    text = practised({name: [f"{value:.4f}"] for name, value in right.items()})
    assert text.count("Right.") == 19
    assert "19 of 19 right, 19 at the first try" in text


def test_practice_gives_a_hint_first_and_then_names_the_mistake() -> None:
    right = right_answers()
    wrong = f"{2 * right['E_total']:.4f}"
    text = practised({"E_total": [wrong, wrong, f"{right['E_total']:.4f}".replace(".", ",")]})
    assert "Differentiate the loss as it is written" in text
    assert "by the mistake half. A factor 2 or 1/2 off" in text
    assert "1 of 19 right, 0 at the first try" in text


def test_practice_shows_the_answer_after_three_tries_and_hints_when_asked() -> None:
    text = practised({"h1": ["?", "?", "77", "78", "79"], "h2": ["what", "", ""]})
    assert "A weighted sum has one product" in text
    assert text.count("h1 = w1·i1 + w2·i2") >= 2
    assert "Not yet." in text
    assert "Type a number." in text


@pytest.mark.parametrize("text", ["", "q\n", "0.5"])
def test_practice_ends_when_the_input_does(text: str) -> None:
    done = run("class", "--practice", text=text)
    assert done.exit_code == 0
    assert "right" in done.stdout

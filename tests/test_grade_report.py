"""The report on a class: grades, pages, what Gradescope gets, and that nothing is lost on the way."""

from __future__ import annotations

import csv
import html.parser
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from jsonschema import validate  # type: ignore[import-untyped]  # the package has no types

import sheetgrad
from sheetgrad.classroom import book
from sheetgrad.classroom.alike import same_mistakes, same_texts
from sheetgrad.classroom.feedback import LEVELS
from sheetgrad.classroom.grade import grade, plan_of, slug
from sheetgrad.classroom.grades import harmless
from sheetgrad.classroom.histogram import histogram
from sheetgrad.classroom.make import Wishes, make
from sheetgrad.classroom.paper import paper
from sheetgrad.classroom.readme import key as filled_in
from sheetgrad.classroom.readme import worksheet
from sheetgrad.classroom.rubric import rubric_of
from sheetgrad.classroom.students import Entry
from sheetgrad.errors import BrokenInvariant

if TYPE_CHECKING:
    from sheetgrad.classroom.whole import Class

HOUSE = Path(__file__).parent.parent
SHEETGRAD = str(Path(sys.executable).with_name("sheetgrad"))
SLOPE = "(a_o1 - t1)*a_o1*(1 - a_o1)"
RIGHT = f"∂E_total/∂w5 = {SLOPE}*a_h1\n\n∂E_total/∂w6 = {SLOPE}*a_h2\n"
WRONG = RIGHT.replace("*a_h1", "*a_h2", 1)
RULES = {"title": "Sheet 3", "equations": {"dE_total_dw5": 2, "dE_total_dw6": 1}, "teacher": {"chart": 3}}
PAYLOAD = "=cmd|' /C calc'!A0<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def put(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "README.md").write_text(text, encoding="utf-8")
    return folder


def graded(folder: Path, out: Path, *, jobs: int = 1, **more: object) -> Class:
    known = {"setup": sheetgrad.load("class"), "given": rubric_of(RULES)} | more
    return grade([folder], plan_of(out, **known), jobs=jobs)  # type: ignore[arg-type]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- grades.csv -------------------------------------------------------------------------------------


def test_grades_begin_with_student_points_and_max_and_keep_a_column_for_the_teacher(tmp_path: Path) -> None:
    graded(put(tmp_path / "in", ada=RIGHT, ben=WRONG), tmp_path / "out")
    found = rows(tmp_path / "out")
    assert list(found[0])[:3] == ["student", "points", "max"]
    assert [(row["student"], row["points"], row["max"], row["chart"]) for row in found] == [
        ("ada", "3", "3", ""),
        ("ben", "1", "3", ""),
    ]


def test_nobody_is_lost(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", s01=RIGHT, stranger=RIGHT, s02="nothing here\n")
    (folder / "s03").mkdir()
    (folder / "s03" / "scan.pdf").write_bytes(b"%PDF-1.7 scan")
    (folder / "s04.zip").write_bytes(b"PK\x03\x04 broken")
    students = dict.fromkeys(("s01", "s02", "s03", "s04", "s05"), ())
    done = graded(folder, tmp_path / "out", students=students)
    found = {row["student"]: (row["points"], row["status"]) for row in rows(tmp_path / "out")}
    assert found.pop("s01") == ("3", "graded")
    assert found.pop("s02") == ("0", "graded")
    assert found.pop("s05") == ("0", "nothing handed in")
    assert found["? stranger"] == ("3", "nobody of the class has this name")
    for name in ("s03", "s04"):
        points, status = found[name]
        assert points == ""
        assert status.startswith("not graded: ")
    overview = (tmp_path / "out" / "overview.html").read_text(encoding="utf-8")
    assert all(one.page in overview for one in done.graded)
    assert "s05" in overview


def test_late_is_listed_and_costs_what_the_rubric_says(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ada=RIGHT, ben=RIGHT)
    for name, moment in (("ada", 1_000_000_000), ("ben", 2_000_000_000)):
        os.utime(folder / name / "README.md", (moment, moment))
    rules = {**RULES, "due": date(2020, 1, 1), "late": 1.5}
    graded(folder, tmp_path / "out", given=rubric_of(rules))
    assert [(row["points"], row["late"]) for row in rows(tmp_path / "out")] == [("3", ""), ("1.5", "late")]


def test_of_two_hand_ins_of_one_student_the_better_counts_and_both_are_named(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", first=f"Name: Ada Berg\n\n{WRONG}", second=f"Name: Ada Berg\n\n{RIGHT}")
    graded(folder, tmp_path / "out", students={"s01": ("Ada Berg",)})
    assert [(row["student"], row["points"], row["status"]) for row in rows(tmp_path / "out")] == [
        ("s01", "3", "also handed in: first")
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "  =1", "|calc"])
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert harmless(cell)[0] in "'\\"


# --- pages ------------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """What a browser would load, run or follow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_what_students_write_is_only_shown(tmp_path: Path) -> None:
    name = re.sub(r"[/|]", "", PAYLOAD)
    folder = put(tmp_path / "in", **{name: f"{PAYLOAD}\n\n{WRONG.replace('a_h2', 'a_h2', 1)}", "ben": WRONG})
    graded(folder, tmp_path / "out")
    pages = [*(tmp_path / "out").glob("*.html"), *(tmp_path / "out" / "feedback").glob("*.html")]
    assert len(pages) == 3
    for page in pages:
        text = page.read_text(encoding="utf-8")
        found = Page(text)
        assert not found.tags & {"script", "img", "iframe", "object", "link", "form"}
        assert not {name for name in found.attributes if name.startswith("on") or name == "style"}
        assert all(re.fullmatch(r"feedback/[\w-]+\.html|#[\w-]+", link) for link in found.links)
        assert "default-src 'none'" in text
    assert all(not cell.startswith(("=", "+", "@")) for row in rows(tmp_path / "out") for cell in row.values())


def test_every_link_of_the_overview_leads_to_a_page(tmp_path: Path) -> None:
    graded(put(tmp_path / "in", **{"Ada Ü/Berg".replace("/", "-"): RIGHT, "ada ü-berg": WRONG}), tmp_path / "out")
    links = Page((tmp_path / "out" / "overview.html").read_text(encoding="utf-8")).links
    assert links
    assert all((tmp_path / "out" / link).is_file() for link in links)


def test_each_level_tells_more_than_the_one_before(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ben=WRONG)
    said = {}
    for level in LEVELS:
        graded(folder, tmp_path / level, level=level)
        said[level] = (tmp_path / level / "feedback" / "ben.html").read_text(encoding="utf-8")
    solution, reason, kind = "<dt>expected</dt>", "which w5 multiplies", "The wrong one of a pair"
    assert {level: (kind in text, reason in text, solution in text) for level, text in said.items()} == {
        "locate": (False, False, False),
        "hint": (True, False, False),
        "explain": (True, True, False),
        "solution": (True, True, True),
    }
    assert all("line 1" in text for text in said.values())


def test_the_page_says_what_follows_from_a_mistake(tmp_path: Path) -> None:
    wrong = f"{SLOPE}*w6 + (a_o2 - t2)*a_o2*(1 - a_o2)*w7"
    text = f"∂E_total/∂a_h1 = {wrong}\n\n∂E_total/∂w1 = ({wrong})*a_h1*(1 - a_h1)*i1\n"
    rules = {"equations": {"dE_total_da_h1": 1, "dE_total_dw1": 1}}
    graded(put(tmp_path / "in", ben=text), tmp_path / "out", given=rubric_of(rules))
    page = (tmp_path / "out" / "feedback" / "ben.html").read_text(encoding="utf-8")
    assert rows(tmp_path / "out")[0]["points"] == "1"
    assert "right, given README.md, line 1" in page
    assert "What follows from it in line 3 is right" in page


def test_the_histogram_counts_everybody_once() -> None:
    drawn = histogram([0, 0.5, 3, 7, 7, 9.99, 10], 10)
    bars = [int(match) for match in re.findall(r"<title>(\d+):", drawn)]
    assert sum(bars) == 7
    assert drawn.count("<rect") == len(bars)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "CON", "", "..", "name\n=1", "é", "x" * 300])
def test_a_page_s_name_is_harmless(name: str) -> None:
    assert re.fullmatch(r"[\w-]{1,80}", slug(name))


def test_copied_lines_and_rare_mistakes_are_found_and_common_ones_are_not(tmp_path: Path) -> None:
    own = {f"s{n:02}": f"{RIGHT}\nMy own long sentence number {n} about what I learnt here.\n" for n in range(12)}
    shared = "\n".join(f"A sentence that only two of us have written down, part {n} of it." for n in "abcd")
    own["s03"] += shared
    own["s07"] += shared
    for name in ("s03", "s07"):
        own[name] = own[name].replace("*a_h2", "*a_h2*a_h2")
    done = graded(put(tmp_path / "in", **own), tmp_path / "out").graded
    texts = same_texts(done)
    assert [(same.one.label, same.other.label, same.lines) for same in texts] == [("s03", "s07", 5)]
    assert [{one.label for one in same.who} for same in same_mistakes(done)] == [{"s03", "s07"}]


# --- a run that is ended, and one bad file ----------------------------------------------------------


def many(folder: Path) -> Path:
    texts = {f"s{n:03}": (RIGHT if n % 3 else WRONG) + f"\nLine of my own number {n} and so on.\n" for n in range(30)}
    return put(folder, **texts)


def test_more_processes_give_the_same_report(tmp_path: Path) -> None:
    many(tmp_path / "in")
    graded(tmp_path / "in", tmp_path / "one", jobs=1)
    graded(tmp_path / "in", tmp_path / "two", jobs=2)
    one, two = everything(tmp_path / "one"), everything(tmp_path / "two")
    assert {k: v for k, v in one.items() if ".graded" not in k} == {k: v for k, v in two.items() if ".graded" not in k}


def test_killed_half_way_and_started_again_gives_the_same_report(tmp_path: Path) -> None:
    many(tmp_path / "in")
    (tmp_path / "rubric.toml").write_text('title = "Sheet 3"\n[equations]\n"dE_total_dw[56]" = 1\n')
    command = [SHEETGRAD, "grade", "in", "--network", "class", "--rubric", "rubric.toml", "--jobs", "1", "-o"]
    subprocess.run([*command, "whole"], cwd=tmp_path, check=True, capture_output=True)
    ended = subprocess.Popen([*command, "ended"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store = tmp_path / "ended" / ".graded"
    while ended.poll() is None and len(list(store.glob("*.json"))) < 8:
        time.sleep(0.002)
    ended.send_signal(signal.SIGKILL)
    ended.wait()
    before = {path.name: path.stat().st_mtime_ns for path in store.glob("*.json")}
    assert 0 < len(before) < 30
    subprocess.run([*command, "ended", "--resume"], cwd=tmp_path, check=True, capture_output=True)
    after = {name: (store / name).stat().st_mtime_ns for name in before}
    assert after == before, "what was done already was done again"
    whole, again = everything(tmp_path / "whole"), everything(tmp_path / "ended")
    assert {name: data for name, data in again.items() if not name.endswith(".part")} == whole


def test_a_changed_hand_in_is_graded_again(tmp_path: Path) -> None:
    put(tmp_path / "in", ada=WRONG)
    graded(tmp_path / "in", tmp_path / "out", resume=True)
    put(tmp_path / "in", ada=RIGHT)
    graded(tmp_path / "in", tmp_path / "out", resume=True)
    assert rows(tmp_path / "out")[0]["points"] == "3"


# --- Gradescope -------------------------------------------------------------------------------------

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
RESULTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}
"""The fields that Gradescope's autograder specification documents, and what may stand in them."""


def test_results_have_the_documented_fields(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ada=RIGHT, ben=WRONG)
    (folder / "cleo").mkdir()
    (folder / "cleo" / "scan.pdf").write_bytes(b"%PDF")
    graded(folder, tmp_path / "out")
    found = {}
    for path in (tmp_path / "out" / "results").iterdir():
        found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        validate(found[path.stem], RESULTS)
    assert {name: one["score"] for name, one in found.items()} == {"ada": 3.0, "ben": 1.0, "cleo": 0.0}
    assert [(test["score"], test["max_score"]) for test in found["ben"]["tests"]] == [(0.0, 2.0), (1.0, 1.0)]


def test_the_autograder_grades_a_submission_with_its_own_files_only(tmp_path: Path) -> None:
    entries = [Entry("s01", "Ada Berg", "s01"), Entry("s02", "Ben Costa", "s02")]
    made = make(sheetgrad.load("class"), entries, Wishes(level="gradient"))
    made.exercise.save(tmp_path / "exercise.toml")
    command = [SHEETGRAD, "grade", "--key", "exercise.toml", "--gradescope-zip", "autograder.zip"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    source, submission = tmp_path / "source", tmp_path / "submission"
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        assert {"setup.sh", "run_autograder"} <= set(archive.namelist())
        assert all(archive.getinfo(name).external_attr >> 16 & 0o111 for name in ("setup.sh", "run_autograder"))
        archive.extractall(source)
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(source / script)], check=True)
    submission.mkdir()
    (submission / "README.md").write_text(filled_in(paper(made, made.exercise.students[0])), encoding="utf-8")
    about = {"created_at": "2026-11-20T10:00:00.5-08:00", "users": [{"email": "x@example.org", "name": "Ada Berg"}]}
    (tmp_path / "about.json").write_text(json.dumps(about))
    run = [sys.executable, "-m", "sheetgrad.classroom.autograder", str(submission), "../about.json", "../results.json"]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    for folder in (submission, tmp_path / "nothing"):
        run[3] = str(folder)
        subprocess.run(run, cwd=source, env=environment, check=True, capture_output=True)
        found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
        validate(found, RESULTS)
        assert found["score"] == (made.exercise.points if folder == submission else 0)


# --- worksheets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("blanks", ["numbers", "factors", "equations"])
def test_a_worksheet_filled_from_the_key_gets_full_marks_and_an_empty_one_none(tmp_path: Path, blanks: str) -> None:
    made = make(
        sheetgrad.load("class"),
        [Entry(f"s{n}", f"Name {n}", f"s{n}") for n in range(2)],
        Wishes(level="gradients", blanks=blanks),  # type: ignore[arg-type]
    )
    papers = [paper(made, student) for student in made.exercise.students]
    put(tmp_path / "in", s0=filled_in(papers[0]), s1=worksheet(papers[1]))
    grade([tmp_path / "in"], plan_of(tmp_path / "out", made.exercise), jobs=1)
    assert [float(row["points"]) for row in rows(tmp_path / "out")] == [made.exercise.points, 0]


def test_a_wrong_number_names_the_mistake_that_leads_to_it(tmp_path: Path) -> None:
    made = make(sheetgrad.load("class"), [Entry("s0", "Name", "s0")], Wishes(level="forward"))
    (student,) = made.exercise.students
    given = student.numbers
    slip = made.exercise.printed(given["w1"] * given["i1"] - given["w2"] * given["i2"])
    text = re.sub(r"(?m)^(\(1\) .*= )\S+$", rf"\g<1>{slip}", filled_in(paper(made, student)))
    put(tmp_path / "in", s0=text)
    done = grade([tmp_path / "in"], plan_of(tmp_path / "out", made.exercise), jobs=1)
    first = done.graded[0].marks[0]
    assert (first.points, first.code, first.yours) == (0, "sign", slip)


# --- the student's own repository -------------------------------------------------------------------


def test_the_action_annotates_the_lines_and_fails_on_what_is_false(tmp_path: Path) -> None:
    action = yaml.safe_load((HOUSE / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    script = action["runs"]["steps"][-1]
    assert "${{" not in script["run"], "what somebody types must not become a part of the script"
    whole = (HOUSE / "examples" / "hand-in.md").read_text(encoding="utf-8")
    (tmp_path / "sheetgrad" / "bin").mkdir(parents=True)
    (tmp_path / "sheetgrad" / "bin" / "sheetgrad").symlink_to(SHEETGRAD)
    (tmp_path / "good.md").write_text(whole.partition("And so:")[0])
    (tmp_path / "bad.md").write_text(whole)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF")

    def run(paths: str) -> tuple[int, str]:
        known = {"CHECK_PATHS": paths, "CHECK_NETWORK": "class", "CHECK_STRICT": "false", "CHECK_UNREADABLE": "false"}
        environment = {**os.environ, **known, "RUNNER_TEMP": str(tmp_path), "GITHUB_WORKSPACE": str(tmp_path)}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script["run"]]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    code, said = run("bad.md scan.pdf")
    assert code == 1
    assert "::error file=bad.md,line=25,col=1,title=wrong-index" in said
    assert run("scan.pdf")[0] == 0
    assert run("good.md")[0] == 0


def test_the_hooks_call_a_command_that_exists() -> None:
    for hook in yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["entry"].split() == ["sheetgrad", "check"]
        assert hook["language"] == "python"


def test_without_a_key_or_a_network_the_command_says_what_to_give(tmp_path: Path) -> None:
    done = subprocess.run([SHEETGRAD, "grade", "in"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--key" in done.stderr


def test_a_mistake_of_our_own_on_one_hand_in_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sheetgrad.classroom import judging

    def checked(given: object, **more: object) -> object:
        if "ben" in str(given):
            raise BrokenInvariant("two and two are five")
        return whole(given, **more)  # type: ignore[arg-type]

    whole = judging.checked  # type: ignore[attr-defined]  # it is imported there
    monkeypatch.setattr(judging, "checked", checked)
    graded(put(tmp_path / "in", ada=RIGHT, ben=RIGHT, cleo=RIGHT), tmp_path / "out")
    assert [row["points"] for row in rows(tmp_path / "out")] == ["3", "", "3"]
    assert "two and two are five" in (tmp_path / "out" / "overview.html").read_text(encoding="utf-8")


def test_the_command_gives_its_result_as_json(tmp_path: Path) -> None:
    put(tmp_path / "in", ada=WRONG)
    command = [SHEETGRAD, "grade", "in", "--network", "class", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    (one,) = json.loads(done.stdout)["hand_ins"]
    assert (one["student"], one["points"], one["max"]) == ("ada", 1, 8)
    assert [mistake["code"] for mistake in one["mistakes"]] == ["wrong-index"]


def test_a_text_full_of_noise_is_graded_like_any_other(tmp_path: Path) -> None:
    """Whatever is broken in a text, it never becomes a mistake of our own."""
    draw = random.Random(4)  # noqa: S311 -- the same noise every time, no secret
    whole = (HOUSE / "examples" / "hand-in.md").read_text(encoding="utf-8")
    texts = {}
    for number in range(100 if os.environ.get("SHEETGRAD_EXAMPLES") == "many" else 10):
        letters = list(whole)
        for _ in range(40):
            letters[draw.randrange(len(letters))] = draw.choice("()[]{}*=+-/∂w5_\\$`|<>\n")
        texts[f"s{number:03}"] = "".join(letters)
    done = graded(put(tmp_path / "in", **texts), tmp_path / "out")
    assert [paper.problem for one in done.graded for paper in one.papers] == [""] * len(texts)


def test_the_numbers_of_somebody_else_are_noticed(tmp_path: Path) -> None:
    entries = [Entry(f"s{n}", f"Name {n}", f"s{n}") for n in range(3)]
    made = make(sheetgrad.load("class"), entries, Wishes(level="forward"))
    texts = [filled_in(paper(made, student)) for student in made.exercise.students]
    put(tmp_path / "in", s0=texts[0], s1=texts[2], s2=texts[2])
    grade([tmp_path / "in"], plan_of(tmp_path / "out", made.exercise), jobs=1)
    found = rows(tmp_path / "out")
    assert [row["status"] for row in found] == ["graded", "the numbers are those of s2", "graded"]
    assert float(found[1]["points"]) < float(found[0]["points"]) / 2


def test_a_workbook_filled_from_the_key_gets_full_marks_and_an_empty_one_none(tmp_path: Path) -> None:
    entries = [Entry(f"s{n}", f"Name {n}", f"s{n}") for n in range(2)]
    made = make(sheetgrad.load("class"), entries, Wishes(level="steps"))
    papers = [paper(made, student) for student in made.exercise.students]
    put(tmp_path / "in", s0=worksheet(papers[0]), s1=worksheet(papers[1]))
    book.key(papers[0], tmp_path / "in" / "s0" / "worksheet.xlsx")
    book.worksheet(papers[1], tmp_path / "in" / "s1" / "worksheet.xlsx")
    done = grade([tmp_path / "in"], plan_of(tmp_path / "out", made.exercise), jobs=1)
    assert [one.points for one in done.graded] == [made.exercise.points, 0]
    assert not any(one.slips for one in done.graded)

"""What a class gets: the same in every format, keys that check clean, workbooks that check themselves."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from workbooks import all_by_libreoffice, by_ironcalc, needed, tree

import sheetgrad
from sheetgrad.check.codes import entries as known_codes
from sheetgrad.check.document import check_text
from sheetgrad.check.given import network_of
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.classroom import bank, book, latex, page, readme
from sheetgrad.classroom.levels import LEVELS
from sheetgrad.classroom.make import Made, Wishes, make
from sheetgrad.classroom.paper import Paper, paper
from sheetgrad.classroom.students import entries
from sheetgrad.classroom.write import write

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

MANY = os.environ.get("SHEETGRAD_EXAMPLES") == "many"
EXAMPLES = Path(__file__).parent.parent / "examples"
EVIL = '<script>alert("1")</script>&\\input{/etc/passwd}$`=1+1|*x*'
BLANKS = ("numbers", "factors", "equations")


def made(source: Any = "class", names: tuple[tuple[str, str], ...] = (("ada", "Ada"),), **wishes: Any) -> Made:
    return make(sheetgrad.load(source), entries(names), Wishes(**wishes))


def sheet(source: Any = "class", **wishes: Any) -> Paper:
    done = made(source, **wishes)
    return paper(done, done.exercise.students[0])


def filled(text: str, right: dict[int, str]) -> str:
    """A README with every last gap filled in, as a student would."""
    lines = []
    for line in text.splitlines():
        number = re.match(r"\((\d+)\)", line)
        lines.append(f"{line.removesuffix('____')}{right[int(number[1])]}" if number else line)
    return "\n".join(lines)


# --- the README -------------------------------------------------------------------------------------------


OTHERS = [("mazur", "gradients"), ("xor", "gradients"), ("xor", "another"), (EXAMPLES / "residual.toml", "steps")]


@pytest.mark.parametrize(("source", "level"), [*(("class", level) for level in LEVELS), *OTHERS])
def test_the_key_checks_clean(source: Any, level: str) -> None:
    done = made(source, level=level)
    student = done.exercise.students[0]
    text = readme.key(paper(done, student))
    report = check_text("key.md", text, network=network_of(done.exercise.setup(student)))
    assert not [finding for finding in report.findings if finding.verdict != "note"]
    assert report.counts["true"] >= len(done.chooser.questions)


@pytest.mark.parametrize("blanks", BLANKS)
@pytest.mark.parametrize("level", ["forward", "gradients", "steps", "another"])
def test_the_blank_worksheet_filled_from_the_key_says_what_the_key_says(level: str, blanks: Any) -> None:
    one = sheet(level=level, blanks=blanks)
    exercise = one.made.exercise
    blank = readme.worksheet(one)
    assert readme.answers_in(blank, exercise) == {}
    key = readme.answers_in(readme.key(one), exercise)
    back = readme.answers_in(filled(blank, {item.number: item.printed for item in one.items}), exercise)
    assert back == key
    assert set(back) == {question.id for question in exercise.questions}
    for name, answer in back.items():
        assert exercise.is_right(readme.number_in(answer) or 0.0, one.student.answers[name])


def test_the_key_says_at_which_rate_training_fails_and_the_worksheet_does_not() -> None:
    one = sheet(level="forward", large_rate=True)
    said = f"At the learning rate {one.student.large_rate:g} the loss rises"
    assert said in readme.key(one)
    assert said in page.key(one)
    assert said not in readme.worksheet(one) + page.worksheet(one)


def test_what_was_found_is_read_from_the_sheet_with_a_mistake() -> None:
    one = sheet(level="mistake")
    exercise = one.made.exercise
    assert readme.answers_in(readme.worksheet(one), exercise) == {}
    found = readme.answers_in(readme.key(one), exercise)
    assert float(found["line"]) == one.student.answers["line"]
    assert exercise.is_right(readme.number_in(found["number"]) or 0.0, one.student.answers["number"])


def test_the_checker_finds_the_planted_mistake_in_the_line_that_the_key_names() -> None:
    """Judged by the checker: one false line, and it is the one; for every kind of mistake that was drawn."""
    done = made(names=tuple((f"s{n}", "") for n in range(40 if MANY else 10)), level="mistake")
    for student in done.exercise.students:
        text = readme.worksheet(paper(done, student))
        report = check_text("sheet.md", text, network=network_of(done.exercise.setup(student)))
        false = {finding.line for finding in report.findings if finding.verdict == "false"}
        lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\(\d+\)", line)]
        assert false == {lines[int(student.answers["line"]) - 1]}, student.planted


@pytest.mark.parametrize("blanks", ["factors", "equations"])
def test_what_is_left_out_is_not_given_away(blanks: Any) -> None:
    one = sheet(level="gradients", blanks=blanks)
    text = readme.worksheet(one)
    for item in one.items:
        line = next(line for line in text.splitlines() if line.startswith(f"({item.number})"))
        assert line.count("____") == 2
        assert item.printed not in line


# --- HTML and LaTeX -----------------------------------------------------------------------------------------


def test_no_name_becomes_markup() -> None:
    done = made(names=((EVIL, EVIL),), level="gradient")
    one = paper(done, done.exercise.students[0])
    for text in (page.worksheet(one), page.key(one), readme.worksheet(one).replace(r"\<script\>", ""), readme.key(one)):
        assert "<script" not in text.replace(r"\<script\>", "")
    assert "\\input{/etc" not in latex.worksheet(one) + latex.key(one)
    assert "\\`=1+1\\|" in readme.key(one)


def test_pages_load_nothing_and_run_nothing() -> None:
    for text in (page.worksheet(sheet(level="steps")), page.key(sheet(level="mistake"))):
        assert "default-src 'none'" in text
        assert "script" not in text
        assert not re.search(r"(?:src|href)=", text)
        assert not re.findall(r"https?://(?!www\.w3\.org)", text)


def test_every_format_has_the_same_answers() -> None:
    one = sheet(level="steps")
    for text in (page.key(one), latex.key(one), readme.key(one)):
        plain = text.replace("−", "-")
        assert all(item.printed in plain for item in one.items)
    for text in (page.worksheet(one), latex.worksheet(one), readme.worksheet(one)):
        assert all(item.printed not in text.replace("−", "-") for item in one.items[11:19])


def test_the_latex_compiles(tmp_path: Path) -> None:
    command = needed("pdflatex")
    done = made(names=((EVIL, "Zoë ∂ 😀"),), level="mistake")
    one = paper(done, done.exercise.students[0])
    for name, text in (("worksheet", latex.worksheet(one)), ("key", latex.key(one))):
        (tmp_path / f"{name}.tex").write_text(text, encoding="utf-8")
        words = [command, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", f"{name}.tex"]
        run = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
        assert run.returncode == 0, run.stdout[-1500:].decode(errors="replace")


# --- the workbook -------------------------------------------------------------------------------------------


def blanks_of(path: Path) -> list[tuple[str, int]]:
    """The cells of the steps that can be filled in: unlocked ones."""
    steps = openpyxl.load_workbook(path)["Steps"]
    return [
        (cell.column_letter, cell.row)
        for row in steps.iter_rows(min_row=3)
        for cell in row
        if not cell.protection.locked
    ]


@pytest.mark.parametrize("level", ["gradient", "gradients", "steps", "mistake", "another"])
def test_the_blank_workbook_filled_from_the_key_is_right_in_every_cell(tmp_path: Path, level: str) -> None:
    """Filled in by openpyxl, recalculated by IronCalc and by LibreOffice."""
    pytest.importorskip("ironcalc")
    one = sheet(level=level)
    blank, key = tmp_path / "worksheet.xlsx", tmp_path / "key.xlsx"
    book.worksheet(one, blank)
    book.key(one, key)
    gaps = blanks_of(blank)
    assert gaps == blanks_of(key)
    solved, filled_in = openpyxl.load_workbook(key), openpyxl.load_workbook(blank)
    for letter, row in gaps:
        place = f"{letter}{row}"
        assert (filled_in["Steps"][place].value is None) == (level != "mistake")
        filled_in["Steps"][place] = solved["Steps"][place].value
    filled_in.save(tmp_path / "filled.xlsx")
    by_others = [by_ironcalc(tmp_path / "filled.xlsx"), by_ironcalc(key)]
    if level in {"steps", "mistake"}:
        by_others += all_by_libreoffice([tmp_path / "filled.xlsx"])
    for cells in by_others:
        marks = [cell for row in cells["Self-check"][2:] for cell in row[1:] if cell not in {None, ""}]
        assert set(marks) == {"right"}
        assert len(marks) == len(gaps)
        assert any(f"{len(gaps)} of {len(gaps)} right" in row for row in cells["Exercise"])
    untouched = by_ironcalc(blank)
    marks = [cell for row in untouched["Self-check"][2:] for cell in row[1:] if cell not in {None, ""}]
    assert marks.count("right") == (len(gaps) - 1 if level == "mistake" else 0) or level == "mistake"
    assert marks.count("not yet") >= 1


@pytest.mark.parametrize(
    ("source", "level"), [("class", "gradients"), ("class", "steps"), ("class", "another"), ("xor", "steps")]
)
def test_the_workbook_of_the_key_checks_clean(tmp_path: Path, source: str, level: str) -> None:
    """Where it trains: what has one row is no run, and the checker says so."""
    book.key(sheet(source, level=level), tmp_path / "key.xlsx")
    (report,) = sheetgrad.check(tmp_path / "key.xlsx")
    assert report.counts["true"] > 25
    assert sum(report.counts[verdict] for verdict in ("slip", "false", "unread")) == 0
    assert set(report.gradients.values()) == {"true"}


def test_one_wrong_number_is_not_yet_right_and_all_others_are(tmp_path: Path) -> None:
    pytest.importorskip("ironcalc")
    one = sheet(level="gradient")
    book.key(one, tmp_path / "key.xlsx")
    changed = openpyxl.load_workbook(tmp_path / "key.xlsx")
    heads = [cell.value for cell in changed["Steps"][1]]
    place = heads.index("dE_total_dw5") + 1
    wrong = next(iter(one.wrong["dE_total_dw5"]))
    changed["Steps"].cell(3, place).value = wrong.value
    changed.save(tmp_path / "wrong.xlsx")
    rows = by_ironcalc(tmp_path / "wrong.xlsx")["Self-check"][2:]
    assert {row[0]: row[1] for row in rows if row[0]}["dE_total_dw5"] == "not yet"
    assert [row[1] for row in rows if row[0]].count("not yet") == 1


def test_the_workbook_is_protected_but_for_its_gaps_and_hides_its_answers(tmp_path: Path) -> None:
    one = sheet(level="gradients")
    book.worksheet(one, tmp_path / "worksheet.xlsx")
    opened = openpyxl.load_workbook(tmp_path / "worksheet.xlsx")
    assert opened["Answers"].sheet_state == "veryHidden"
    assert all(page_.protection.sheet for page_ in opened.worksheets)
    locked = {
        cell.protection.locked for name in ("Exercise", "Self-check", "Answers") for row in opened[name] for cell in row
    }
    assert locked == {True}
    formulas = [cell.value for row in opened["Steps"].iter_rows() for cell in row if cell.data_type == "f"]
    assert not [text for text in formulas if "EXP" in text]
    assert all(isinstance(cell.value, int | float | str | None) for row in opened["Answers"] for cell in row)
    assert not [cell for row in opened["Answers"] for cell in row if cell.data_type == "f"]


def test_no_name_becomes_a_formula(tmp_path: Path) -> None:
    done = made(names=(("=cmd|' /C calc'!A1", "+1"),), level="forward")
    book.worksheet(paper(done, done.exercise.students[0]), tmp_path / "worksheet.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "worksheet.xlsx")["Exercise"] for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" and "calc" in str(cell.value)]


# --- question banks -------------------------------------------------------------------------------------------


def text_of(element: ET.Element, path: str) -> str:
    """The text inside `<path><text>`, as Moodle's importer looks for it; it must be there."""
    found = element.find(f"{path}/text")
    assert found is not None, path
    return found.text or ""


def test_the_bank_reads_as_moodle_documents_it() -> None:
    """https://docs.moodle.org/en/Moodle_XML_format: every question has what its type asks for, once."""
    done = made(names=(("ada", ""), (EVIL, "")), level="gradients")
    exercise = done.exercise
    root = tree(bank.moodle(done))
    assert root.tag == "quiz"
    kinds = [question.get("type") for question in root]
    assert set(kinds) == {"category", "multichoice", "numerical"}
    assert kinds.count("category") == 2 * len(exercise.students)
    assert kinds.count("numerical") == len(exercise.students) * len(exercise.questions)
    student = -1
    for question in root:
        if question.get("type") == "category":
            where = text_of(question, "category")
            assert where.startswith("$course$/top/")
            student += where.endswith("/choice")
            continue
        name = text_of(question, "name").rpartition(" ")[2]
        right = exercise.students[student].answers[name]
        assert question.find("questiontext").get("format") == "html"  # type: ignore[union-attr]
        assert "<script" not in text_of(question, "questiontext")
        assert float(question.findtext("defaultgrade") or "0") > 0
        answers = question.findall("answer")
        best = [answer for answer in answers if answer.get("fraction") == "100"]
        assert len(best) == 1
        assert exercise.is_right(float(text_of_answer(best[0])), right)
        others = [answer for answer in answers if answer.get("fraction") == "0"]
        assert len(best) + len(others) == len(answers)
        assert len({text_of_answer(answer) for answer in answers}) == len(answers)
        assert not any(exercise.is_right(float(text_of_answer(answer)), right) for answer in others)
        assert all(text_of(answer, "feedback") for answer in answers)
        if question.get("type") == "multichoice":
            assert question.findtext("single") == "true"
            tags = [text_of(tag, ".") for tag in question.findall("tags/tag")]
            assert len([tag for tag in tags if tag in MISTAKES]) == len(others) >= 2
        else:
            assert all(float(answer.findtext("tolerance") or "0") == exercise.tolerance for answer in answers)


def text_of_answer(answer: ET.Element) -> str:
    return answer.findtext("text") or ""


def test_the_feedback_is_the_text_of_the_mistake_that_leads_to_the_answer() -> None:
    done = made(level="gradient")
    found = bank.moodle(done)
    codes = set(re.findall(r"&lt;!-- (\S+) --&gt;", found))
    assert len(codes) > 5
    for code in codes:
        assert known_codes()[code].title in found


def test_the_quiz_has_one_right_choice_and_names_the_mistake_of_every_other() -> None:
    done = made(level="gradients")
    text = bank.quiz(done)
    asked, _, solved = text.partition("# Answers")
    answers = done.exercise.students[0].answers
    for number, question in enumerate(done.exercise.questions, 1):
        block = re.search(rf"\*\*{number}\.\*\* Given (.*?)(?=\n\n\*\*|\Z)", asked, re.DOTALL)
        if block is None:
            continue
        choices = dict(re.findall(r"- \(([a-h])\) (\S+)", block[1]))
        right = re.search(rf"\*\*{number}\.\*\* \(([a-h])\) is right", solved)
        assert right is not None
        assert done.exercise.is_right(float(choices[right[1]]), answers[question.id])
        assert sum(done.exercise.is_right(float(choice), answers[question.id]) for choice in choices.values()) == 1


# --- all of it ------------------------------------------------------------------------------------------------


def test_the_same_exercise_gives_the_same_bytes(tmp_path: Path) -> None:
    names = (("ada", "Ada"), ("bo", ""))
    formats = ("html", "md", "xlsx", "tex", "moodle", "quiz")
    random.seed(3)
    for folder in ("one", "two"):
        write(made(names=names, level="mistake", blanks="factors"), tmp_path / folder, formats=formats)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) == 1 + 2 * 8 + 2
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file

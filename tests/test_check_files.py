"""Which files are checked, what is said of those that cannot be, and that nothing hangs."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from handmade import RIGHT, SLIPPED, WRONG, WRONG_LINES
from hypothesis import given, settings
from hypothesis import strategies as st

import sheetgrad
from sheetgrad.check import one
from sheetgrad.check.bounds import TooSlow, within
from sheetgrad.check.document import check_text
from sheetgrad.check.files import ADVICE, FORMS, LARGEST, decoded, files
from sheetgrad.check.given import network_of
from sheetgrad.check.report import rendered
from sheetgrad.check.run import check_files

if TYPE_CHECKING:
    from sheetgrad.check.files import Given
    from sheetgrad.check.findings import Report


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**texts: str) -> None:
    for name, text in texts.items():
        path = Path(name.replace("__", "/").replace("_md", ".md"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


# --- which files --------------------------------------------------------------------------------


def test_a_folder_gives_every_file_that_can_be_read_by_name_and_passes_over_the_rest() -> None:
    write(b_md=RIGHT, a__c_md=RIGHT, a__d_md=RIGHT)
    for name in ("picture.png", ".hidden.md", "b.fixed.md", ".venv/x.md", "node_modules/x.md"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(RIGHT)
    assert [given.path for given in files(["."])] == ["./b.md", "./a/c.md", "./a/d.md"]


def test_a_file_named_twice_is_checked_once_in_the_order_given() -> None:
    write(b_md=RIGHT, a_md=RIGHT)
    assert [given.path for given in files(["b.md", ".", "*.md", "./b.md"])] == ["b.md", "./a.md"]


def test_a_pattern_finds_files_in_folders_below() -> None:
    write(a__b__c_md=RIGHT, d_md=RIGHT)
    assert [given.path for given in files(["**/*.md"])] == ["a/b/c.md", "d.md"]


@pytest.mark.parametrize("words", [["*.tex"], ["nothing.md"], ["empty"]])
def test_what_leads_to_no_file_says_so(words: list[str]) -> None:
    Path("empty").mkdir()
    (report,) = check_files(words)
    assert report.error


def test_a_misspelt_name_is_answered_with_the_file_that_is_there() -> None:
    write(readme_md=RIGHT)
    assert "did you mean readme.md?" in check_files(["raedme.md"])[0].error


def test_a_text_without_an_ending_is_read() -> None:
    Path("README").write_text(RIGHT, encoding="utf-8")
    assert check_files(["README"])[0].counts["true"] > 10


@pytest.mark.parametrize("ending", sorted(ADVICE))
def test_what_cannot_be_read_is_answered_with_what_can_be_done(ending: str) -> None:
    path = Path(f"essay{ending}")
    path.write_bytes(b"\0\1\2")
    (report,) = check_files([path])
    assert report.error.startswith(f"{ending} is not read; ")
    assert len(report.error) > len(ending) + 30


def test_a_renamed_document_is_recognised_by_its_first_bytes() -> None:
    Path("essay.md").write_bytes(b"%PDF-1.7\n...")
    assert ".pdf is not read" in check_files(["essay.md"])[0].error


def test_one_bad_file_does_not_stop_the_rest() -> None:
    write(a_md=WRONG, c_md=RIGHT)
    Path("b.md").write_bytes(b"\0" * 100)
    bad, good = check_files(["b.md"])[0], check_files(["a.md", "b.md", "nope.md", "c.md"])
    assert bad.error
    assert [bool(report.error) for report in good] == [False, True, True, False]
    assert good[0].counts["false"] == 2


def test_a_file_that_cannot_be_opened_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    write(a_md=RIGHT)

    def refused(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    assert "Permission denied" in check_files(["a.md"])[0].error


def test_a_mistake_of_our_own_is_reported_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    write(a_md=RIGHT, b_md=RIGHT)
    right = one._judged  # noqa: SLF001 -- the seam at which a mistake is planted

    def broken(given: Given, text: str, network: object) -> Report:
        if given.path == "a.md":
            raise ZeroDivisionError
        return right(given, text, network)  # type: ignore[arg-type]

    monkeypatch.setattr(one, "_judged", broken)
    first, second = check_files(["a.md", "b.md"], jobs=1)
    assert "ZeroDivisionError" in first.error
    assert not second.error


# --- encodings ----------------------------------------------------------------------------------


def test_text_that_is_not_utf8_is_read_with_a_note_of_its_line() -> None:
    Path("a.md").write_bytes(f"{RIGHT}\nnaïve\n".encode().replace("ï".encode(), b"\xef"))
    (report,) = check_files(["a.md"])
    assert not report.error
    (note,) = [finding for finding in report.findings if finding.code == "encoding"]
    assert note.line == RIGHT.count("\n") + 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_same_text_in_other_encodings_has_the_same_findings(encoding: str) -> None:
    Path("a.md").write_bytes(WRONG.encode(encoding))
    (report,) = check_files(["a.md"])
    assert [finding.line for finding in report.findings] == WRONG_LINES


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(ends: str) -> None:
    Path("a.md").write_bytes(WRONG.replace("\n", ends).encode())
    assert [finding.line for finding in check_files(["a.md"])[0].findings] == WRONG_LINES


@given(st.binary(max_size=300))
def test_any_bytes_become_text_or_a_reason(data: bytes) -> None:
    made = decoded(data)
    assert made.error or len(made.text) <= len(data)


# --- the network that is given ------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["class", "mazur", "xor", "rnn", "iris"])
def test_a_given_network_knows_each_of_its_quantities_by_its_own_name(preset: str) -> None:
    network = network_of(sheetgrad.load(preset))
    assert all(network.key(name.replace("_", "")) is not None for name in network.definitions)


def test_a_network_that_is_given_overrides_the_one_described() -> None:
    write(a_md="∂E_total/∂w6 = (out_o1 - t1) * out_o1 * (1 - out_o1) * out_h1\n")
    (alone,), (told,) = sheetgrad.check("a.md"), sheetgrad.check("a.md", network="class")
    assert alone.counts["false"] == 0
    assert told.counts["false"] == 1
    assert told.network == sheetgrad.load("class").title


# --- many files, and time -----------------------------------------------------------------------


def test_processes_find_what_one_finds_in_the_same_order() -> None:
    write(**{f"n{number}_md": text for number, text in enumerate((RIGHT, WRONG, SLIPPED, WRONG, RIGHT))})
    Path("n9.md").write_bytes(b"\0")
    told: list[tuple[int, int]] = []
    given_ = network_of(sheetgrad.load("class"))
    alone = check_files(["."], jobs=1, network=given_)
    several = check_files(["."], jobs=2, network=given_, progress=lambda done, count, _: told.append((done, count)))
    assert [report.as_json() for report in several] == [report.as_json() for report in alone]
    assert told == [(n + 1, 6) for n in range(6)]


def test_what_takes_too_long_is_given_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    write(a_md=RIGHT)

    def endless(*_: object) -> NoReturn:
        while True:
            with suppress(Exception):  # the bound must get past a handler like this one
                time.sleep(0.01)

    monkeypatch.setattr(one, "_judged", endless)
    began = time.monotonic()
    assert "took longer than 0.2 seconds" in check_files(["a.md"], jobs=1, limit=0.2)[0].error
    assert time.monotonic() - began < 5


def test_a_bound_is_lifted_when_the_work_is_done() -> None:
    with within(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(TooSlow), within(0.05):
        time.sleep(1)


def test_a_script_without_a_main_guard_can_check_in_parallel() -> None:
    """Processes are started anew, so the caller's script is not run again in each of them."""
    write(**{f"n{number}_md": RIGHT for number in range(3)})
    Path("script.py").write_text("import sheetgrad\nprint(len(sheetgrad.check('n0.md', 'n1.md', 'n2.md', jobs=2)))\n")
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "3\n"


# --- hostile input ------------------------------------------------------------------------------

FORWARD = "h1 = w1*i1 + w2*i2\n\nh2 = w3*i1 + w4*i2\n\n"
MANY = 20_000
HOSTILE = {
    "a long sum": FORWARD + "h1 = " + " + ".join(["w1*i1"] * 100_000),
    "division by zero": FORWARD + "h1 = 1/0\n\nh1 = w1/0\n\n0/0 = h1",
    "a tower of powers": FORWARD + "h1 = 9^9^9^9^9\n\n9**9**9**9 = h1\n\nh1 = 2^99999999999",
    "a long name": FORWARD + "h1 = " + "n" * 10_000 + "\n\n" + "a_" * 10_000 + " = h1",
    "names run together": FORWARD + "h1 = " + "w1" * MANY,
    "greek run together": FORWARD + "h1 = " + "σ" * MANY,
    "deep brackets": FORWARD + "h1 = " + "(" * MANY + "w1" + ")" * MANY,
    "deep fractions": FORWARD + "h1 = " + r"\frac{1}{" * MANY + "2" + "}" * MANY,
    "signs": FORWARD + "h1 = " + "-" * MANY + "w1",
    "a long number": FORWARD + "h1 = " + "9" * MANY,
    "endless lines": FORWARD + "h1 = w1*i1 +\n" * 500,
    "blank lines": "\n" * 200_000,
    **{f"many {sign!r}": sign * MANY for sign in "(_*{}\\$<>|&`~#=∂%;[]!"},
    **{
        f"many {words!r}": words * (MANY // 4)
        for words in (
            *("![[[[[", "![]", "![a](", "<!--", "<a ", "<img x ", "```\n", "~~~", "a_", "a_{b", "∂h1/", "1 - "),
            *(r"\[", r"\\[", r"\begin{align}", r"\begin{align}x\end{gather}", r"\frac", r"\hat{"),
            *("**a", "a = ", "&#9", "e^{"),
        )
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_ends_in_bounded_time(name: str) -> None:
    Path("a.md").write_text(HOSTILE[name], encoding="utf-8")
    began = time.process_time()
    (report,) = check_files(["a.md"], jobs=1)
    assert time.process_time() - began < 12
    assert not report.error
    assert "equalit" in rendered([report])


def test_ten_megabytes_are_refused_at_once() -> None:
    Path("a.md").write_text("(" * 10_000_000)
    began = time.process_time()
    assert "is larger than 2 MB" in check_files(["a.md"])[0].error
    assert time.process_time() - began < 1
    assert LARGEST == 2_000_000


def test_time_grows_with_the_number_of_equations_and_not_faster() -> None:
    line = "∂E_total/∂w5 = (a_o1 - t1) * a_o1 * (1 - a_o1) * a_h1\n\n"

    def seconds(count: int) -> float:
        began = time.process_time()
        assert check_text("a.md", RIGHT + line * count).counts["true"] > count
        return time.process_time() - began

    seconds(10)
    assert seconds(800) < 14 * seconds(100)


ALPHABET = st.sampled_from(
    [*"()[]{}$|*_^/=+-\\&<>!#`~,.;:'\" \n\t", *"aehiow∂δση²½0123", r"\frac", "E_total", "a_h1", "w5"]
)


@settings(deadline=10_000)
@given(st.lists(ALPHABET, max_size=60).map("".join))
def test_any_text_ends_in_a_report_that_can_be_written_in_every_format(text: str) -> None:
    report = check_text("a.md", FORWARD + text)
    for form in ("text", "json", "github", "sarif", "html"):
        assert rendered([report], form)
    assert set(FORMS.values()) == {"document", "notebook", "code", "workbook"}

"""What the reports of a check look like, in every format."""

from __future__ import annotations

import html as html_
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from handmade import RIGHT, SLIPPED, WRONG, WRONG_LINES

from sheetgrad.check.codes import entries, entry, listed
from sheetgrad.check.document import check_text
from sheetgrad.check.findings import Finding, Judged, Report
from sheetgrad.check.fix import fixed
from sheetgrad.check.mistakes import MISTAKES
from sheetgrad.check.report import FORMATS, exit_code, rendered
from sheetgrad.check.report.marks import lines, marks
from sheetgrad.check.report.words import clean, gradients, natural, quantity
from sheetgrad.errors import SheetgradError

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD = "<script>alert(1)</script> <img src=x onerror=alert(2)> \" onload=' %0A::error::no \x1b[31m \u202e"


@pytest.fixture(scope="module")
def wrong() -> Report:
    return check_text("notes/a.md", WRONG)


def one(**changes: object) -> Report:
    """A report with one finding."""
    given = {"verdict": "false", "code": "wrong-index", "line": 2, "column": 3, "place": "a.md:2:3"} | changes
    return Report("a.md", findings=[Finding(**given)], text="\nh1 = w1\n")  # type: ignore[arg-type]


# --- text ---------------------------------------------------------------------------------------


def test_text_gives_place_code_quantity_both_sides_and_a_reason(wrong: Report) -> None:
    shown = rendered([wrong])
    first, second = WRONG_LINES
    assert shown.startswith(f"notes/a.md:{first}:1  wrong-index  ∂E_total/∂w7\n  yours     (a_o2 - t2)")
    assert "\n  expected  (a_o2 - t2) * a_o2 * (1 - a_o2) * a_h1\n" in shown
    assert f"and 1 more like it: line {second} (∂E_total/∂w8)" in shown


def test_the_summary_counts_every_verdict_and_judges_the_final_gradients(wrong: Report) -> None:
    shown = rendered([wrong])
    assert re.search(r"\d+ equalities: \d+ true, 0 slips, 2 false, 0 unread; 0 lines with = not read", shown)
    assert "final gradients: w5, w6 right; w7, w8 WRONG" in shown


def test_the_final_gradients_are_named_when_all_are_right_and_when_there_are_none() -> None:
    assert gradients({"w10": "true", "w2": "true"}) == "final gradients: all 2 right (w2, w10)"
    assert "none" in gradients({})


def test_colour_changes_nothing_but_colour(wrong: Report) -> None:
    coloured = rendered([wrong], colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == rendered([wrong])


def test_the_reading_shows_every_equality_as_understood(wrong: Report) -> None:
    shown = rendered([wrong], reading=True)
    assert shown.count(" true ") + shown.count(" false ") == len(wrong.equalities)
    assert "∂E_total/∂w7 = (a_o2 - t2)*a_o2*(1 - a_o2)*a_h2" in shown


def test_several_files_end_in_one_total(wrong: Report) -> None:
    shown = rendered([wrong, check_text("b.md", RIGHT), Report("c.pdf", error="no")])
    assert "3 files: " in shown
    assert "1 with false equalities; 1 not checked" in shown


def test_what_others_wrote_cannot_steer_a_terminal() -> None:
    shown = rendered([one(yours=PAYLOAD, message=PAYLOAD, quantity=PAYLOAD, place=f"{PAYLOAD}:1:1")])
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    ("plain", "shown"), [("dE_total_dw5", "∂E_total/∂w5"), ("dE1_da_o1", "∂E1/∂a_o1"), ("h1", "h1"), ("", "")]
)
def test_quantities_are_written_as_people_write_them(plain: str, shown: str) -> None:
    assert quantity(plain) == shown


def test_names_are_counted_as_people_count() -> None:
    assert sorted(["w10", "w2", "b1", "w"], key=natural) == ["b1", "w", "w2", "w10"]


def test_long_text_is_cut() -> None:
    assert clean("x" * 5_000) == "x" * 599 + "…"


# --- machines -----------------------------------------------------------------------------------


def test_json_keeps_the_contract(wrong: Report) -> None:
    (file,) = json.loads(rendered([wrong], "json"))["files"]
    assert {"path", "kind", "counts", "findings"} <= set(file)
    assert set(file["counts"]) == {"true", "slip", "false", "unread", "given"}
    found = file["findings"][0]
    keys = {"verdict", "line", "column", "place", "code", "quantity", "yours", "expected", "message"}
    assert set(found) == keys
    assert (found["line"], found["quantity"]) == (WRONG_LINES[0], "dE_total_dw7")


def test_json_with_the_reading_holds_every_equality(wrong: Report) -> None:
    (file,) = json.loads(rendered([wrong], "json", reading=True))["files"]
    assert len(file["equalities"]) == sum(file["counts"].values())


def test_github_annotations_are_one_command_a_line_with_their_signs_escaped() -> None:
    shown = rendered([one(message=f"50%\n::error::no {PAYLOAD}", quantity="a,b:c", yours="x")], "github")
    commands = shown.splitlines()
    assert all(re.match(r"::(error|warning|notice) file=a\.md[^:]*::", command) for command in commands)
    assert len(commands) == 2
    assert commands[0].startswith("::error file=a.md,line=2,col=3,title=wrong-index a%2Cb%3Ac::yours: x%0A50%25")


def test_github_levels_follow_the_verdicts() -> None:
    found = {verdict: rendered([one(verdict=verdict)], "github").split()[0] for verdict in ("false", "slip", "note")}
    assert found == {"false": "::error", "slip": "::warning", "note": "::notice"}


def test_sarif_points_every_result_to_a_rule_and_a_place(wrong: Report) -> None:
    made = json.loads(rendered([wrong, Report("c.pdf", error="no")], "sarif"))
    assert made["version"] == "2.1.0"
    (run,) = made["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert set(MISTAKES) <= set(rules)
    assert len(rules) == len(set(rules))
    assert not run["invocations"][0]["executionSuccessful"]
    for result, line in zip(run["results"], WRONG_LINES, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"], region["endLine"]) == (line, 1, line)
        assert region["endColumn"] == len(WRONG.splitlines()[line - 1]) + 1


def test_sarif_fingerprints_stay_when_lines_above_change(wrong: Report) -> None:
    def prints(report: Report) -> list[str]:
        results = json.loads(rendered([report], "sarif"))["runs"][0]["results"]
        return [result["partialFingerprints"]["sheetgrad/v1"] for result in results]

    assert prints(check_text("notes/a.md", "\n\nA word.\n\n" + WRONG)) == prints(wrong)
    assert len(set(prints(wrong))) == 2


# --- the page -----------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page is made of: tags, their attributes, and the text of its lines."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.code: list[str] = []
        self.in_code = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        if tag == "code":
            self.in_code = True
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        self.in_code = self.in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        if self.in_code:
            self.code[-1] += data


def test_the_page_shows_the_whole_text_with_its_equations_marked(wrong: Report) -> None:
    shown = rendered([wrong], "html")
    assert [line.replace("\u200b", "") for line in Page(shown).code] == WRONG.split("\n")
    assert shown.count('<mark class="false"') == 1 + 2  # one in the key
    assert "w7 wrong" in shown
    assert "a_h<" not in shown
    assert '<span class="changed">a_h2</span>' in shown


def test_the_page_runs_nothing_and_asks_for_nothing() -> None:
    report = one(yours=PAYLOAD, expected=PAYLOAD, message=PAYLOAD, quantity=PAYLOAD, code=PAYLOAD, witness=PAYLOAD)
    report.text = f"{PAYLOAD}\n" * 3
    report.path = report.network = PAYLOAD
    report.gradients = {PAYLOAD: "false"}
    report.equalities = [Judged(1, 1, "true", PAYLOAD, PAYLOAD, (2, 40))]
    shown = rendered([report, Report(PAYLOAD, error=PAYLOAD)], "html")
    page = Page(shown)
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not {name for name in page.names if name.startswith("on") or name in {"src", "style"}}
    assert "default-src 'none'" in html_.unescape(shown)
    assert "\u202e" not in shown


def test_the_page_stands_alone(wrong: Report) -> None:
    shown = rendered([wrong], "html")
    assert not re.findall(r"(?:href|src)=\"(?!#)|url\(|@import|https?://", shown)
    assert "prefers-color-scheme: dark" in shown
    assert "@media print" in shown


def test_marks_of_a_chain_do_not_overlap_and_the_worst_verdict_wins() -> None:
    report = Report("a.md", text="a = b = c, d = e")
    report.equalities = [Judged(1, 1, "true", "a", "b", (0, 5)), Judged(1, 1, "false", "b", "c", (0, 9))]
    report.findings = [Finding("note", "n", 1, 1, "", span=(0, 9))]
    (line,) = lines(report.text, marks(report))
    assert [(part.text, part.mark.verdict if part.mark else "") for part in line] == [
        ("a = b", "note"),
        (" = c", "false"),
        (", d = e", ""),
    ]


# --- codes and exit codes -----------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(entries()))
def test_every_code_has_words_and_is_listed(code: str) -> None:
    found = entry(code)
    assert found.title
    assert found.meaning
    assert code in str(found)
    assert re.search(rf"^{code} ", listed(), re.MULTILINE)


def test_every_code_that_checks_give_is_explained(wrong: Report) -> None:
    given = [*wrong.findings, *check_text("a.md", SLIPPED).findings]
    assert {finding.code for finding in given} <= set(entries())


def test_an_unknown_code_is_answered_with_one_that_is_near() -> None:
    with pytest.raises(SheetgradError, match="did you mean 'wrong-index'"):
        entry("wrong-indx")


def test_exit_codes() -> None:
    good, slip, bad, broken = Report("a"), one(verdict="slip"), one(verdict="false"), Report("d", error="no")
    assert [exit_code([report]) for report in (good, slip, bad, broken)] == [0, 0, 1, 2]
    assert [exit_code([report], strict=True) for report in (good, slip, bad, broken)] == [0, 1, 1, 2]
    assert exit_code([bad, broken]) == 2
    assert exit_code([]) == 2


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sarif"):
        rendered([Report(str(tmp_path))], "xml")
    assert len(FORMATS) == 5


# --- corrected copies ---------------------------------------------------------------------------


def test_a_corrected_text_has_no_false_line_and_differs_in_what_was_wrong_only(wrong: Report) -> None:
    made = fixed(wrong)
    assert check_text("a.md", made.text).counts["false"] == 0
    pairs = enumerate(zip(WRONG.splitlines(), made.text.splitlines(), strict=True), 1)
    assert [number for number, (old, new) in pairs if old != new] == WRONG_LINES
    assert len(made.text) == len(WRONG)
    assert (made.mended, made.left) == (2, ())


@pytest.mark.parametrize(
    ("line", "end"),
    [
        (r"∂E_total/∂w7 = (a\_o2 - t2) \* a\_o2 \* (1 - a\_o2) \* a\_h", "{}"),
        (r"$\frac{\partial E_{total}}{\partial w_7} = (a_{o2} - t_2) \cdot a_{o2}(1 - a_{o2}) \cdot a_{h", "{}}}$"),
    ],
)
def test_corrections_keep_the_authors_own_spelling(line: str, end: str) -> None:
    made = fixed(check_text("a.md", f"{RIGHT}\n{line}{end.format(2)}\n"))
    assert made.text == f"{RIGHT}\n{line}{end.format(1)}\n"


def test_a_formula_in_the_address_of_a_picture_is_left_as_it_is() -> None:
    line = "![](https://latex.codecogs.com/svg.image?%5Cpartial%20E_total/%5Cpartial%20w7=(a_o2-t2)*a_o2*(1-a_o2)*a_h2)"
    report = check_text("a.md", f"{RIGHT}\n{line}\n")
    assert report.counts["false"] == 1
    made = fixed(report)
    assert (made.text, made.mended, len(made.left)) == (report.text, 0, 1)


def test_a_right_text_is_not_touched() -> None:
    assert fixed(check_text("a.md", RIGHT)).text == RIGHT

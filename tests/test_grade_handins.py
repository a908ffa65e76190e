"""Hand-ins in folders, zips and downloads: whose they are, and that nothing in them does harm."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
import yaml

from sheetgrad.classroom.archives import ArchiveError, members
from sheetgrad.classroom.downloads import labelled, submissions
from sheetgrad.classroom.handins import HandIn, Piece, hand_ins
from sheetgrad.classroom.opened import opened
from sheetgrad.classroom.roster import Roster, roster_of
from sheetgrad.errors import SheetgradError

NOBODY = Roster({})
CLASS = Roster({"s01": ["Ada Berg"], "s02": ["Benoît Café"], "s03": ["Cleo Dahl"]})
TEXT = "h1 = w1*i1 + w2*i2\n"


def put(folder: Path, *names: str, text: str = TEXT) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def zipped(path: Path, **files: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return path


def whose(found: tuple[HandIn, ...]) -> dict[str, tuple[str, ...]]:
    """The files of every student."""
    return {one.student or f"?{one.label}": tuple(piece.shown for piece in one.pieces) for one in found}


def shown(hand_in: HandIn) -> list[tuple[str, str]]:
    with opened(hand_in) as files:
        return [(file.shown, file.problem) for file in files]


# --- where hand-ins lie -----------------------------------------------------------------------------


def test_every_folder_of_a_folder_is_a_hand_in(tmp_path: Path) -> None:
    put(tmp_path, "ada/README.md", "ada/chart.png", "ben/sub/work.ipynb", "ben/data.csv")
    assert whose(hand_ins([tmp_path], NOBODY).hand_ins) == {
        "ada": ("README.md", "chart.png"),
        "ben": ("data.csv", "sub/work.ipynb"),
    }


def test_a_folder_with_one_readme_is_one_hand_in(tmp_path: Path) -> None:
    put(tmp_path / "ada", "README.md", "pictures/a.png", "backward.py")
    assert whose(hand_ins([tmp_path / "ada"], NOBODY).hand_ins) == {
        "ada": ("README.md", "backward.py", "pictures/a.png")
    }


def test_folders_given_one_by_one_are_one_hand_in_each(tmp_path: Path) -> None:
    put(tmp_path, "s01/README.md", "s01/more/x.md", "s02/README.md")
    assert list(whose(hand_ins([tmp_path / "s01", tmp_path / "s02"], CLASS).hand_ins)) == ["s01", "s02"]


def test_loose_files_named_after_students_are_theirs(tmp_path: Path) -> None:
    put(tmp_path, "ada.md", "ben.md")
    assert whose(hand_ins([tmp_path], NOBODY).hand_ins) == {"ada": ("ada.md",), "ben": ("ben.md",)}


def test_names_are_matched_without_accents_case_and_order(tmp_path: Path) -> None:
    put(tmp_path, "Berg, Ada/a.md", "BENOIT cafe/a.md", "sheet3_s03_final/a.md", "Zoe Unknown/a.md")
    assert set(whose(hand_ins([tmp_path], CLASS).hand_ins)) == {"s01", "s02", "s03", "?Zoe Unknown"}


def test_a_moodle_download_with_and_without_folders(tmp_path: Path) -> None:
    put(
        tmp_path / "folders",
        "Ada Berg_101_assignsubmission_file_/README.md",
        "Cleo Dahl_103_assignsubmission_file_/a.md",
    )
    put(tmp_path / "flat", "Ada Berg_101_assignsubmission_file_README.md", "Ada Berg_101_assignsubmission_file_b.ipynb")
    assert whose(hand_ins([tmp_path / "folders"], CLASS).hand_ins) == {"s01": ("README.md",), "s03": ("a.md",)}
    assert whose(hand_ins([tmp_path / "flat"], CLASS).hand_ins) == {"s01": ("README.md", "b.ipynb")}


def test_a_moodle_download_may_be_the_zip_itself(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("project/README.md", TEXT)
        archive.writestr("__MACOSX/project/._README.md", "junk")
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Ada Berg_101_assignsubmission_file_/README.md", TEXT)
        archive.writestr("Cleo Dahl_103_assignsubmission_file_/work.zip", inner.getvalue())
    found = hand_ins([path], CLASS).hand_ins
    assert [one.student for one in found] == ["s01", "s03"]
    assert [shown(one) for one in found] == [[("README.md", "")], [("work.zip/project/README.md", "")]]


def test_a_gradescope_export_says_whose_and_when(tmp_path: Path) -> None:
    root = tmp_path / "assignment_9_export"
    put(root, "submission_11/README.md", "submission_12/work.md", "submission_13/README.md")
    about = {
        "submission_11": {
            ":submitters": [{":name": "Ada Berg", ":sid": "s01", ":email": "ada@example.org"}],
            ":created_at": "2026-11-20 10:00:00 Z",
            ":score": 3.5,
            ":history": [{":id": 7, ":created_at": "2026-11-19 10:00:00 Z"}],
        },
        "submission_12": {
            ":submitters": [{":name": "Cleo Dahl", ":sid": None}, {":name": "Benoît Café", ":sid": "s02"}]
        },
        "submission_13": {":submitters": []},
    }
    (root / "submission_metadata.yml").write_text(yaml.safe_dump(about, sort_keys=False, allow_unicode=True))
    found = hand_ins([root], CLASS).hand_ins
    assert whose(found) == {
        "s01": ("README.md",),
        "s03": ("work.md",),
        "s02": ("work.md",),
        "?submission_13": ("README.md",),
    }
    assert next(one.time for one in found if one.student == "s01") == "2026-11-20 10:00:00 Z"


def test_the_list_of_submissions_is_read_as_yaml_reads_it() -> None:
    about = {
        f"submission_{n}": {
            ":submitters": [{":name": name, ":sid": str(n), ":email": f"{n}@example.org"}],
            ":created_at": f"2026-11-0{n} 08:30:00.5 Z",
            ":status": "processed",
            ":results": {":tests": [{":name": "not a person", ":score": 1}]},
        }
        for n, name in enumerate(("O'Neil, Pat", "Ünal: Ö", "no", "- dash", "yes # no"), 1)
    }
    text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True)
    wanted = {
        key: (tuple(one[":submitters"][0].values()), one[":created_at"]) for key, one in yaml.safe_load(text).items()
    }
    assert {key: (one.names[0], one.time) for key, one in submissions(text).items()} == wanted


@pytest.mark.parametrize(
    ("name", "who", "file"),
    [
        ("Ada Berg_7_assignsubmission_file_", "Ada Berg", ""),
        ("Ada_de Berg_7_assignsubmission_file_a_b.md", "Ada_de Berg", "a_b.md"),
        ("bergada_LATE_12_345_README.md", "bergada", "README.md"),
        ("submission_12", "", ""),
    ],
)
def test_names_that_platforms_give(name: str, who: str, file: str) -> None:
    found = labelled(name)
    assert found is not None
    assert (found.who, found.file) == (who, file)


@pytest.mark.parametrize("name", ["README.md", "sheet_3", "my_work_2_final.md", "submission", "a_1_b.md"])
def test_ordinary_names_are_no_platform_s(name: str) -> None:
    assert labelled(name) is None


def test_a_class_list_needs_its_column(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text("\ufeffstudent,full name,group\ns01,Ada Berg,A\n,,\n", encoding="utf-8")
    assert roster_of(path).who("ada berg") == "s01"
    path.write_text("who\nAda\n")
    with pytest.raises(SheetgradError, match="has no column `student`"):
        roster_of(path)


def test_a_name_that_two_share_is_nobody_s() -> None:
    assert Roster({"s01": ["Ada Berg"], "s02": ["Ada Berg"]}).who("Ada Berg") == ""


def test_a_name_in_the_text_is_found() -> None:
    assert CLASS.named_in("# Sheet 3\n\n**Name**: Ada Berg\n") == "s01"
    assert CLASS.named_in("| Student | s03 |\n") == "s03"
    assert CLASS.named_in("Ada Berg helped me.\n") == ""


# --- what must not happen ---------------------------------------------------------------------------


def test_members_that_lead_out_are_refused_and_said(tmp_path: Path) -> None:
    path = tmp_path / "s01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.md", TEXT)
        archive.writestr("/etc/evil.md", TEXT)
        archive.writestr("C:/evil.md", TEXT)
        archive.writestr("a/..\\..\\evil.md", TEXT)
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good.md", TEXT)
    refused = {member.name: member.refused for member in members(path)}
    assert refused.pop("good.md") == ""
    assert all(refused.values())
    found = hand_ins([tmp_path], CLASS)
    said = dict(shown(found.hand_ins[0]))
    assert said["s01.zip/good.md"] == ""
    assert sum(bool(problem) for problem in said.values()) == 5
    assert not list(tmp_path.parent.rglob("evil.md"))


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "secret.md", "class/ada/README.md")
    (tmp_path / "class" / "ada" / "link.md").symlink_to(tmp_path / "secret.md")
    found = hand_ins([tmp_path / "class"], NOBODY)
    assert whose(found.hand_ins) == {"ada": ("README.md",)}
    assert [left.reason for left in found.left_out] == ["is a link or a device, not a file"]


def test_a_bomb_is_stopped_while_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgrad.classroom.archives.LARGEST_MEMBER", 1_000_000)
    path = tmp_path / "s01.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", b"0" * 5_000_000)
    data = bytearray(path.read_bytes())
    for place in (data.find(b"PK\x03\x04") + 22, data.find(b"PK\x01\x02") + 24):  # it says that it is small
        data[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    found = hand_ins([tmp_path], CLASS).hand_ins[0]
    ((_, problem),) = shown(found)
    assert "larger than 1 MB" in problem or "cannot be unpacked" in problem


def test_zips_in_zips_in_zips_are_not_opened_for_ever(tmp_path: Path) -> None:
    data = b"h1 = w1*i1\n"
    name = "a.md"
    for _ in range(6):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(name, data)
        data, name = made.getvalue(), "a.zip"
    (tmp_path / "s01.zip").write_bytes(data)
    ((_, problem),) = shown(hand_ins([tmp_path], CLASS).hand_ins[0])
    assert "zip in a zip" in problem


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"PK\x05\x06" + b"\0" * 18, os.urandom(2000)])
def test_a_broken_zip_says_so_and_stops_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s01.zip").write_bytes(data)
    put(tmp_path, "s02/README.md")
    found = hand_ins([tmp_path], CLASS).hand_ins
    assert [one.student for one in found] == ["s01", "s02"]
    assert all(problem for _, problem in shown(found[0]))


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgrad.classroom.archives.MOST_MEMBERS", 10)
    path = zipped(tmp_path / "a.zip", **{f"f{n}_dot_md": TEXT for n in range(12)})
    with pytest.raises(ArchiveError, match="holds 12 files"):
        members(path)


def test_nothing_that_was_unpacked_stays(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", a_dot_md=TEXT)
    with opened(HandIn("a", pieces=(Piece(str(path), "", "a.zip"),))) as (file,):
        place = Path(file.given.path)
        assert place.read_text(encoding="utf-8") == TEXT
    assert not place.exists()


def test_reports_keys_and_lists_are_no_hand_ins(tmp_path: Path) -> None:
    put(tmp_path, "s01/README.md", "s01/worksheet.html", "s01/key.md", "s02/key.md", "class.csv", "exercise.toml")
    put(tmp_path, "report/.graded/s01.json", "report/feedback/s01.md")
    assert whose(hand_ins([tmp_path], CLASS).hand_ins) == {"s01": ("README.md", "worksheet.html"), "s02": ("key.md",)}

"""Files are written whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sheetgrad.errors import SheetgradError
from sheetgrad.files import CannotWriteError, replacing

if TYPE_CHECKING:
    from pathlib import Path


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def write_and_stop(path: Path, stop: type[BaseException]) -> None:
    with replacing(path) as file:
        file.write("half")
        raise stop


def test_what_is_written_is_there_after_the_block_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "result.txt"
    with replacing(path) as file:
        file.write("whole")
        file.flush()
        assert not path.exists()
    assert path.read_text() == "whole"
    assert names_in(tmp_path) == ["result.txt"]


def test_where_files_need_a_name_they_have_one_until_they_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "result.txt"
    with replacing(path) as file:
        file.write("whole")
        assert [name for name in names_in(tmp_path) if name.endswith(".part")]
    assert names_in(tmp_path) == ["result.txt"]
    with pytest.raises(ValueError, match=r"^$"):
        write_and_stop(path, ValueError)
    assert names_in(tmp_path) == ["result.txt"]


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: Path, stop: type[BaseException]) -> None:
    path = tmp_path / "result.txt"
    path.write_text("before")
    with pytest.raises(stop):
        write_and_stop(path, stop)
    assert path.read_text() == "before"
    assert names_in(tmp_path) == ["result.txt"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_is_stopped_leaves_no_half_file(tmp_path: Path, how: signal.Signals) -> None:
    if how is not signal.SIGINT and not hasattr(os, "O_TMPFILE"):
        pytest.skip("files without a name are Linux's")
    code = (
        "import sys, time\nfrom sheetgrad.files import replacing\n"
        "with replacing(sys.argv[1]) as file:\n"
        "    file.write('half'); file.flush(); print('ready', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "result.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(how)
        process.wait(timeout=20)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_bytes_and_line_ends_are_kept_as_they_are(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "result"
    with replacing(path, mode) as file:
        file.write("∂\r\n\n" if mode == "w" else "∂\r\n\n".encode())
    assert path.read_bytes() == "∂\r\n\n".encode()


def test_a_new_file_has_the_rights_of_any_other_new_file(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    with replacing(tmp_path / "ours"):
        pass
    ours, ordinary = ((tmp_path / name).stat().st_mode for name in ("ours", "ordinary"))
    assert stat.S_IMODE(ours) == stat.S_IMODE(ordinary)


def test_a_replaced_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.touch(mode=0o640)
    path.chmod(0o640)
    with replacing(path):
        pass
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(CannotWriteError, match=r"missing/result\.txt: cannot be written"),
        replacing(tmp_path / "missing" / "result.txt"),
    ):
        pass
    assert issubclass(CannotWriteError, SheetgradError)


def test_a_folder_in_the_place_of_the_file_is_named_and_kept(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    with pytest.raises(CannotWriteError, match="result: cannot be written"), replacing(tmp_path / "result") as file:
        file.write("x")
    assert names_in(tmp_path) == ["result"]


def test_two_writers_of_one_file_leave_one_of_the_two_whole(tmp_path: Path) -> None:
    path = tmp_path / "result"
    with replacing(path) as first, replacing(path) as second:
        first.write("first" * 1000)
        second.write("second" * 1000)
    assert path.read_text() == "first" * 1000

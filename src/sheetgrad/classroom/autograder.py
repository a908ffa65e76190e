"""A Gradescope autograder: a zip with the key, the rubric and this package, and what runs in Gradescope's container.

Gradescope unpacks it to /autograder/source, runs setup.sh once and run_autograder for
every submission, and reads /autograder/results/results.json.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from importlib.metadata import requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetgrad.classroom.grade import grade_found, plan_of
from sheetgrad.classroom.handins import Found, hand_ins
from sheetgrad.classroom.judging import RESULTS
from sheetgrad.classroom.key import load
from sheetgrad.classroom.roster import Roster
from sheetgrad.classroom.rubric import rubric as rubric_in
from sheetgrad.errors import SheetgradError
from sheetgrad.files import replacing

if TYPE_CHECKING:
    import os

    from sheetgrad.classroom.feedback import Level

SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built.
set -euo pipefail
cd /autograder/source
for python in python3.14 python3.13 python3.12 python3.11 python3; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi
  python=
done
if [ -z "$python" ]; then # Ubuntu 22.04 has an older one
  apt-get update
  apt-get install -y python3.11 python3.11-venv
  python=python3.11
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  apt-get update
  apt-get install -y "$python-venv" || apt-get install -y python3-venv
fi
"$python" -m venv environment
environment/bin/python -m pip install {packages}
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for every submission.
set -euo pipefail
cd /autograder/source
PYTHONPATH=/autograder/source environment/bin/python -m sheetgrad.classroom.autograder \\
  /autograder/submission /autograder/submission_metadata.json /autograder/results/results.json
"""
CHOICES = "autograder.json"
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of everything in the zip, so that the same autograder has the same bytes."""


def write_autograder(
    path: str | os.PathLike[str], *, key: str | None, network: str | None, rubric: str | None, level: Level
) -> None:
    """Write the zip.

    Raises:
        CannotWriteError: it cannot be written.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "setup.sh", SETUP.format(packages=" ".join(_packages())).encode(), run=True)
        _put(archive, "run_autograder", RUN.encode(), run=True)
        _put(archive, CHOICES, json.dumps({"level": level}).encode())
        for name, source in (("exercise.toml", key), ("network.toml", network), ("rubric.toml", rubric)):
            if source is not None:
                _put(archive, name, _text(name, source))
        for name, data in _package():
            _put(archive, name, data)
    with replacing(path, "wb") as file:
        file.write(made.getvalue())


def _text(name: str, source: str) -> bytes:
    """A file that goes with it; the name of a preset becomes its spec."""
    from sheetgrad.catalog.presets import PRESETS

    place = Path(source)
    if name == "network.toml" and source in PRESETS and not place.exists():
        return PRESETS[source].encode()
    return (place / name if place.is_dir() else place).read_bytes()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, *, run: bool = False) -> None:
    info = zipfile.ZipInfo(name, OLDEST)
    info.external_attr = (0o100755 if run else 0o100644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _package() -> list[tuple[str, bytes]]:
    """This package's own files: the autograder runs just the version that made it."""
    root = Path(__file__).parent.parent
    about = f"sheetgrad-{version('sheetgrad')}.dist-info/METADATA"
    return [
        (about, f"Metadata-Version: 2.1\nName: sheetgrad\nVersion: {version('sheetgrad')}\n".encode()),
        *(
            (path.relative_to(root.parent).as_posix(), path.read_bytes())
            for path in sorted(root.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".so", ".pyd"}
        ),
    ]


def _packages() -> list[str]:
    """What the package needs to run, quoted for a shell."""
    needed = [one.split(";")[0].strip() for one in requires("sheetgrad") or () if "extra ==" not in one]
    return [f"'{one}'" for one in needed if re.fullmatch(r"[\w.\-\[\]<>=!~, ]+", one)]


# --- in Gradescope's container ----------------------------------------------------------------------


def run(submission: str, metadata: str, results: str, *, source: str = ".", folder: str = "report") -> None:
    """Grade one submission and write its results; whatever happens, Gradescope gets a file that says so."""
    try:
        text = _results(submission, _known(metadata), Path(source), folder)
    except Exception as problem:  # noqa: BLE001 -- without a file Gradescope shows the student nothing at all
        output = f"The autograder could not grade this: {problem}. Your teacher has been left a note."
        text = json.dumps({"score": 0, "output": output, "visibility": "visible", "stdout_visibility": "hidden"})
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)  # noqa: T201 -- the teacher's note
    with replacing(results) as file:
        file.write(text)


def _results(submission: str, about: dict[str, Any], source: Path, folder: str) -> str:
    from sheetgrad import network

    exercise = load(source / "exercise.toml") if (source / "exercise.toml").exists() else None
    setup = network.load(source / "network.toml") if (source / "network.toml").exists() else None
    rubric = rubric_in(source / "rubric.toml") if (source / "rubric.toml").exists() else None
    level = json.loads((source / CHOICES).read_text(encoding="utf-8"))["level"]
    plan = plan_of(folder, exercise, rubric, setup, None, level)
    roster = Roster(plan.roster)
    found = hand_ins([submission], roster)
    if not found.hand_ins:
        message = "there is no file in the submission"
        raise SheetgradError(message)
    pieces = tuple(piece for one in found.hand_ins for piece in one.pieces)
    users = about.get("users") or [{}]
    names = [str(user[key]) for user in users for key in ("sid", "email", "name") if user.get(key)]
    addresses = [name.partition("@")[0] for name in names if "@" in name]
    one = found.hand_ins[0]._replace(
        label=names[-1] if names else "submission",
        student=roster.who(*names, *addresses) or ("" if roster else (names[-1] if names else "")),
        pieces=pieces,
        time=str(about.get("created_at") or ""),
        given_time=True,
    )
    done = grade_found(Found((one,), found.left_out), plan, jobs=1)
    return (Path(folder) / RESULTS / f"{done.graded[0].page}.json").read_text(encoding="utf-8")


def _known(path: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    run(*sys.argv[1:4])

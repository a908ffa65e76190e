"""The C extension under AddressSanitizer and UndefinedBehaviorSanitizer, with random Programs and random garbage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from drawn_models import MANY

SOURCE = Path(__file__).parent.parent / "src" / "sheetgrad" / "engine" / "native"
FUZZ = Path(__file__).with_name("fuzz_tapes.py")
ROUNDS = 20_000 if MANY else 1_000
FLAGS = (
    *("-shared", "-fPIC", "-g", "-O0", "-ffp-contract=off", "-fno-math-errno", "-fno-omit-frame-pointer"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror"),
)


def runtime(compiler: str) -> str:
    """The library of the sanitizer, which must be loaded before Python."""
    asked = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension built with sanitizers."""
    compiler = shutil.which("gcc")
    if compiler is None or not Path(runtime(compiler)).is_absolute():
        pytest.skip("gcc with AddressSanitizer is not installed")
    built = tmp_path_factory.mktemp("sanitized") / "_native.so"
    sources = sorted(map(str, SOURCE.glob("*.c")))
    include = f"-I{sysconfig.get_path('include')}"
    subprocess.run([compiler, *FLAGS, include, *sources, "-o", str(built), "-lm", "-lpthread"], check=True)
    return built


@pytest.mark.parametrize("seed", range(4) if MANY else range(1))
def test_no_tape_makes_the_extension_touch_what_is_not_its_own(sanitized: Path, seed: int) -> None:
    environment = {
        **os.environ,
        "LD_PRELOAD": runtime("gcc"),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, str(FUZZ), str(sanitized), str(seed), str(ROUNDS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    ran, looped, layered = map(int, done.stdout.split())
    assert ran > ROUNDS // 10  # many were run, not only refused
    assert looped > ROUNDS // 20
    assert layered > ROUNDS // 10


def test_the_sources_compile_without_a_warning_and_without_computed_jumps(tmp_path: Path) -> None:
    """As a compiler does it that cannot jump to an address."""
    compilers = [found for name in ("gcc", "clang") if (found := shutil.which(name))]
    if not compilers:
        pytest.skip("no C compiler is installed")
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-fPIC", "-c", "-DSHEETGRAD_SWITCH"]
    for compiler in compilers:
        for source in SOURCE.glob("*.c"):
            command = [
                compiler,
                *flags,
                f"-I{sysconfig.get_path('include')}",
                str(source),
                "-o",
                str(tmp_path / "made.o"),
            ]
            subprocess.run(command, check=True)

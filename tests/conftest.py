"""How the tests are run: how many examples, and what a skip means."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Generator

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

settings.register_profile("few", max_examples=20, derandomize=True, deadline=None, database=None)
settings.register_profile(
    "many", max_examples=300, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("SHEETGRAD_EXAMPLES", "few"))

NOTHING_IS_SKIPPED = os.environ.get("SHEETGRAD_CI") == "1"
"""In CI every judge is installed, so a skip there is a mistake."""


def failed_if_skipped(report: Report) -> Report:
    """Turn a skip into a failure where every judge must be there."""
    if NOTHING_IS_SKIPPED and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but in CI nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return failed_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return failed_if_skipped((yield))


@pytest.fixture(scope="session")
def mutant_share() -> int:
    """How many planted mistakes are tried: a sample, or all of them in `make prove`."""
    return 100_000 if os.environ.get("SHEETGRAD_EXAMPLES") == "many" else 240

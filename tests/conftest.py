"""Fixtures that every test may ask for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from hub import log

# The same examples in every run: what fails was changed since. HYPOTHESIS_PROFILE=new looks for others.
settings.register_profile("same", derandomize=True)
settings.register_profile("new")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

pytest_plugins = [
    "tests.fix_postgres",
    "tests.fix_timescale",
    "tests.fix_hub",
    "tests.fix_mqtt",
    "tests.fix_commands",
    "tests.fix_api",
    "tests.fix_proxy",
    "tests.fix_rules",
]


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests() -> Iterator[None]:
    """What one test calls a secret is not taken out of what the next one reads."""
    before = set(log._secrets)
    yield
    log._secrets.clear()
    log._secrets.update(before)


@pytest.fixture(autouse=True)
def _no_log_of_other_tests() -> Iterator[None]:
    """A command that ran in one test does not write to the stream that pytest had open then."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)

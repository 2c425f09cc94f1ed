"""Every call about people, sessions, tokens and the audit log, as everybody: see ``tests/api_calls.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from hub.store import Store
from tests.api_calls import LEAST, run

pytestmark = pytest.mark.timeout(300)


def test_every_call_is_refused_or_answered_as_described(
    store: Store, tmp_path: Path, routes: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run("people", store, tmp_path, routes, monkeypatch)
    assert not found.wrong, "\n".join(found.wrong[:30])
    assert found.count >= LEAST["people"]

"""Databases as earlier versions left them: the migrations up to there, and rows written by hand in the tables of then.

``tests/migrations/NNNN_name.sql`` is what a database of that version holds. ``-- include NAME`` takes what an earlier
one holds; a statement that begins like one of those (``insert into gap``, ``do``) takes its place.
"""

from __future__ import annotations

import re
from pathlib import Path

from hub.store import Store, migrate

FOLDER = Path(__file__).parent / "migrations"
_STATEMENT = re.compile(r"^(?=insert |select |do )", re.MULTILINE)
_INCLUDE = re.compile(r"^-- include (\w+)$", re.MULTILINE)


def made_at(store: Store, version: str) -> None:
    """Fill an empty database. Fails where nobody has written down what that version holds."""
    migrate.upgrade(store, to=version)
    with store.transaction() as tx:
        for statement in statements(version):
            tx.execute(statement.encode())


def statements(version: str) -> list[str]:
    """What fills a database of ``version``, in order."""
    file = FOLDER / f"{version}.sql"
    assert file.exists(), f"the migration {version} has no tests/migrations/{file.name}: write down what is in it"
    text = file.read_text(encoding="utf-8")
    own, included = _STATEMENT.split(text)[1:], _INCLUDE.search(text)
    if included is None:
        return own
    instead = {_head(each): each for each in own}
    before = [instead.pop(_head(each), each) for each in statements(included[1])]
    return before + list(instead.values())


def _head(statement: str) -> str:
    """``insert into gap`` of a longer statement; of others than ``insert`` and ``do``, all of it."""
    words = statement.split()
    if words[0] == "insert":
        return " ".join(words[:3])
    return "do" if words[0] == "do" else statement

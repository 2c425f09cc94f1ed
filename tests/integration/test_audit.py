"""The audit log cannot be changed without being found out: in the database, at its end, and against its exports."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.app import audit_export
from hub.audit import Entry, Result
from hub.errors import StoreError
from hub.log import redact_value
from hub.store import Store, audit, check

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(number: int, **changes: object) -> Entry:
    values = {"actor": "wang", "action": "acknowledge", "subject": f"alerts/{number}", "source_ip": "10.0.0.9"}
    return Entry(**{**values, "result": Result.DONE, "detail": {"status": 200}, **changes})  # type: ignore[arg-type]


def write(store: Store, *entries: Entry, now: datetime = NOW) -> None:
    with store.transaction() as tx:
        for each in entries:
            audit.write(tx, each, now)


def past_the_hub(store: Store, statement: str) -> None:
    with store.transaction() as tx:
        tx.execute("alter table audit disable trigger user")
        tx.execute(statement.encode())
        tx.execute("alter table audit enable trigger user")


def found(store: Store, folder: Path) -> list[str]:
    findings = [*check.audit_chain(store, lambda *_: None), *audit_export.compare(store, folder)]
    return [finding.sentence for finding in findings]


@pytest.fixture
def five(store: Store) -> Store:
    write(store, *(entry(number) for number in range(1, 6)))
    return store


def test_entries_are_numbered_without_holes_and_come_back_newest_first(five: Store) -> None:
    items = audit.list_entries(five, audit.Wanted(), 3)
    assert [(item.id, item.entry.subject, item.at) for item in items] == [
        (5, "alerts/5", NOW), (4, "alerts/4", NOW), (3, "alerts/3", NOW)
    ]  # fmt: skip
    assert [item.id for item in audit.list_entries(five, audit.Wanted(), 3, before=3)] == [2, 1]
    assert items[0].entry == entry(5)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (audit.Wanted(actor="li"), [2]),
        (audit.Wanted(action="get_clip"), [2]),
        (audit.Wanted(subject="cameras/cam-1"), [2]),
        (audit.Wanted(subject="cameras"), [3, 2]),
        (audit.Wanted(subject="cam"), []),
        (audit.Wanted(source_ip="10.0.0.7"), [3]),
        (audit.Wanted(result=Result.REFUSED), [3]),
        (audit.Wanted(first=NOW + DAY), [3]),
        (audit.Wanted(last=NOW + DAY), [2, 1]),
    ],
)
def test_entries_are_found_by(store: Store, wanted: audit.Wanted, ids: list[int]) -> None:
    write(store, entry(1), entry(2, actor="li", action="get_clip", subject="cameras/cam-1"))
    strange = entry(3, subject="cameras/cam-10", source_ip="10.0.0.7", result=Result.REFUSED)
    write(store, strange, now=NOW + DAY)
    assert [item.id for item in audit.list_entries(store, wanted, 10)] == ids


@pytest.mark.parametrize(
    "statement", ["update audit set actor = 'li'", "delete from audit where id = 5", "truncate audit"]
)
def test_the_database_refuses_to(five: Store, statement: str) -> None:
    with pytest.raises(StoreError, match="the audit is append-only"), five.transaction() as tx:
        tx.execute(statement.encode())
    assert len(audit.list_entries(five, audit.Wanted(), 10)) == 5


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update audit set actor = 'li' where id = 3", "entry 3 does not follow"),
        ("update audit set result = 'refused' where id = 3", "entry 3 does not follow"),
        ("update audit set at = at + interval '1 s' where id = 3", "entry 3 does not follow"),
        ("update audit set source_ip = '' where id = 1", "entry 1 does not follow"),
        ("update audit set detail = '{}' where id = 5", "entry 5 does not follow"),
        ("delete from audit where id = 3", "entry 4 does not follow"),
        ("delete from audit where id = 1", "entry 2 does not follow"),
        ("delete from audit where id = 5", "ends with entry 4, and 5 were written"),
        ("delete from audit", "ends with entry 0, and 5 were written"),
    ],
)
def test_what_was_done_past_the_hub_is_found(five: Store, tmp_path: Path, statement: str, words: str) -> None:
    assert found(five, tmp_path) == []
    past_the_hub(five, statement)
    [sentence] = found(five, tmp_path)
    assert words in sentence


_FORGED = """
do $$ declare
    row      audit%rowtype;
    previous bytea := '';
begin
    {first};
    for row in select * from audit order by id loop
        previous := audit_hash(previous, row.id, row.at, row.actor, row.action, row.subject, row.source_ip, row.result,
                               row.detail);
        update audit set hash = previous where id = row.id;
    end loop;
    update audit_end set last_id = (select coalesce(max(id), 0) from audit), last_hash = previous;
end $$
"""


@pytest.mark.parametrize(
    ("forgery", "words"),
    [
        ("update audit set actor = 'li' where id = 2", "entry 2 of the audit log is not as it was exported"),
        ("delete from audit where id > 3", "entry 4 of the audit log is not in the database"),
    ],
)
def test_a_chain_that_was_made_anew_as_a_whole_is_found_by_its_export(
    five: Store, tmp_path: Path, forgery: str, words: str
) -> None:
    assert audit_export.export(five, tmp_path, NOW) == 5
    assert found(five, tmp_path) == []
    past_the_hub(five, _FORGED.replace("{first}", forgery))
    assert check.audit_chain(five, lambda *_: None) == []  # by itself the chain says nothing
    [sentence] = found(five, tmp_path)
    assert words in sentence


def test_each_day_has_a_file_that_follows_the_one_before(store: Store, tmp_path: Path) -> None:
    write(store, entry(1), entry(2))
    assert audit_export.export(store, tmp_path, NOW) == 2
    assert audit_export.export(store, tmp_path, NOW) == 0
    write(store, entry(3))
    assert audit_export.export(store, tmp_path, NOW + timedelta(hours=1)) == 1
    write(store, entry(4, actor="王"), now=NOW + DAY)
    assert audit_export.export(store, tmp_path, NOW + DAY) == 1
    first, second = audit_export.files(tmp_path)
    assert (first.name, second.name) == ("2026-03-01.jsonl", "2026-03-02.jsonl")
    lines = [[json.loads(line) for line in file.read_text().splitlines()] for file in (first, second)]
    assert lines[0][0] == {"follows": {"id": 0, "hash": ""}}
    assert [line["id"] for line in lines[0][1:]] == [1, 2, 3]
    assert lines[1][0] == {"follows": {"id": 3, "hash": lines[0][-1]["hash"]}}
    written = lines[1][1]
    assert written.pop("hash") == audit.end(store)[1].hex()
    assert written == {
        "id": 4, "at": "2026-03-02T12:00:00.000000Z", "actor": "王", "action": "acknowledge", "subject": "alerts/4",
        "source_ip": "10.0.0.9", "result": "done", "detail": {"status": 200},
    }  # fmt: skip
    assert first.stat().st_mode & 0o777 == 0o600
    assert first.parent.stat().st_mode & 0o777 == 0o700
    assert found(store, tmp_path) == []


def test_a_line_that_was_not_written_whole_is_written_again(five: Store, tmp_path: Path) -> None:
    audit_export.export(five, tmp_path, NOW)
    [file] = audit_export.files(tmp_path)
    whole = file.read_bytes()
    for cut in (1, 20, len(whole.splitlines(keepends=True)[-1]) - 1, len(whole) - 1):
        file.write_bytes(whole[: len(whole) - cut])
        audit_export.export(five, tmp_path, NOW)
        assert file.read_bytes() == whole, cut


def test_a_file_that_was_changed_is_told_with_its_line(five: Store, tmp_path: Path) -> None:
    audit_export.export(five, tmp_path, NOW)
    [file] = audit_export.files(tmp_path)
    file.write_text(file.read_text().replace('{"id": 3', '{"no": 3'))
    [sentence] = found(five, tmp_path)
    assert f"line 4 of {file} was changed" in sentence


def test_files_are_kept_for_so_long_and_no_longer(five: Store, tmp_path: Path) -> None:
    audit_export.export(five, tmp_path, NOW)
    assert audit_export.prune(tmp_path, NOW + timedelta(days=180), timedelta(days=180)) == []
    [gone] = audit_export.prune(tmp_path, NOW + timedelta(days=181), timedelta(days=180))
    assert not gone.exists()
    assert found(five, tmp_path) == []


def test_no_secret_and_nothing_endless_is_written(store: Store) -> None:
    redact_value("canary-7f3a-wort")
    strange = entry(
        1,
        actor="a\0b\ud800" + "x" * 1000,
        subject="cameras/rtsp://op:hunter22@10.0.0.5/live",
        detail={"said": ["canary-7f3a-wort", {"deep": [[[[[["a"]]]]]]}], "many": list(range(1000))},
    )
    write(store, strange)
    [item] = audit.list_entries(store, audit.Wanted(), 10)
    assert len(item.entry.actor) == 300
    assert item.entry.subject == "cameras/rtsp://***@10.0.0.5/live"
    assert item.entry.detail["said"][0] == "***"
    assert len(item.entry.detail["many"]) == 50


def test_who_writes_at_once_is_chained_one_after_the_other(store: Store, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: write(store, entry(number)), range(60)))
    assert audit.end(store)[0] == 60
    assert found(store, tmp_path) == []

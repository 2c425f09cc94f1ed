"""Whether the store is right: what contradicts what, each in a sentence that says what to do.

A store that only the hub has written is right by construction, so that whatever is found was done by a disk, a hand, or
a mistake of ours. Reads; repairs only what can be made from what is there, and nothing that proves something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg import sql as compose

from hub.model.source import SourceKind
from hub.store import audit, journal, partitions, series
from hub.store.sql import sql
from hub.store.store import Store, Tx

DAY = timedelta(days=1)
_NAMED = 5
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """``sentence`` for a person; ``repaired``: it was wrong, and is not any more."""

    sentence: str
    repaired: bool = False


@contextmanager
def look(store: Store) -> Iterator[Tx]:
    """A transaction that sees one moment, however long it takes: nothing that is being written looks like a fault."""
    with store.session() as connection, connection.transaction():
        connection.execute(sql["check_moment"])
        yield connection


def sources(store: Store, since: datetime) -> list[Finding]:
    """States, gaps and recordings belong to a source; where it watches no gap is open, where not, one is."""
    with look(store) as tx:
        advice = "somebody has switched off a key; restore a backup that has the source"
        found = [
            Finding(f"{row['count']} {row['name']} belong to a source that is not there: {advice}")
            for row in tx.execute(sql["check_orphan_sources"]).fetchall()
        ]
        names = [row["id"] for row in tx.execute(sql["check_sources_without_state"]).fetchall()]
        found += _each(names, "has no state: remove it and add it again", "sources have no state")
        for row in tx.execute(sql["check_gaps"]).fetchall():
            how = f"is {row['state']}, and has {row['open']} open gaps: its next change of state puts it right"
            found.append(Finding(f"{row['source']} {how}"))
        names = [row["source"] for row in tx.execute(sql["check_gaps_overlap"], {"first": since}).fetchall()]
        return found + _each(names, "has gaps that overlap: what was watched is told too low", "sources have such gaps")


def numbers(store: Store) -> list[Finding]:
    """The batches of each writer are numbered without holes, and no reader is ahead of them."""
    with look(store) as tx:
        found = []
        for row in tx.execute(sql["check_batch_holes"]).fetchall():
            one = row["first"] == row["last"]
            which = f"batch {row['first']}" if one else f"batches {row['first']} to {row['last']}"
            advice = "the rules have not read what was in them unless they had before; restore a backup that has them"
            found.append(Finding(f"{which} of {row['writer']} {'is' if one else 'are'} missing: {advice}"))
        for row in tx.execute(sql["check_readers_ahead"]).fetchall():
            how = f"has read {row['writer']} up to {row['seq']}, and its last batch is {row['last_seq']}"
            found.append(Finding(f"{row['reader']} {how}: what comes until then is not read; restore a whole backup"))
        return found


def observations(store: Store, now: datetime, days: int, progress: Progress) -> list[Finding]:
    """Of the last ``days``: every batch holds what it says, and every observation has a series and a batch."""
    found: list[Finding] = []
    with look(store) as tx:
        kept = _kept_since(tx)
        oldest = tx.execute(sql["check_kept"]).fetchone()
        batches_kept = (oldest and oldest["batches"]) or now
        for number in range(days):
            progress("observations", number, days)
            day = {"first": now - (number + 1) * DAY, "last": now - number * DAY if number else now + DAY}
            found += _batches_of(tx, day, kept)
            row = tx.execute(sql["check_orphan_observations"], {**day, "kept": batches_kept}).fetchone() or {}
            when = f"of the day to {day['last']:%Y-%m-%d %H:%MZ}"
            if count := row.get("without_series"):
                advice = "nobody can tell whose they are; restore a backup that has the table series"
                found.append(Finding(f"{count} observations {when} have no series: {advice}"))
            if count := row.get("without_batch"):
                advice = "the rules have not read them; they are shown in charts all the same"
                found.append(Finding(f"{count} observations {when} belong to a batch that is not there: {advice}"))
    progress("observations", days, days)
    return found


def alerts(store: Store, since: datetime) -> list[Finding]:
    """One active alert a fingerprint; alerts, incidents and the journal tell the same."""
    found = []
    with look(store) as tx:
        for row in tx.execute(sql["check_active_twice"]).fetchall():
            advice = "clear all but the first"
            found.append(Finding(f"{row['count']} alerts of {row['rule']} for {row['fingerprint']} are open: {advice}"))
        rows, advice = tx.execute(sql["check_alerts"]).fetchall(), "clear it where it is open, and add a comment"
        found += [Finding(f"alert {row['id']} {row['what']}: {advice}") for row in rows]
        rows, advice = tx.execute(sql["check_incidents"]).fetchall(), "clear its alerts where they are open"
        found += [Finding(f"incident {row['id']} {row['what']}: {advice}") for row in rows]
        for row in tx.execute(sql["check_alert_journal"], {"first": since}).fetchall():
            said = f"the journal says {row['said']}" if row["said"] else "the journal does not know it"
            found.append(Finding(f"alert {row['id']} is {row['state']}, and {said}: somebody has written past the hub"))
    return found


def chain(store: Store, progress: Progress) -> list[Finding]:
    """Every row of the journal follows from the one before it."""
    total = journal.last_id(store)
    end = journal.verify(store, lambda rows: progress("journal", rows, total))
    if end.broken is None:
        return []
    advice = "it proves nothing from there on; find out who could write to the database, and compare with a backup"
    return [Finding(f"the journal was changed: row {end.broken} does not follow from the row before it: {advice}")]


def audit_chain(store: Store, progress: Progress) -> list[Finding]:
    """Every entry of the audit log follows from the one before it, and the last one is the last that was written."""
    total, last_hash = audit.end(store)
    end = audit.verify(store, lambda rows: progress("audit log", rows, total))
    advice = "it proves nothing from there on; find out who could write to the database, and compare with its exports"
    if end.broken is not None:
        return [Finding(f"the audit log was changed: entry {end.broken} does not follow from the one before: {advice}")]
    # Entries that come while it is read are no fault.
    if end.last_id < total or (end.last_id == total and end.last_hash != last_hash):
        return [Finding(f"the audit log ends with entry {end.last_id}, and {total} were written: {advice}")]
    return []


def safeguards(store: Store, *, repair: bool) -> list[Finding]:
    """Triggers and indexes that hold the rules above are in force."""
    found = []
    with store.transaction() as tx:
        tx.execute(sql["no_statement_timeout"])
        for row in tx.execute(sql["check_triggers"]).fetchall():
            if repair:
                table, trigger = compose.Identifier(row["name"]), compose.Identifier(row["trigger"])
                tx.execute(compose.SQL("alter table {} enable trigger {}").format(table, trigger))
            advice = "--repair switches it on; find out who did it"
            found.append(Finding(f"the trigger {row['trigger']} of {row['name']} is switched off: {advice}", repair))
        for row in tx.execute(sql["check_indexes"]).fetchall():
            if repair:
                tx.execute(compose.SQL("reindex index {}").format(compose.Identifier(row["name"])))
            found.append(Finding(f"the index {row['name']} is not valid: --repair makes it anew", repair))
    return found


def _batches_of(tx: Tx, day: dict[str, datetime], kept: datetime) -> list[Finding]:
    span = tx.execute(sql["check_batch_span"], day).fetchone() or {}
    if not span.get("count"):
        return []
    ids = {"first_id": span["first_id"], "last_id": span["last_id"], "kept": kept}
    times = {"first_ts": span["first"], "last_ts": span["last"]}
    found = []
    for row in tx.execute(sql["check_batches"], {**day, **ids, **times}).fetchall():
        advice = "what is missing was acknowledged; restore a backup that has it"
        how = f"says that it holds {row['said']} observations, and {row['there']} are there"
        found.append(Finding(f"batch {row['seq']} of {row['writer']} {how}: {advice}"))
    return found


def _kept_since(tx: Tx) -> datetime:
    """From when on no observation of either kind was dropped by age."""
    begins = [spans[0][0] for kind in SourceKind if (spans := partitions.spans(tx, series.RAW[kind].name))]
    return max(begins, default=datetime.min.replace(tzinfo=UTC))


def _each(names: Sequence[str], what: str, many: str) -> list[Finding]:
    """One finding a name, and one for all where they are too many to name."""
    found = [Finding(f"{name} {what}") for name in names[:_NAMED]]
    return found + ([Finding(f"{len(names) - _NAMED} more {many}")] if len(names) > _NAMED else [])

"""What must be true of the store, whatever was done to it: asked of the tables, not of the hub's own checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.torture_publisher import METRIC

_STORED = """
select s.source, o.value::int8 as number, count(*) as times
from observation o join series s on s.id = o.series
where s.metric = %(metric)s
group by 1, 2
"""
_WRONG: Mapping[str, str] = {
    "batches with a hole in their numbers": """
        select w.name, w.last_seq, count(b.*), min(b.seq), max(b.seq)
        from writer w left join batch b on b.writer = w.id
        group by 1, 2 having count(b.*) <> w.last_seq or max(b.seq) <> w.last_seq or min(b.seq) <> 1
    """,
    "batches that do not hold as many rows as they say": """
        select b.id, b.rows, count(o.batch) from batch b left join observation o on o.batch = b.id
        group by 1, 2 having count(o.batch) <> b.rows
    """,
    "rows of no batch": """
        select o.series, o.ts from observation o where not exists (select from batch b where b.id = o.batch)
    """,
    "rows of no series": """
        select o.series, o.ts from observation o where not exists (select from series s where s.id = o.series)
    """,
    "links of the journal that are broken": """
        with chained as (
            select j.*, lag(hash, 1, ''::bytea) over (order by id) as previous,
                   lag(id, 1, 0::bigint) over (order by id) as before
            from journal j
        )
        select id from chained
        where hash <> journal_hash(previous, id, at, kind, subject, area, actor, change, body) or id <> before + 1
    """,
}


_ROLLUPS = {"rollup_minute": "1 minute", "rollup_hour": "1 hour", "rollup_day": "1 day"}
_UNLIKE_RAW = """
with counted as (
    select series, date_bin('{width}', ts, '2000-01-01Z') as ts, value, quality & 9 <> 0 as bad, ts as at
    from observation where value is not null
), raw as (
    select series, ts, count(*) filter (where not bad) as count, count(*) filter (where bad) as bad,
           coalesce(sum(value) filter (where not bad), 0) as sum,
           min(value) filter (where not bad) as min, max(value) filter (where not bad) as max,
           max(at) filter (where not bad) as last_ts
    from counted group by 1, 2
)
select series, ts, r.count, v.count from raw r full join {view} v using (series, ts)
where (r.count, r.bad, r.sum, r.min, r.max, r.last_ts)
      is distinct from (v.count, v.bad, v.sum, v.min, v.max, v.last_ts)
"""
"""Nine are the flags of a bad value: out of range, misdated. Sums are of whole numbers, so that they are exact."""
_LEFT_OVER = """
select relname from pg_class
where relkind = 'r' and relname ~ '^(observation|rollup)_.*_[0-9]+$' and not relispartition
"""


@dataclass(slots=True)
class Verdict:
    """``lost``: acknowledged and not stored; ``twice``: stored more than once; ``wrong``: anything else, in words."""

    acknowledged: int
    stored: int
    lost: list[tuple[str, int]]
    twice: list[tuple[str, int]]
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return not (self.lost or self.twice or self.wrong)

    def __str__(self) -> str:
        counts = f"{len(self.lost)} lost, {len(self.twice)} twice"
        parts = [f"{self.acknowledged} acknowledged, {self.stored} stored, {counts}"]
        parts += [f"lost: {self.lost[:20]}"] if self.lost else []
        parts += [f"twice: {self.twice[:20]}"] if self.twice else []
        return "\n".join([*parts, *self.wrong])


def stored(connection: psycopg.Connection[Any]) -> dict[tuple[str, int], int]:
    """(device, number) → in how many rows."""
    return {(source, number): times for source, number, times in connection.execute(_STORED, {"metric": METRIC})}


def missing(connection: psycopg.Connection[Any], acknowledged: Mapping[str, set[int]]) -> list[tuple[str, int]]:
    """What was acknowledged and is not there (yet)."""
    wanted = {(device, number) for device, numbers in acknowledged.items() for number in numbers}
    return sorted(wanted - stored(connection).keys())


def judge(connection: psycopg.Connection[Any], acknowledged: Mapping[str, set[int]]) -> Verdict:
    there = stored(connection)
    wanted = {(device, number) for device, numbers in acknowledged.items() for number in numbers}
    verdict = Verdict(
        len(wanted),
        len(there),
        sorted(wanted - there.keys()),
        sorted(pair for pair, times in there.items() if times > 1),
    )
    verdict.wrong = [*wrong(connection), *rollups_unlike_raw(connection)]
    return verdict


def wrong(connection: psycopg.Connection[Any]) -> list[str]:
    """What can never be so in a store, however it came about: each in words, with examples."""
    found = []
    for what, query in _WRONG.items():
        rows = connection.execute(query.encode()).fetchall()
        if rows:
            found.append(f"{len(rows)} {what}, such as {rows[:3]}")
    if left := partitions_left_over(connection):
        found.append(f"partitions that belong to nothing: {left}")
    return found


def rollups_unlike_raw(connection: psycopg.Connection[Any]) -> list[str]:
    """Levels that are not what the raw rows come to, in words, with examples. Late rows take a keeper and a moment."""
    found = []
    for view, width in _ROLLUPS.items():
        rows = connection.execute(_UNLIKE_RAW.format(view=view, width=width).encode()).fetchall()
        if rows:
            found.append(f"{len(rows)} rows of {view} that are not what the raw rows come to, such as {rows[:3]}")
    return found


def partitions_left_over(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables made or dropped half: they have the name of a partition and are none."""
    return [name for (name,) in connection.execute(_LEFT_OVER)]

-- name: series_insert
-- A series has the unit that was first said of it.
insert into series (source, metric, unit)
select * from unnest(%(sources)s::text[], %(metrics)s::text[], %(units)s::text[])
on conflict (source, metric) do update set unit = excluded.unit where series.unit = '' and excluded.unit <> ''

-- name: series_ids
select s.id, s.source, s.metric, s.unit
from series s join unnest(%(sources)s::text[], %(metrics)s::text[]) as wanted (source, metric)
  on s.source = wanted.source and s.metric = wanted.metric

-- name: arrival_insert
insert into arrival (source, key, received_at)
select * from unnest(%(sources)s::text[], %(keys)s::text[], %(times)s::timestamptz[])
on conflict do nothing
returning source, key

-- name: batch_insert
with numbered as (
    insert into writer (name, last_seq) values (%(name)s, 1)
    on conflict (name) do update set last_seq = writer.last_seq + 1
    returning id, last_seq
), made as (
    insert into batch (writer, seq, rows, min_ts, max_ts)
    select id, last_seq, %(rows)s, %(min_ts)s, %(max_ts)s from numbered
    returning id, seq, committed_at
)
select id, seq, committed_at, pg_notify('gridhub_batch', %(name)s || ':' || seq) as notified from made

-- name: batch_set_rows
update batch set rows = %(rows)s where id = %(id)s

-- name: observation_copy
copy {table} (ts, received_at, batch, value, series, quality, key, text, attrs) from stdin (format binary)

-- name: observation_insert
insert into {table} (batch, ts, received_at, value, series, quality, key, text, attrs)
select %(batch)s, * from unnest(%(ts)s::timestamptz[], %(received_at)s::timestamptz[], %(value)s::float8[],
                                %(series)s::int4[], %(quality)s::int2[], %(key)s::text[], %(text)s::text[],
                                %(attrs)s::jsonb[])
on conflict (series, ts, key) do nothing

-- name: batch_after
select b.id, w.name as writer, b.seq, b.rows, b.min_ts, b.max_ts, b.committed_at
from writer w
left join unnest(%(writers)s::text[], %(seqs)s::bigint[]) as o (writer, seq) on o.writer = w.name
cross join lateral (
    select * from batch b
    where b.writer = w.id and b.seq > coalesce(o.seq, 0)
    order by b.seq
    limit %(limit)s
) b
order by b.id
limit %(limit)s

-- name: observation_of_batches
select o.batch, s.source, src.area, src.type, s.metric, o.ts, o.received_at, o.value, o.text, o.attrs, o.quality
from observation o
join series s on s.id = o.series
join source src on src.id = s.source
where o.batch = any(%(ids)s) and o.ts between %(first)s and %(last)s and o.quality & %(unfit)s = 0
order by o.batch, o.ts

-- name: reconcile_sample
select id from series order by random() limit %(sample)s

-- name: reconcile_raw
-- What a minute should be.
select series, date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
from (select series, ts, value, {is_good} as good from {raw}
      where ts >= %(first)s and ts < %(last)s and batch <> all(%(unread)s::bigint[])
        and (%(series)s::integer[] is null or series = any(%(series)s::integer[]))
        and (value is not null or quality & {bad} <> 0)) r
group by series, 2

-- name: reconcile_finer
select series, date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {added}
from ({finer_rows}) f
where ts >= %(first)s and ts < %(last)s and (%(series)s::integer[] is null or series = any(%(series)s::integer[]))
group by series, 2

-- name: reconcile
with expected as ({expected}), counted as (
    select * from ({rows}) f
    where ts >= %(first)s and ts < %(last)s and (%(series)s::integer[] is null or series = any(%(series)s::integer[]))
)
select s.source, s.metric, ts,
       case when c.series is not null then to_jsonb(c) - 'series' - 'ts' end as counted,
       case when e.series is not null then to_jsonb(e) - 'series' - 'ts' end as expected
from expected e full join counted c using (series, ts)
join series s on s.id = series
where (e.count, e.bad, e.min, e.max, e.last, e.last_ts) is distinct from (c.count, c.bad, c.min, c.max, c.last, c.last_ts)
   or abs(e.sum - c.sum) > 1e-9 * greatest(abs(e.sum), e.count * greatest(abs(e.min), abs(e.max)))
order by ts, series
limit %(limit)s

-- name: reconcile_delete
delete from {table}
where ts >= %(first)s and ts < %(last)s

-- name: reconcile_insert
insert into {table} as r (series, ts, count, bad, sum, min, max, last, last_ts)
select series, ts, count, bad, sum, min, max, last, last_ts from ({expected}) e

-- name: reconcile_rows
select series, ts, count, bad, sum, min, max, last, last_ts from {table}

-- name: reconcile_rows_of_aggregate
select series, ts, count::integer, bad::integer, coalesce(sum, 0) as sum, min, max, newest[2] as last, last_ts
from {table}

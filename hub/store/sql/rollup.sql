-- name: rollup_is_good
-- A sum of values beyond that could overflow, which the server refuses; no number that is no number passes either.
(quality & {bad} = 0 and value between -1e290 and 1e290)

-- name: rollup_counted
-- Of rows with series, ts, value and good. Of several values at the newest instant the greatest is the last.
count(*) filter (where good)::integer as count, count(*) filter (where not good)::integer as bad,
coalesce(sum(value) filter (where good), 0) as sum,
min(value) filter (where good) as min, max(value) filter (where good) as max,
(max(array[extract(epoch from ts)::float8, value]) filter (where good))[2] as last,
max(ts) filter (where good) as last_ts

-- name: rollup_added
-- Of rows of a finer level.
sum(count)::integer as count, sum(bad)::integer as bad, sum(sum) as sum, min(min) as min, max(max) as max,
(max(array[extract(epoch from last_ts)::float8, last]) filter (where count > 0))[2] as last, max(last_ts) as last_ts

-- name: rollup_merge
on conflict (series, ts) do update set
    count = r.count + excluded.count, bad = r.bad + excluded.bad, sum = r.sum + excluded.sum,
    min = least(r.min, excluded.min), max = greatest(r.max, excluded.max),
    last = case when r.last_ts is null or (excluded.last_ts, excluded.last) > (r.last_ts, r.last)
                then excluded.last else r.last end,
    last_ts = greatest(r.last_ts, excluded.last_ts)

-- name: rollup_state_create
-- Rows before the edge are counted in the tables, later ones are not; raw rows before the floor have been dropped.
create table rollup_state (kind text primary key, edge timestamptz not null, floor timestamptz not null);
create index batch_max_ts on batch (max_ts);
insert into reader_offset (reader, writer, seq) select 'rollup', name, last_seq from writer

-- name: rollup_state_init
insert into rollup_state (kind, edge, floor)
select %(kind)s, coalesce(date_trunc('day', min(min_ts), 'UTC'), date_trunc('minute', now(), 'UTC')),
       timestamptz '1970-01-01 00:00:00+00'
from batch

-- name: rollup_create
-- Columns that seldom change come first: a change is then written down as its difference.
create table {table} (
    series  integer not null,
    bad     integer not null,
    ts      timestamptz not null,
    min     double precision,
    max     double precision,
    count   integer not null,
    sum     double precision not null,
    last    double precision,
    last_ts timestamptz,
    primary key (series, ts)
) partition by range (ts);
create index {brin} on {table} using brin (ts) with (autosummarize = on)

-- name: rollup_raw_brin
create index observation_camera_ts on observation_camera using brin (ts) with (autosummarize = on);
create index observation_device_ts on observation_device using brin (ts) with (autosummarize = on)

-- name: rollup_view
create view {view} as
select series, ts, count, bad, sum, min, max, last, last_ts from {camera}
union all
select series, ts, count, bad, sum, min, max, last, last_ts from {device}
union all
select series, date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
from (select series, ts, value, {is_good} as good from observation_camera
      where ts >= (select edge from rollup_state where kind = 'camera')
        and (value is not null or quality & {bad} <> 0)) r
group by series, 2
union all
select series, date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
from (select series, ts, value, {is_good} as good from observation_device
      where ts >= (select edge from rollup_state where kind = 'device')
        and (value is not null or quality & {bad} <> 0)) r
group by series, 2

-- name: rollup_view_coarser
-- The bucket that holds the edge is counted in part.
create view {view} as
select series, ts, {added} from (
    select series, ts, count, bad, sum, min, max, last, last_ts from {camera}
    union all
    select series, ts, count, bad, sum, min, max, last, last_ts from {device}
    union all
    select series, date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
    from (select series, ts, value, {is_good} as good from observation_camera
          where ts >= (select edge from rollup_state where kind = 'camera')
            and (value is not null or quality & {bad} <> 0)) r
    group by series, 2
    union all
    select series, date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
    from (select series, ts, value, {is_good} as good from observation_device
          where ts >= (select edge from rollup_state where kind = 'device')
            and (value is not null or quality & {bad} <> 0)) r
    group by series, 2
) parts
group by series, ts

-- name: rollup_aggregate
create materialized view {table} with (timescaledb.continuous, timescaledb.materialized_only = false) as
select series, time_bucket({width}, ts) as ts,
       count(*) filter (where {is_good}) as count,
       count(*) filter (where not {is_good}) as bad,
       sum(value) filter (where {is_good}) as sum,
       min(value) filter (where {is_good}) as min,
       max(value) filter (where {is_good}) as max,
       max(array[extract(epoch from ts - timestamptz '2000-01-01 00:00:00+00')::float8, value])
           filter (where {is_good}) as newest,
       max(ts) filter (where {is_good}) as last_ts
from {raw}
where value is not null or quality & {bad} <> 0
group by 1, 2
with no data

-- name: rollup_aggregate_coarser
create materialized view {table} with (timescaledb.continuous, timescaledb.materialized_only = false) as
select series, time_bucket({width}, ts) as ts, sum(count)::bigint as count, sum(bad)::bigint as bad, sum(sum) as sum,
       min(min) as min, max(max) as max, max(newest) filter (where count > 0) as newest, max(last_ts) as last_ts
from {finer}
group by series, time_bucket({width}, ts)
with no data

-- name: rollup_columnstore
alter table {raw} set (timescaledb.compress, timescaledb.compress_segmentby = 'series',
                       timescaledb.compress_orderby = 'ts');
alter materialized view {table} set (timescaledb.compress, timescaledb.compress_segmentby = 'series',
                                     timescaledb.compress_orderby = 'ts')

-- name: rollup_view_of_aggregates
create view {view} as
select series, ts, count::integer, bad::integer, coalesce(sum, 0) as sum, min, max, newest[2] as last, last_ts
from {camera}
union all
select series, ts, count::integer, bad::integer, coalesce(sum, 0) as sum, min, max, newest[2] as last, last_ts
from {device}

-- name: timescale_lift_limit
do $$ begin
    execute format('alter database %I set timescaledb.max_tuples_decompressed_per_dml_transaction = 0',
                   current_database());
end $$

-- name: no_time_limit
set statement_timeout = 0

-- name: usual_time_limit
reset statement_timeout

-- name: rollup_snapshot
set transaction isolation level repeatable read

-- name: rollup_lock
-- One at a time fills the tables. Taken before the snapshot, which a query would take; readers are not held up.
lock table rollup_state in share row exclusive mode

-- name: rollup_state
select kind, edge, floor from rollup_state

-- name: rollup_set_edge
update rollup_state set edge = %(edge)s where edge < %(edge)s

-- name: rollup_set_floor
update rollup_state set floor = %(floor)s where kind = %(kind)s and floor < %(floor)s

-- name: rollup_late_minutes
-- What of some batches lies before the edge.
select distinct date_bin('1 minute', ts, timestamptz '2000-01-01 00:00:00+00') as ts from {raw}
where batch = any(%(late)s) and ts >= %(late_first)s and ts < %(edge)s
order by 1

-- name: rollup_fold
-- Late rows of some batches, and all rows from the edge to the next, into minute, hour and day.
with minutes as materialized (
    select series, date_bin('1 minute', ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
    from (
        select series, ts, value, quality, {is_good} as good from {raw}
        where batch = any(%(late)s) and ts >= %(late_first)s and ts < %(edge)s
        union all
        select series, ts, value, quality, {is_good} as good from {raw}
        where batch = any(array(select id from batch where max_ts >= %(edge)s and min_ts < %(next)s))
          and ts >= %(edge)s and ts < %(next)s
    ) r
    where value is not null or quality & {bad} <> 0
    group by series, 2
), hours as materialized (
    select series, date_bin('1 hour', ts, timestamptz '2000-01-01 00:00:00+00') as ts, {added}
    from minutes group by series, 2
), days as (
    select series, date_bin('1 day', ts, timestamptz '2000-01-01 00:00:00+00') as ts, {added}
    from hours group by series, 2
), into_minute as (
    insert into {minute} as r (series, ts, count, bad, sum, min, max, last, last_ts)
    select series, ts, count, bad, sum, min, max, last, last_ts from minutes {merge}
), into_hour as (
    insert into {hour} as r (series, ts, count, bad, sum, min, max, last, last_ts)
    select series, ts, count, bad, sum, min, max, last, last_ts from hours {merge}
)
insert into {day} as r (series, ts, count, bad, sum, min, max, last, last_ts)
select series, ts, count, bad, sum, min, max, last, last_ts from days {merge}

-- name: rollup_refresh
call refresh_continuous_aggregate(%(table)s, %(first)s::timestamptz, %(last)s::timestamptz)

-- name: rollup_refresh_anew
call refresh_continuous_aggregate(%(table)s, %(first)s::timestamptz, %(last)s::timestamptz, force => true)

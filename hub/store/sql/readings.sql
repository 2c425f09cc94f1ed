-- name: series_head
select id, unit from series where source = %(source)s and metric = %(metric)s

-- name: series_metrics
select metric from series where source = %(source)s order by metric

-- name: series_edge
-- Of both kinds of sources, which go together.
select min(edge) as edge from rollup_state

-- name: series_points
select ts, value, text, quality from observation
where series = (select id from series where source = %(source)s and metric = %(metric)s)
  and ts >= %(first)s and ts < %(last)s
order by ts, key
limit %(limit)s

-- name: chart_of_points
-- As the rollups count: see rollup_counted.
select case when %(edges)s::timestamptz[] is null then date_bin(%(step)s, ts, %(first)s)
            else (%(edges)s::timestamptz[])[width_bucket(ts, %(edges)s::timestamptz[])] end as ts,
       avg(value) filter (where good) as mean, min(value) filter (where good) as min,
       max(value) filter (where good) as max, count(*) filter (where good) as count,
       (array_agg(value order by o.ts desc, value desc) filter (where good))[1] as last,
       count(*) filter (where not good) as bad
from (select ts, value, {is_good} as good from observation
      where series = %(series)s and ts >= %(first)s and ts < %(last)s
        and (value is not null or quality & {bad} <> 0)) o
group by 1
order by 1

-- name: chart_of_level
select case when %(edges)s::timestamptz[] is null then date_bin(%(step)s, ts, %(first)s)
            else (%(edges)s::timestamptz[])[width_bucket(ts, %(edges)s::timestamptz[])] end as ts,
       sum(sum) / nullif(sum(count), 0) as mean, min(min) as min, max(max) as max, sum(count)::bigint as count,
       (array_agg(last order by last_ts desc, last desc) filter (where last is not null))[1] as last,
       sum(bad)::bigint as bad
from ({rows}) rows
group by 1
order by 1

-- name: rows_of_view
select * from {view} where series = %(series)s and ts >= %(first)s and ts < %(last)s

-- name: rows_of_tables
-- The same as the view, but the edge is known when this is planned: of the raw partitions, a month of them and more,
-- only those after it are looked at.
select ts, count, bad, sum, min, max, last, last_ts from {camera}
where series = %(series)s and ts >= %(first)s and ts < %(last)s
union all
select ts, count, bad, sum, min, max, last, last_ts from {device}
where series = %(series)s and ts >= %(first)s and ts < %(last)s
union all
select date_bin({width}, ts, timestamptz '2000-01-01 00:00:00+00') as ts, {counted}
from (select ts, value, {is_good} as good from observation
      where series = %(series)s and ts >= %(first)s and ts >= %(edge)s and ts < %(last)s
        and (value is not null or quality & {bad} <> 0)) r
group by 1

-- name: last_before_of_points
select value as last from observation
where series = %(series)s and ts < %(first)s and {is_good}
order by ts desc limit 1

-- name: last_before_of_view
select last from {view} where series = %(series)s and ts < %(first)s and last is not null order by ts desc limit 1

-- name: last_before_of_tables
select last from (
    (select ts, last from {camera} where series = %(series)s and ts < %(first)s and last is not null
     order by ts desc limit 1)
    union all
    (select ts, last from {device} where series = %(series)s and ts < %(first)s and last is not null
     order by ts desc limit 1)
    union all
    (select ts, value from observation where series = %(series)s and ts >= %(edge)s and ts < %(first)s and {is_good}
     order by ts desc limit 1)
) found order by ts desc limit 1

-- name: batch_ends
select name, last_seq from writer

-- name: observation_newest_of_batches
select distinct on (o.series) s.source, src.area, src.type, s.metric, o.ts, o.received_at, o.value, o.text, o.attrs,
       o.quality
from observation o
join series s on s.id = o.series
join source src on src.id = s.source
where o.batch = any(%(ids)s) and o.ts between %(first)s and %(last)s
  and exists (select 1 from unnest(%(areas)s::text[]) as a (path)
              where src.area = a.path or starts_with(src.area, a.path || '/'))
order by o.series, o.ts desc

-- name: open_alerts_by_severity
select severity, count(*) as count from alert where state <> 'resolved' group by severity

-- name: open_alerts_by_rule
select rule, count(*) as count from alert
where state <> 'resolved' and (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
group by rule

-- name: begun_by_rule
select rule, count(*) as count from alert
where started_at >= %(since)s
  and (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
group by rule

-- name: sources_by_state
select s.kind, coalesce(st.state, 'unknown') as state, count(*) as count
from source s left join source_state st on st.source = s.id
group by 1, 2

-- name: series_points
select o.ts, o.value, o.text
from observation o
where o.series = (select id from series where source = %(source)s and metric = %(metric)s)
  and o.ts >= %(first)s and o.ts < %(last)s
order by o.ts
limit %(limit)s

-- name: series_buckets
select date_bin(%(step)s, o.ts, %(first)s) as ts, avg(o.value) as mean, min(o.value) as min, max(o.value) as max,
       count(*) as count
from observation o
where o.series = (select id from series where source = %(source)s and metric = %(metric)s)
  and o.ts >= %(first)s and o.ts < %(last)s
group by 1
order by 1
limit %(limit)s

-- name: batch_ends
select name, last_seq from writer

-- name: observation_newest_of_batches
select distinct on (o.series) s.source, src.area, src.type, s.metric, o.ts, o.received_at, o.value, o.text, o.attrs
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
where state <> 'resolved' and (%(area)s::text is null or area = %(area)s or starts_with(area, %(area)s || '/'))
group by rule

-- name: sources_by_state
select s.kind, coalesce(st.state, 'unknown') as state, count(*) as count
from source s left join source_state st on st.source = s.id
group by 1, 2

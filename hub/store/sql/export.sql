-- name: export_series
select s.id, s.source, coalesce(src.area, '') as area, s.metric, s.unit
from series s left join source src on src.id = s.source
where (%(sources)s::text[] is null or s.source = any(%(sources)s))
  and (%(metrics)s::text[] is null or s.metric = any(%(metrics)s))
  and (%(area)s::text is null or src.area = %(area)s or starts_with(src.area, %(area)s || '/'))
order by s.source, s.metric

-- name: export_points
select ts, value, text, quality, received_at, key, attrs::text as attrs
from observation
where series = %(series)s and ts >= %(first)s and ts < %(last)s
order by ts, key

-- name: export_level
select ts, sum(sum) / nullif(sum(count), 0) as mean, min(min) as min, max(max) as max, sum(count)::bigint as count,
       (array_agg(last order by last_ts desc, last desc) filter (where last is not null))[1] as last,
       sum(bad)::bigint as bad
from ({rows}) rows
group by ts
order by ts

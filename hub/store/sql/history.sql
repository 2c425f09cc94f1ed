-- name: history_series
select s.id, s.source, src.area, src.type, s.metric
from series s join source src on src.id = s.source
where (%(metrics)s::text[] is null or s.metric = any(%(metrics)s))
  and (%(within)s::text[] is null or (src.area || '/') ^@ any(%(within)s::text[]))
order by s.id

-- name: history_heads
-- Nothing is committed before it happened; the index on the time of the commit spares the batches before.
select id, rows, greatest(min_ts, %(first)s) as first, least(max_ts, %(last)s) as last
from batch
where id > %(after)s and committed_at >= %(first)s and max_ts >= %(first)s and min_ts < %(last)s
order by id
limit %(limit)s

-- name: history_columns
-- One row of arrays: they are read as they are sent, and a row each would cost five times as much.
select array_agg(series), array_agg(ts), array_agg(received_at), array_agg(coalesce(value, 'NaN')), array_agg(batch),
       count(*) filter (where value is null or quality <> 0 or text is not null or attrs is not null) as odd
from observation
where batch between %(begin)s and %(end)s and ts >= %(first)s and ts <= %(last)s and ts < %(before)s
  and quality & %(unfit)s = 0 and (%(series)s::int4[] is null or series = any(%(series)s))

-- name: history_beside
select series, ts, received_at, value is not null as is_number, quality, text, attrs
from observation
where batch between %(begin)s and %(end)s and ts >= %(first)s and ts <= %(last)s and ts < %(before)s and quality & %(unfit)s = 0
  and (%(series)s::int4[] is null or series = any(%(series)s))
  and (value is null or quality <> 0 or text is not null or attrs is not null)

-- name: history_judged
select a.id, a.rule, a.fingerprint, a.area, a.summary, a.started_at, a.resolved_at as ended_at,
       case when c.actor is not null then 'dismissed' when a.acked_by is not null then 'confirmed' else 'unjudged' end
           as verdict,
       coalesce(c.actor, a.acked_by, '') as by, coalesce(c.note, '') as note, a.detail
from alert a
left join lateral (
    select actor, body->>'note' as note from journal
    where kind = 'alert' and subject = a.id::text and change = 'cleared' order by id desc limit 1
) c on true
where a.rule = any(%(rules)s) and a.started_at >= %(first)s and a.started_at < %(last)s
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))
order by a.started_at, a.id

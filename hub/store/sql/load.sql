-- name: load_totals
-- Of what called for operators, and of what was kept from them.
select count(*) filter (where a.announced_at >= %(first)s and a.announced_at < %(last)s) as alarms,
       count(*) filter (where a.announced_at >= %(first)s and a.announced_at < %(last)s and a.severity = 'critical') as critical,
       count(*) filter (where a.announced_at >= %(first)s and a.announced_at < %(last)s and a.severity = 'major') as major,
       count(*) filter (where a.announced_at >= %(first)s and a.announced_at < %(last)s and a.severity = 'minor') as minor,
       count(*) filter (where a.announced_at >= %(first)s and a.announced_at < %(last)s and a.severity = 'warning') as warning,
       count(*) filter (where a.detected_at >= %(first)s and a.detected_at < %(last)s) as raised,
       count(*) filter (where a.detected_at >= %(first)s and a.detected_at < %(last)s
                              and a.suppressed_by is not null) as suppressed,
       count(*) filter (where a.detected_at >= %(first)s and a.detected_at < %(last)s
                              and a.out_of_service is not null) as out_of_service,
       count(*) filter (where a.detected_at >= %(first)s and a.detected_at < %(last)s
                              and a.damped = 'chattering') as chattering,
       count(*) filter (where a.detected_at >= %(first)s and a.detected_at < %(last)s
                              and a.resolved_at - a.started_at < %(fleeting)s) as fleeting,
       percentile_cont(0.5) within group (order by extract(epoch from a.acked_at - a.announced_at))
           filter (where a.announced_at >= %(first)s and a.announced_at < %(last)s
                         and a.acked_at >= a.announced_at) as acknowledged_s
from alert a
where ((a.announced_at >= %(first)s and a.announced_at < %(last)s)
       or (a.detected_at >= %(first)s and a.detected_at < %(last)s))
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))

-- name: load_moments
-- When alarms called for operators, in each part of the area tree that is ``depth`` names deep; in no order.
select array_to_string((string_to_array(a.area, '/'))[1:%(depth)s], '/') as part,
       array_agg(date_part('epoch', a.announced_at)) as moments_s
from alert a
where a.announced_at >= %(since)s and a.announced_at < %(last)s
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))
group by 1

-- name: load_worst_rules
select a.rule as name, count(*) as alarms from alert a
where a.announced_at >= %(first)s and a.announced_at < %(last)s
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))
group by a.rule order by 2 desc, 1 limit 10

-- name: load_worst_sources
select source as name, count(*) as alarms from alert a, unnest(a.sources) as source
where a.announced_at >= %(first)s and a.announced_at < %(last)s
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))
group by source order by 2 desc, 1 limit 10

-- name: load_chattering
select a.rule, a.fingerprint, a.area, count(*) as alarms from alert a
where a.detected_at >= %(first)s and a.detected_at < %(last)s and a.damped = 'chattering'
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))
group by a.rule, a.fingerprint, a.area order by 4 desc, 1, 2 limit 10

-- name: load_stale
-- What had been on for long at the end of the period; the longest first.
select a.id, a.rule, a.area, a.severity, a.started_at, count(*) over () as count from alert a
where a.started_at <= %(stale)s and (a.resolved_at is null or a.resolved_at >= %(last)s)
  and a.suppressed_by is null and a.out_of_service is null
  and (%(within)s::text[] is null or (a.area || '/') ^@ any(%(within)s::text[]))
order by a.started_at, a.id limit 100

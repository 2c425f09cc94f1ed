-- name: alert_before
-- What bears on a new occurrence: whether it is known, how often it came in a window before, what is out of service, the
-- occurrence before it, and those that wait though their condition has returned. One that was found to have begun earlier
-- than was first told is known by all beginnings that may have been told of it.
select exists (select 1 from alert a where a.rule = %(rule)s and a.fingerprint = %(fingerprint)s
               and (a.started_at = %(started_at)s
                    or (a.started_at < %(started_at)s and a.detected_at >= %(started_at)s
                        and coalesce(a.resolved_at, 'infinity') > %(started_at)s))) as known,
       (select count(*) from alert a where a.rule = %(rule)s and a.fingerprint = %(fingerprint)s
        and a.started_at > %(since)s and a.started_at < %(started_at)s) as recent,
       (select o.id from outage o
        where o.ended_at is null and o.began_at <= %(now)s and o.until > %(now)s
          and outage_covers(o, %(rule)s, %(area)s, %(sources)s) order by o.until desc, o.id limit 1) as outage,
       last.shelved_until, last.severity,
       array(select a.id from alert a where a.rule = %(rule)s and a.fingerprint = %(fingerprint)s
             and a.state = 'resolved' and a.stage <> 'normal' order by a.id for update) as waiting
from (select 1) one
left join lateral (
    select a.shelved_until, a.severity from alert a
    where a.rule = %(rule)s and a.fingerprint = %(fingerprint)s and a.started_at < %(started_at)s
    order by a.started_at desc limit 1
) last on true

-- name: alert_fire
insert into alert (rule, fingerprint, severity, state, area, sources, summary, started_at, detected_at, evidence,
                   stage, latch, damped, shelved_until, suppressed_by, out_of_service, re_alarm_s, announced_at, detail)
values (%(rule)s, %(fingerprint)s, %(severity)s, %(state)s, %(area)s, %(sources)s, %(summary)s, %(started_at)s, %(now)s,
        %(evidence)s, %(stage)s, %(latch)s, %(damped)s, %(shelved_until)s, %(suppressed_by)s, %(out_of_service)s,
        %(re_alarm_s)s, %(announced_at)s, %(detail)s)
on conflict do nothing
returning *

-- name: alert_repeats
update alert set repeats = %(repeats)s where id = %(id)s

-- name: alert_step
update alert set state = %(state)s, stage = %(stage)s, severity = %(severity)s, resolved_at = %(resolved_at)s,
    acked_at = %(acked_at)s, acked_by = %(acked_by)s, latch = %(latch)s, damped = %(damped)s,
    shelved_until = %(shelved_until)s, suppressed_by = %(suppressed_by)s, out_of_service = %(out_of_service)s,
    re_alarm_at = %(re_alarm_at)s, announced_at = %(announced_at)s, superseded_by = %(superseded_by)s,
    detail = %(detail)s
where id = %(id)s

-- name: alert_assign
update alert set assigned_to = %(to)s::text, assigned_at = case when %(to)s::text is null then null else %(now)s end
where id = %(id)s returning *

-- name: alert_begin_earlier
update alert set started_at = %(started_at)s, evidence = %(evidence)s
where rule = %(rule)s and fingerprint = %(fingerprint)s and state <> 'resolved' and started_at > %(started_at)s
  and not exists (select 1 from alert other where other.rule = alert.rule and other.fingerprint = alert.fingerprint
                  and other.started_at = %(started_at)s)
returning *

-- name: alert_active_of
select * from alert where rule = %(rule)s and fingerprint = %(fingerprint)s and state <> 'resolved' for update

-- name: alert_of_start
select * from alert where rule = %(rule)s and fingerprint = %(fingerprint)s and started_at = %(started_at)s

-- name: alert_set_incident
update alert set incident = %(incident)s where id = %(id)s

-- name: alert_get
select * from alert where id = %(id)s

-- name: alert_get_for_update
select * from alert where id = %(id)s for update

-- name: alert_list
select * from alert
where (%(stages)s::text[] is null or stage = any(%(stages)s))
  and ((%(states)s::text[] is null and not %(open)s) or state = any(%(states)s)
       or (%(open)s and stage not in ('normal', 'suppressed', 'out_of_service')))
  and (%(severities)s::text[] is null or severity = any(%(severities)s))
  and (%(rule)s::text is null or rule = %(rule)s)
  and (%(cause)s::text is null or suppressed_by = %(cause)s)
  and (%(damped)s::text[] is null or damped = any(%(damped)s))
  and (%(stale)s::timestamptz is null or (state <> 'resolved' and started_at <= %(stale)s
                                          and suppressed_by is null and out_of_service is null))
  and (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
  and (%(first)s::timestamptz is null or coalesce(resolved_at, 'infinity') >= %(first)s)
  and (%(last)s::timestamptz is null or started_at < %(last)s)
  and (%(before_at)s::timestamptz is null or (started_at, id) < (%(before_at)s, %(before_id)s))
order by started_at desc, id desc
limit %(limit)s

-- name: alert_of_incident
select * from alert where incident = %(incident)s order by started_at desc, id desc limit %(limit)s

-- name: alert_active
select * from alert where state <> 'resolved' order by started_at, id

-- name: alert_suppressed
-- What is muted: by anything, or by one cause.
select id, suppressed_by from alert
where stage = 'suppressed' and (%(by)s::text is null or suppressed_by = %(by)s) order by id

-- name: alert_due
-- What time, or an outage, asks for now. Rows that somebody works on at the moment come with the next look.
select * from (
    select id, 'expire' as act, null::bigint as outage from alert
    where stage = 'shelved' and shelved_until <= %(now)s
    union all
    select id, 're_alarm', null from alert where re_alarm_at <= %(now)s and stage = 'acknowledged'
    union all
    select id, 'stay', null from alert
    where damped is not null and state <> 'resolved' and started_at <= %(stayed)s
    union all
    select a.id, case when other.id is null then 'put_back' else 'take_out' end, other.id
    from alert a join outage o on o.id = a.out_of_service
    left join lateral (
        select n.id from outage n
        where n.ended_at is null and n.began_at <= %(now)s and n.until > %(now)s
          and outage_covers(n, a.rule, a.area, a.sources) order by n.until desc, n.id limit 1
    ) other on true
    where a.stage = 'out_of_service' and (o.ended_at is not null or o.until <= %(now)s)
    union all
    select distinct on (a.id) a.id, 'take_out', o.id
    from outage o join alert a on outage_covers(o, a.rule, a.area, a.sources)
    where o.ended_at is null and o.began_at <= %(now)s and o.until > %(now)s
      and a.stage <> 'normal' and a.state <> 'resolved' and a.out_of_service is null
) due
order by id, act limit %(limit)s

-- name: alert_lock
select * from alert where id = any(%(ids)s) order by id for update skip locked

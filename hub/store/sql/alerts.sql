-- name: alert_fire
insert into alert (rule, fingerprint, severity, state, area, sources, summary, started_at, detected_at, evidence)
values (%(rule)s, %(fingerprint)s, %(severity)s, 'firing', %(area)s, %(sources)s, %(summary)s, %(started_at)s, %(now)s,
        %(evidence)s)
on conflict do nothing
returning *

-- name: alert_begin_earlier
update alert set started_at = %(started_at)s, evidence = %(evidence)s
where rule = %(rule)s and fingerprint = %(fingerprint)s and state <> 'resolved' and started_at > %(started_at)s
  and not exists (select 1 from alert other where other.rule = alert.rule and other.fingerprint = alert.fingerprint
                  and other.started_at = %(started_at)s)
returning *

-- name: alert_resolve
update alert set state = 'resolved', resolved_at = greatest(started_at, %(at)s), shelved_until = null
where rule = %(rule)s and fingerprint = %(fingerprint)s and state <> 'resolved'
returning *

-- name: alert_set_incident
update alert set incident = %(incident)s where id = %(id)s

-- name: alert_get
select * from alert where id = %(id)s

-- name: alert_get_for_update
select * from alert where id = %(id)s for update

-- name: alert_list
select * from alert
where (%(states)s::text[] is null or state = any(%(states)s))
  and (%(severities)s::text[] is null or severity = any(%(severities)s))
  and (%(area)s::text is null or area = %(area)s or starts_with(area, %(area)s || '/'))
  and (%(first)s::timestamptz is null or coalesce(resolved_at, 'infinity') >= %(first)s)
  and (%(last)s::timestamptz is null or started_at < %(last)s)
  and (%(before_at)s::timestamptz is null or (started_at, id) < (%(before_at)s, %(before_id)s))
order by started_at desc, id desc
limit %(limit)s

-- name: alert_of_incident
select * from alert where incident = %(incident)s order by started_at desc, id desc limit %(limit)s

-- name: alert_active
select * from alert where state <> 'resolved' order by started_at, id

-- name: alert_acknowledge
update alert set state = 'acknowledged', acked_at = %(now)s, acked_by = %(actor)s where id = %(id)s

-- name: alert_shelve
update alert set shelved_until = %(until)s where id = %(id)s

-- name: alert_clear
update alert set state = 'resolved', resolved_at = greatest(started_at, %(now)s), shelved_until = null where id = %(id)s

-- name: alert_unshelve_due
update alert set shelved_until = null where shelved_until <= %(now)s and state <> 'resolved'
returning *

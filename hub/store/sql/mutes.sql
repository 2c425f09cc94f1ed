-- name: muting_put
insert into muting (name, digest, body) values (%(name)s, %(digest)s, %(body)s)
on conflict (name) do update set digest = excluded.digest, body = excluded.body where muting.digest <> excluded.digest

-- name: muting_rules
select name, digest, case when digest <> all(%(known)s::text[]) then body end as body from muting

-- name: mute_causes
select rule, fingerprint, severity, area, sources from alert
where state <> 'resolved' and stage <> 'out_of_service' and rule = any(%(rules)s)
order by id

-- name: mute_states
select source, state from source_state where source = any(%(ids)s) or source like any(%(patterns)s)

-- name: mute_types
select id, type from source where id = any(%(ids)s)

-- name: mute_sources
select id from source
where %(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[])

-- name: mute_active
select id, rule, severity, area, sources, suppressed_by from alert
where state <> 'resolved' and (%(all)s or suppressed_by is not null)
order by id

-- name: muted_put
insert into muted (cause, alert) select * from unnest(%(causes)s::text[], %(alerts)s::bigint[])
on conflict do nothing

-- name: muted_counts
select m.cause, count(*) as muted, count(a.id) as hidden
from muted m
left join alert a on a.id = m.alert and a.state <> 'resolved' and a.suppressed_by = m.cause
where m.cause = any(%(causes)s)
group by m.cause

-- name: alert_alike
-- What is open, by what it is grouped by. An alert that nothing mutes has no cause.
select rule, area, case when stage = 'suppressed' then suppressed_by end as cause, severity, count(*) as alerts,
       count(*) filter (where stage = 'unacknowledged') as unacknowledged,
       count(*) filter (where state <> 'resolved') as active,
       min(started_at) as first_at, max(started_at) as last_at
from alert
where stage <> 'normal'
  and (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
group by 1, 2, 3, 4

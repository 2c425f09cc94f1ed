-- name: source_state_lock
select st.source, st.state, st.reason, st.since, s.kind, s.area, g.cause as unrecorded, g.reason as unrecorded_reason
from source_state st
join source s on s.id = st.source
left join gap g on g.source = st.source and g.scope = 'record' and g.ended_at is null
where st.source = any(%(ids)s)
order by st.source
for update of st

-- name: source_state_of_process
select st.source, st.state, st.reason, st.since, st.seen_at, st.detail, s.kind, s.area
from source_state st join source s on s.id = st.source
where st.process = %(process)s and st.state not in ('worker_down', 'disabled')
  and (%(kind)s::text is null or s.kind = %(kind)s)
order by st.source
for update of st

-- name: source_state_put
update source_state
set state = %(state)s, reason = %(reason)s, since = %(since)s, seen_at = coalesce(%(seen_at)s, seen_at),
    detail = %(detail)s, process = %(process)s
where source = %(source)s

-- name: gap_close
update gap set ended_at = greatest(began_at, %(at)s)
where source = %(source)s and ended_at is null and (%(scope)s::text is null or scope = %(scope)s)
returning id, source, began_at, ended_at

-- name: gap_record_within
select id from gap
where source = %(source)s and scope = 'record' and ended_at > %(began_at)s and began_at < %(ended_at)s

-- name: gap_trim
-- What a closed gap has in common with others is taken off it: after the clock was set back, an hour comes twice. The
-- first one stays, but one of watching outranks one of recording. A gap of no length is none.
with mine as (
    delete from gap m where id = %(id)s and (began_at = ended_at or exists (
        select 1 from gap g
        where g.source = m.source and g.id <> m.id and g.ended_at > m.began_at and g.began_at < m.ended_at
          and (g.scope = 'watch' or m.scope = 'record')
    )) returning *
), others as (
    select coalesce(range_agg(tstzrange(g.began_at, g.ended_at)), '{}') as taken
    from mine m join gap g
      on g.source = m.source and g.id <> m.id and g.ended_at > m.began_at and g.began_at < m.ended_at
     and (g.scope = 'watch' or m.scope = 'record')
)
insert into gap (source, scope, cause, state, reason, began_at, ended_at)
select m.source, m.scope, m.cause, m.state, m.reason, lower(piece), upper(piece)
from mine m, others o, unnest(tstzmultirange(tstzrange(m.began_at, m.ended_at)) - o.taken) as piece

-- name: gap_open
insert into gap (source, scope, cause, state, reason, began_at)
values (%(source)s, %(scope)s, %(cause)s, %(state)s, %(reason)s, %(at)s)

-- name: gap_list
select began_at as "from", ended_at as "to", scope, cause, state, reason from gap
where source = %(source)s and began_at < %(last)s and coalesce(ended_at, 'infinity') > %(first)s
order by began_at, scope

-- name: source_state_blind
select source, state, reason, since, seen_at, detail from source_state where state <> 'watching'

-- name: source_state_periods
select source, (detail ->> 'period_s')::float8 as period_s from source_state where detail ? 'period_s'

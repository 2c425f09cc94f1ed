-- name: source_state_lock
select st.source, st.state, st.reason, st.since, s.kind, s.area
from source_state st join source s on s.id = st.source
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
update gap set ended_at = greatest(began_at, %(at)s) where source = %(source)s and ended_at is null

-- name: gap_open
insert into gap (source, cause, reason, began_at) values (%(source)s, %(cause)s, %(reason)s, %(at)s)

-- name: gap_list
select began_at as "from", ended_at as "to", cause, reason from gap
where source = %(source)s and began_at < %(last)s and coalesce(ended_at, 'infinity') > %(first)s
order by began_at

-- name: source_list
select id, kind, area, type, name, config, secret, origin, approved from source
where (%(kind)s::text is null or kind = %(kind)s)
  and (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
order by id

-- name: source_get
select id, kind, area, type, name, config, secret, origin, approved from source where id = %(id)s

-- name: source_lock
-- As they are now, and as they stay until the transaction ends.
select id, kind, area, type, name, config, secret, origin, approved from source where id = any(%(ids)s)
order by id for update

-- name: source_ids
select id, approved from source where kind = %(kind)s

-- name: source_insert_many
insert into source (id, kind, area, type, name, config, secret, origin, approved)
select * from unnest(%(id)s::text[], %(kind)s::text[], %(area)s::text[], %(type)s::text[], %(name)s::text[],
                     %(config)s::jsonb[], %(secret)s::jsonb[], %(origin)s::text[], %(approved)s::boolean[])
on conflict (id) do nothing

-- name: source_insert
insert into source (id, kind, area, type, name, config, secret, origin, approved)
values (%(id)s, %(kind)s, %(area)s, %(type)s, %(name)s, %(config)s, %(secret)s, %(origin)s, %(approved)s)
on conflict (id) do nothing

-- name: source_update
update source
set area = %(area)s, type = %(type)s, name = %(name)s, config = %(config)s, secret = %(secret)s,
    approved = %(approved)s, updated_at = now()
where id = %(id)s and kind = %(kind)s

-- name: source_delete
delete from source where id = %(id)s

-- name: source_put
insert into source (id, kind, area, type, name, config, secret, origin, approved)
values (%(id)s, %(kind)s, %(area)s, %(type)s, %(name)s, %(config)s, %(secret)s, 'config', true)
on conflict (id) do update
set kind = excluded.kind, area = excluded.area, type = excluded.type, name = excluded.name,
    config = excluded.config, secret = excluded.secret, origin = 'config', approved = true, updated_at = now()
where (source.kind, source.area, source.type, source.name, source.config, source.secret, source.origin)
   is distinct from
      (excluded.kind, excluded.area, excluded.type, excluded.name, excluded.config, excluded.secret, 'config')

-- name: source_delete_unconfigured
delete from source where origin = 'config' and id <> all(%(ids)s)

-- name: source_state_init
insert into source_state (source, area, kind, approved, state, reason, since, known_since)
select id, area, kind, approved, 'unknown', 'not heard of yet', %(now)s, %(now)s from source where id = any(%(ids)s)
on conflict do nothing

-- name: gap_init
insert into gap (source, cause, state, reason, began_at)
select st.source, 'worker', st.state, st.reason, st.since from source_state st
where st.source = any(%(ids)s) and st.state = 'unknown'
on conflict do nothing

-- name: source_page
select s.id, s.kind, s.area, s.type, s.name, s.config, s.origin, s.approved,
       coalesce(st.state, 'unknown') as state, coalesce(st.reason, '') as reason,
       coalesce(st.since, s.created_at) as since, st.seen_at, coalesce(st.detail, '{}') as detail
from source s left join source_state st on st.source = s.id
where s.kind = %(kind)s
  and (%(id)s::text is null or s.id = %(id)s)
  and (%(within)s::text[] is null or (s.area || '/') ^@ any(%(within)s::text[]))
  and (%(state)s::text is null or coalesce(st.state, 'unknown') = %(state)s)
  and (%(problem)s::text is null or st.detail -> 'problems' ? %(problem)s
       or (%(problem)s = 'silent' and st.state in ('silent', 'offline')))
  and s.id > %(cursor)s
order by s.id
limit %(limit)s

-- name: source_latest
select s.source, s.metric, s.unit, o.ts, o.value, o.text, o.quality
from series s
cross join lateral (
    select ts, value, text, quality from observation o
    where o.series = s.id and o.ts > %(after)s
    order by o.ts desc limit 1
) o
where s.source = any(%(ids)s)

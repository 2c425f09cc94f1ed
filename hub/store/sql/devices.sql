-- name: device_type_put
insert into device_type (type, spec)
select * from unnest(%(types)s::text[], %(specs)s::jsonb[])
on conflict (type) do update set spec = excluded.spec where device_type.spec is distinct from excluded.spec

-- name: device_type_retain
delete from device_type where type <> all(%(types)s)

-- name: device_type_list
select type, spec from device_type order by type

-- name: device_known
select s.id, s.type, s.approved, s.config ->> 'period' as period from source s where s.kind = 'device'

-- name: device_remembered
select st.source, st.state, st.reason, st.since, st.seen_at, st.detail from source_state st where st.kind = 'device'

-- name: device_registered
select count(*) as count from source where kind = 'device' and config ->> 'registered_by' = %(match)s

-- name: unknown_put
insert into unknown_device as u (id, topic, count, first_seen_at, last_seen_at, heads, announced)
select * from unnest(%(ids)s::text[], %(topics)s::text[], %(counts)s::bigint[], %(first)s::timestamptz[],
                     %(last)s::timestamptz[], %(heads)s::jsonb[], %(announced)s::jsonb[])
on conflict (id) do update
set topic = case when excluded.count > 0 or u.count = 0 then excluded.topic else u.topic end, -- of the last head
    count = u.count + excluded.count,
    last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at),
    heads = coalesce((
        select jsonb_agg(head order by place)
        from (select head, place from jsonb_array_elements(u.heads || excluded.heads) with ordinality as t (head, place)
              order by place desc limit %(keep)s) newest
    ), '[]'),
    announced = coalesce(excluded.announced, u.announced)
where not u.blocked

-- name: unknown_trim
delete from unknown_device where id in (
    select id from unknown_device where not blocked
    order by count desc, last_seen_at desc offset %(keep)s
)

-- name: unknown_forget_known
delete from unknown_device u using source s where s.id = u.id

-- name: unknown_page
select id, topic, reason, count, first_seen_at, last_seen_at, heads, announced, blocked from unknown_device u
where (%(id)s::text is null or id = %(id)s)
  and (%(blocked)s::boolean is null or blocked = %(blocked)s)
  and id > %(cursor)s
  and not exists (select from source s where s.id = u.id)
order by id limit %(limit)s

-- name: unknown_block
insert into unknown_device (id, topic, count, first_seen_at, last_seen_at, blocked)
values (%(id)s, '', 0, %(now)s, %(now)s, true)
on conflict (id) do update set blocked = true, heads = '[]'

-- name: unknown_reason
update unknown_device set reason = %(reason)s where id = %(id)s and reason <> %(reason)s

-- name: unknown_delete
delete from unknown_device where id = %(id)s

-- name: unknown_blocked
select id from unknown_device where blocked

-- name: unknown_notify
select pg_notify('gridhub_sources', '')

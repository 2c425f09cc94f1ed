-- name: segment_put
insert into segment (camera, began_at, ended_at, path, size_bytes, eventful)
values (%(camera)s, %(began_at)s, %(ended_at)s, %(path)s, %(size_bytes)s, %(eventful)s)
on conflict (path) do update set ended_at = excluded.ended_at, size_bytes = excluded.size_bytes

-- name: segment_list
select camera, began_at, ended_at, path, size_bytes, eventful from segment
where camera = %(camera)s and began_at < %(last)s and ended_at > %(first)s
order by began_at

-- name: segment_spare
-- Files that are worth just so much, the oldest first. An alert is about a camera that is one of its sources or hangs in
-- its area, from half a minute before it began until half a minute after its end, of an hour at most: one that stays open
-- for weeks must not hold everything. It holds a file while it or its incident is open.
select g.camera, g.began_at, g.ended_at, g.path, g.size_bytes, g.eventful
from segment g
join source s on s.id = g.camera
cross join lateral (
    select coalesce(max(case when a.state <> 'resolved' or i.state = 'open' then 3 else 2 end), 0) as alerted
    from alert a left join incident i on i.id = a.incident
    where (g.camera = any(a.sources) or a.area = s.area)
      and a.started_at between g.began_at - interval '1 hour 30 seconds' and g.ended_at + interval '30 seconds'
      and coalesce(a.resolved_at, 'infinity') >= g.began_at - interval '30 seconds'
) h
where g.camera = any(%(cameras)s) and g.ended_at < %(before)s
  and greatest(h.alerted, case when g.eventful then 1 else 0 end) = any(%(worth)s)
order by g.began_at limit %(limit)s

-- name: segment_sizes
select camera, sum(size_bytes)::bigint as size_bytes from segment where camera = any(%(cameras)s) group by camera

-- name: segment_known
select path from segment where path = any(%(paths)s)

-- name: segment_delete
delete from segment where path = any(%(paths)s)

-- name: removed_camera_list
select camera, keep from removed_camera

-- name: removed_camera_forget
delete from removed_camera where camera = %(camera)s

-- name: snapshot_kept
-- The pictures of one day that an alert shows.
select distinct e -> 'attrs' ->> 'snapshot' as name
from alert a, jsonb_array_elements(a.evidence) as e
where starts_with(e -> 'attrs' ->> 'snapshot', %(day)s || '/')

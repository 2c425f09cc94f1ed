-- name: area_put
insert into area (path, parent, name, kind, geometry)
values (%(path)s, %(parent)s, %(name)s, %(kind)s, %(geometry)s)
on conflict (path) do update set name = excluded.name, kind = excluded.kind, geometry = excluded.geometry
where (area.name, area.kind, area.geometry) is distinct from (excluded.name, excluded.kind, excluded.geometry)

-- name: area_list
select path, name, kind, geometry from area
where %(within)s::text[] is null or (path || '/') ^@ any(%(within)s::text[])
order by path

-- name: area_get
select path, name, kind, geometry from area where path = %(path)s

-- name: area_names
select path, name from area where path = any(%(paths)s)

-- name: area_children
select path from area where parent = %(path)s order by path

-- name: area_status
-- What is counted is not narrowed to the path first: the planner, which cannot guess how many rows that leaves, would
-- sort them by area rather than hash them, and take twice as long over a city.
with open_alert as (
    select area, severity, state from alert
    where state <> 'resolved' and (shelved_until is null or shelved_until <= %(now)s)
      and stage not in ('suppressed', 'out_of_service')
), counted as (
    select area, count(*) as alerts,
           count(*) filter (where severity = 'critical') as critical,
           count(*) filter (where severity = 'major') as major,
           count(*) filter (where severity = 'minor') as minor,
           count(*) filter (where severity = 'warning') as warning,
           count(*) filter (where state = 'firing') as unacknowledged
    from open_alert group by area
), seen as (
    select area, count(*) as sources,
           count(*) filter (where state = 'watching') as watching,
           count(*) filter (where kind = 'camera') as cameras,
           count(*) filter (where kind = 'camera' and state = 'watching') as cameras_watching
    from source_state where approved group by area
)
select a.path, a.name, a.path not in (select parent from area where parent is not null) as leaf,
       coalesce(c.alerts, 0) as alerts, coalesce(c.critical, 0) as critical, coalesce(c.major, 0) as major,
       coalesce(c.minor, 0) as minor, coalesce(c.warning, 0) as warning,
       coalesce(c.unacknowledged, 0) as unacknowledged,
       coalesce(s.sources, 0) as sources, coalesce(s.watching, 0) as watching,
       coalesce(s.cameras, 0) as cameras, coalesce(s.cameras_watching, 0) as cameras_watching
from area a
left join counted c on c.area = a.path
left join seen s on s.area = a.path
where a.path = %(path)s or starts_with(a.path, %(path)s || '/')
order by a.path

-- name: area_put
insert into area (path, parent, name, kind, geometry)
values (%(path)s, %(parent)s, %(name)s, %(kind)s, %(geometry)s)
on conflict (path) do update set name = excluded.name, kind = excluded.kind, geometry = excluded.geometry
where (area.name, area.kind, area.geometry) is distinct from (excluded.name, excluded.kind, excluded.geometry)

-- name: area_list
select path, name, kind, geometry from area
where %(below)s::text is null or path = %(below)s or starts_with(path, %(below)s || '/')
order by path

-- name: area_get
select path, name, kind, geometry from area where path = %(path)s

-- name: area_names
select path, name from area where path = any(%(paths)s)

-- name: area_children
select path from area where parent = %(path)s order by path

-- name: area_status
with open_alert as (
    select area, severity, state from alert
    where state <> 'resolved' and (shelved_until is null or shelved_until <= %(now)s)
), counted as (
    select area, count(*) as alerts,
           count(*) filter (where severity = 'critical') as critical,
           count(*) filter (where severity = 'major') as major,
           count(*) filter (where severity = 'minor') as minor,
           count(*) filter (where severity = 'warning') as warning,
           count(*) filter (where state = 'firing') as unacknowledged
    from open_alert group by area
), seen as (
    select s.area, count(*) as sources,
           count(*) filter (where st.state = 'watching') as watching,
           count(*) filter (where s.kind = 'camera') as cameras,
           count(*) filter (where s.kind = 'camera' and st.state = 'watching') as cameras_watching
    from source s left join source_state st on st.source = s.id
    where s.approved group by s.area
)
select a.path, a.name, a.kind, a.parent,
       not exists (select 1 from area child where child.parent = a.path) as leaf,
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

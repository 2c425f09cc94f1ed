-- name: segment_put
insert into segment (camera, began_at, ended_at, path, size_bytes)
values (%(camera)s, %(began_at)s, %(ended_at)s, %(path)s, %(size_bytes)s)
on conflict (path) do update set ended_at = excluded.ended_at, size_bytes = excluded.size_bytes

-- name: segment_list
select camera, began_at, ended_at, path, size_bytes from segment
where camera = %(camera)s and began_at < %(last)s and ended_at > %(first)s
order by began_at

-- name: segment_older
select camera, began_at, ended_at, path, size_bytes from segment
where camera = %(camera)s and ended_at < %(instant)s
order by began_at limit %(limit)s

-- name: segment_delete
delete from segment where path = %(path)s

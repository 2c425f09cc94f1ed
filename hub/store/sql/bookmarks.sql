-- name: bookmark_insert
insert into bookmark (area, at, until, sources, incident, note, owner, created_at)
values (%(area)s, %(at)s, %(until)s, %(sources)s, %(incident)s, %(note)s, %(owner)s, %(now)s)
returning *

-- name: bookmark_get
select * from bookmark where id = %(id)s

-- name: bookmark_note
update bookmark set note = %(note)s where id = %(id)s returning *

-- name: bookmark_delete
delete from bookmark where id = %(id)s returning *

-- name: bookmark_list
select * from bookmark
where (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
  and (%(source)s::text is null or %(source)s = any(sources))
  and (%(incident)s::bigint is null or incident = %(incident)s)
  and (%(first)s::timestamptz is null or coalesce(until, at) >= %(first)s)
  and (%(last)s::timestamptz is null or at < %(last)s)
  and (%(text)s::text is null or strpos(lower(note), lower(%(text)s)) > 0)
  and (%(before_at)s::timestamptz is null or (at, id) < (%(before_at)s, %(before_id)s))
order by at desc, id desc
limit %(limit)s

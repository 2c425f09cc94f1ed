-- name: quarantine_insert
insert into quarantine (origin, device, cause, detail, payload, size_bytes, received_at)
values (%(origin)s, %(device)s, %(cause)s, %(detail)s, %(payload)s, %(size_bytes)s, %(received_at)s)

-- name: quarantine_page
select q.id, q.origin, q.device, q.cause, q.detail, q.size_bytes, q.received_at, q.replay_at,
       octet_length(q.payload) = q.size_bytes as whole, substring(q.payload for 200) as head
from quarantine q left join source s on s.id = q.device
where (%(cause)s::text is null or q.cause = %(cause)s)
  and (%(origin)s::text is null or q.origin = %(origin)s)
  and (%(device)s::text is null or q.device = %(device)s)
  and (%(within)s::text[] is null or (s.area || '/') ^@ any(%(within)s::text[]))
  and (%(before)s::bigint is null or q.id < %(before)s)
order by q.id desc
limit %(limit)s

-- name: quarantine_get
select q.id, q.origin, q.device, q.cause, q.detail, q.payload, q.size_bytes, q.received_at, q.replay_at,
       octet_length(q.payload) = q.size_bytes as whole, s.area
from quarantine q left join source s on s.id = q.device
where q.id = %(id)s

-- name: quarantine_counts
select q.cause, count(*) as count, sum(octet_length(q.payload)) as kept_bytes
from quarantine q left join source s on s.id = q.device
where %(within)s::text[] is null or (s.area || '/') ^@ any(%(within)s::text[])
group by 1 order by 2 desc, 1

-- name: quarantine_ask
update quarantine set replay_at = %(now)s
where octet_length(payload) = size_bytes and replay_at is null
  and (%(ids)s::bigint[] is null or id = any(%(ids)s))
  and (%(cause)s::text is null or cause = %(cause)s)
  and (%(origin)s::text is null or origin = %(origin)s)
  and (%(device)s::text is null or device = %(device)s)
  and (%(within)s::text[] is null or device in (
      select id from source where (area || '/') ^@ any(%(within)s::text[])))

-- name: quarantine_notify
select pg_notify('gridhub_quarantine', '')

-- name: quarantine_asked
select q.id, q.origin, q.device, q.payload, q.received_at, coalesce(s.approved, false) as approved
from quarantine q left join source s on s.id = q.device
where q.replay_at is not null and q.id > %(after)s order by q.id limit %(limit)s

-- name: quarantine_failed
update quarantine set replay_at = null, cause = %(cause)s, detail = %(detail)s where id = %(id)s

-- name: quarantine_delete
delete from quarantine where id = any(%(ids)s)

-- name: quarantine_delete_all
delete from quarantine
where (%(cause)s::text is null or cause = %(cause)s)
  and (%(origin)s::text is null or origin = %(origin)s)
  and (%(device)s::text is null or device = %(device)s)
  and (%(within)s::text[] is null or device in (
      select id from source where (area || '/') ^@ any(%(within)s::text[])))

-- name: quarantine_trim
delete from quarantine where id <= (
    select max(id) from (
        select id, row_number() over (order by id desc) as place,
               sum(octet_length(payload)) over (order by id desc) as kept_bytes
        from quarantine
    ) newest
    where place > %(rows)s or kept_bytes > %(bytes)s
)

-- name: quarantine_list
select id, origin, cause, detail, payload, size_bytes, received_at
from quarantine order by id desc limit %(limit)s

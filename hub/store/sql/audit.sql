-- name: audit_append
select audit_append(%(at)s, %(actor)s, %(action)s, %(subject)s, %(source_ip)s, %(result)s, %(detail)s) as id

-- name: audit_list
-- Newest first.
select id, at, actor, action, subject, source_ip, result, detail, hash from audit
where (%(before)s::bigint is null or id < %(before)s)
  and (%(first)s::timestamptz is null or at >= %(first)s)
  and (%(last)s::timestamptz is null or at < %(last)s)
  and (%(actor)s::text is null or actor = %(actor)s)
  and (%(action)s::text is null or action = %(action)s)
  and (%(subject)s::text is null or subject = %(subject)s or starts_with(subject, %(subject)s || '/'))
  and (%(source_ip)s::text is null or source_ip = %(source_ip)s)
  and (%(result)s::text is null or result = %(result)s)
order by id desc limit %(limit)s

-- name: audit_after
select id, at, actor, action, subject, source_ip, result, detail, hash from audit
where id > %(id)s order by id limit %(limit)s

-- name: audit_hashes
select id, encode(hash, 'hex') as hash from audit where id = any(%(ids)s)

-- name: audit_end
select last_id, last_hash from audit_end

-- name: audit_page
-- The first row of a page that does not follow from the one before it, and where the page ends.
with page as (
    select * from audit where id > %(id)s order by id limit %(limit)s
), chained as (
    select p.*, lag(hash, 1, %(hash)s::bytea) over (order by id) as previous,
           lag(id, 1, %(id)s::bigint) over (order by id) as before
    from page p
)
select (select min(id) from chained
        where hash <> audit_hash(previous, id, at, actor, action, subject, source_ip, result, detail)
           or id <> before + 1) as broken,
       (select count(*) from page) as rows, e.id, e.hash
from (select id, hash from page order by id desc limit 1) e

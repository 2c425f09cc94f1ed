-- name: journal_append
select journal_append(%(at)s, %(kind)s, %(subject)s, %(area)s, %(actor)s, %(change)s, %(body)s) as id

-- name: journal_after
select id, at, kind, subject, area, actor, change, body
from journal where id > %(id)s order by id limit %(limit)s

-- name: journal_of_subject
select id, at, kind, subject, area, actor, change, body
from journal where kind = %(kind)s and subject = %(subject)s order by id

-- name: journal_last_id
select coalesce(max(id), 0) as id from journal

-- name: journal_first_broken
with chained as (
    select j.*, lag(hash, 1, ''::bytea) over (order by id) as previous, lag(id, 1, 0::bigint) over (order by id) as before
    from journal j
)
select id from chained
where hash <> journal_hash(previous, id, at, kind, subject, area, actor, change, body) or id <> before + 1
order by id limit 1

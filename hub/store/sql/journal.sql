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

-- name: journal_page
-- The first row of a page that does not follow from the one before it, and where the page ends.
with page as (
    select * from journal where id > %(id)s order by id limit %(limit)s
), chained as (
    select p.*, lag(hash, 1, %(hash)s::bytea) over (order by id) as previous,
           lag(id, 1, %(id)s::bigint) over (order by id) as before
    from page p
)
select (select min(id) from chained
        where hash <> journal_hash(previous, id, at, kind, subject, area, actor, change, body)
           or id <> before + 1) as broken,
       (select count(*) from page) as rows, e.id, e.hash
from (select id, hash from page order by id desc limit 1) e

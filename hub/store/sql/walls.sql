-- name: wall_list
select name, body, changed_at from wall where person = %(person)s order by name

-- name: wall_lock
-- Two browsers of one person that save at once are counted one after the other.
select 1 from person where name = %(person)s for no key update

-- name: wall_put
insert into wall (person, name, body, changed_at)
select %(person)s, %(name)s, %(body)s, %(changed_at)s
where (select count(*) from wall where person = %(person)s and name <> %(name)s) < %(most)s
on conflict (person, name) do update set body = excluded.body, changed_at = excluded.changed_at

-- name: wall_delete
delete from wall where person = %(person)s and name = %(name)s

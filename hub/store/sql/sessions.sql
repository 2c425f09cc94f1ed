-- name: session_insert
insert into session (token_hash, person, second_factor, created_at, rotated_at, seen_at, expires_at, address, agent)
values (%(token_hash)s, %(person)s, %(second_factor)s, %(now)s, %(now)s, %(now)s, %(expires_at)s, %(address)s, %(agent)s)
returning id

-- name: session_find
-- By its token, or by the one before where the answer that held the new one may have been lost.
select s.id, s.token_hash = %(token_hash)s as is_newest, s.rotated_at, s.confirmed_at, s.seen_at, s.expires_at,
       s.second_factor, p.name, p.disabled, p.external, p.password_given, array(
           select array[g.role, coalesce(g.area, '')] from person_grant g where g.person = p.name) as grants
from session s join person p on p.name = s.person
where (s.token_hash = %(token_hash)s
       or (s.previous_hash = %(token_hash)s and (s.confirmed_at is null or s.confirmed_at > %(overlap_since)s)))
  and s.expires_at > %(now)s and not p.disabled

-- name: session_touch
update session
set seen_at = %(now)s, confirmed_at = case when %(is_newest)s then coalesce(confirmed_at, %(now)s) else confirmed_at end
where id = %(id)s

-- name: session_rotate
update session
set previous_hash = %(token_hash)s, token_hash = %(new_hash)s, rotated_at = %(now)s, confirmed_at = null
where id = %(id)s and rotated_at = %(rotated_at)s

-- name: session_standing
select s.id, s.expires_at, s.second_factor, p.name, p.disabled, p.external, p.password_given, array(
           select array[g.role, coalesce(g.area, '')] from person_grant g where g.person = p.name) as grants
from session s join person p on p.name = s.person
where s.id = any(%(ids)s) and s.expires_at > %(now)s and not p.disabled

-- name: session_list
select id, person, second_factor, created_at, seen_at, expires_at, address, agent from session
where (%(person)s::text is null or person = %(person)s) and expires_at > %(now)s
order by seen_at desc, id desc

-- name: session_delete
delete from session where id = %(id)s returning person

-- name: session_delete_of
delete from session where person = %(name)s and id is distinct from %(but)s

-- name: session_set_second_factor
update session set second_factor = true where id = %(id)s

-- name: session_expire
delete from session where expires_at <= %(now)s

-- name: session_delete_all
delete from session

-- name: token_insert
insert into token (token_hash, person, name, rights, area, created_at, expires_at)
values (%(token_hash)s, %(person)s, %(name)s, %(rights)s, nullif(%(area)s, ''), %(now)s, %(expires_at)s)
returning id, person, name, rights, coalesce(area, '') as area, created_at, expires_at, used_at

-- name: token_find
select t.id, t.expires_at, t.used_at, t.rights, coalesce(t.area, '') as area, p.name, p.disabled, p.external,
       p.password_given, array(
           select array[g.role, coalesce(g.area, '')] from person_grant g where g.person = p.name) as grants
from token t join person p on p.name = t.person
where t.token_hash = %(token_hash)s and t.expires_at > %(now)s and not p.disabled

-- name: token_standing
select t.id, t.expires_at, t.rights, coalesce(t.area, '') as area, p.name, p.disabled, p.external, p.password_given, array(
           select array[g.role, coalesce(g.area, '')] from person_grant g where g.person = p.name) as grants
from token t join person p on p.name = t.person
where t.id = any(%(ids)s) and t.expires_at > %(now)s and not p.disabled

-- name: token_touch
update token set used_at = %(now)s where id = %(id)s

-- name: token_list
select id, person, name, rights, coalesce(area, '') as area, created_at, expires_at, used_at from token
where %(person)s::text is null or person = %(person)s
order by id

-- name: token_delete
delete from token where id = %(id)s returning person

-- name: token_count
select count(*) as count from token where person = %(person)s

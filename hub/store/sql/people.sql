-- name: person_insert
insert into person (name, role, area, password_hash)
values (%(name)s, %(role)s, %(area)s, %(password_hash)s)
on conflict (name) do nothing

-- name: person_list
select name, role, area, disabled from person order by name

-- name: person_get
select name, role, area, disabled, password_hash from person where name = %(name)s

-- name: person_set_password
update person set password_hash = %(password_hash)s where name = %(name)s

-- name: person_set_disabled
update person set disabled = %(disabled)s where name = %(name)s

-- name: session_insert
insert into session (token_hash, person, created_at, expires_at)
values (%(token_hash)s, %(person)s, %(now)s, %(expires_at)s)

-- name: session_get
select p.name, p.role, p.area, p.disabled, s.expires_at
from session s join person p on p.name = s.person
where s.token_hash = %(token_hash)s and s.expires_at > %(now)s and not p.disabled

-- name: session_alive
select s.token_hash from session s join person p on p.name = s.person
where s.token_hash = any(%(hashes)s) and s.expires_at > %(now)s and not p.disabled

-- name: session_delete
delete from session where token_hash = %(token_hash)s

-- name: session_delete_of
delete from session where person = %(name)s

-- name: session_expire
delete from session where expires_at <= %(now)s

-- name: session_delete_all
delete from session

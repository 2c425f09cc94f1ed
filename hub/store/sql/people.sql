-- name: person_insert
insert into person (name, password_hash, external, password_given)
select %(name)s, %(password_hash)s, %(external)s, %(given)s
where not exists (select from person where lower(name) = lower(%(name)s))
on conflict (name) do nothing

-- name: grant_insert
insert into person_grant (person, role, area) values (%(name)s, %(role)s, nullif(%(area)s, ''))

-- name: grant_delete_of
delete from person_grant where person = %(name)s

-- name: grant_lock
-- One change of who may what at a time: two administrators must not take each other's place at once.
lock table person_grant in share row exclusive mode

-- name: person_list
select p.name, p.disabled, p.external, p.password_given, p.password_hash, array(
           select array[g.role, coalesce(g.area, '')] from person_grant g where g.person = p.name
           order by coalesce(g.area, ''), g.role) as grants,
       exists (select from totp t where t.person = p.name and t.confirmed_at is not null) as totp,
       (select count(*) from passkey k where k.person = p.name) as passkeys,
       (select max(s.seen_at) from session s where s.person = p.name) as seen_at
from person p
where %(name)s::text is null or p.name = %(name)s
order by p.name

-- name: person_set_password
update person set password_hash = %(password_hash)s, password_given = %(given)s where name = %(name)s

-- name: person_set_disabled
update person set disabled = %(disabled)s where name = %(name)s

-- name: person_exists
select from person where name = %(name)s

-- name: failure_lock
-- Attempts that come at once are counted one after the other.
select key, failures, failed_at from sign_in_failure where key = any(%(keys)s) order by key for update

-- name: failure_insert
insert into sign_in_failure (key, failures, failed_at)
select key, 0, %(now)s from unnest(%(keys)s::bytea[]) as key order by key
on conflict (key) do nothing

-- name: failure_count
update sign_in_failure
set failures = case when failed_at < %(forget_before)s then 1 else failures + 1 end, failed_at = %(now)s
where key = any(%(keys)s)

-- name: failure_forget
delete from sign_in_failure where key = any(%(keys)s)

-- name: failure_uncount
update sign_in_failure set failures = failures - 1 where key = any(%(keys)s) and failures > 0

-- name: failure_expire
delete from sign_in_failure where failed_at < %(before)s

-- name: browser_known
select from known_browser where browser_hash = %(browser_hash)s and person = %(person)s and expires_at > %(now)s

-- name: browser_remember
insert into known_browser (browser_hash, person, expires_at) values (%(browser_hash)s, %(person)s, %(expires_at)s)
on conflict (browser_hash, person) do update set expires_at = excluded.expires_at

-- name: browser_rename
update known_browser set browser_hash = %(new_hash)s where browser_hash = %(browser_hash)s

-- name: browser_forget_of
delete from known_browser where person = %(name)s

-- name: browser_expire
delete from known_browser where expires_at <= %(now)s

-- name: flow_insert
insert into sign_in_flow (id_hash, kind, person, body, expires_at)
values (%(id_hash)s, %(kind)s, %(person)s, %(body)s, %(expires_at)s)

-- name: flow_take
delete from sign_in_flow where id_hash = %(id_hash)s and kind = %(kind)s
returning person, body, expires_at > %(now)s as holds

-- name: flow_expire
delete from sign_in_flow where expires_at <= %(now)s

-- name: totp_get
select secret, confirmed_at, last_step from totp where person = %(person)s for update

-- name: totp_put
insert into totp (person, secret) values (%(person)s, %(secret)s)
on conflict (person) do update set secret = excluded.secret, confirmed_at = null, last_step = 0

-- name: totp_used
update totp set confirmed_at = coalesce(confirmed_at, %(now)s), last_step = %(step)s where person = %(person)s

-- name: totp_delete
delete from totp where person = %(person)s

-- name: totp_list
select person, secret from totp order by person for update

-- name: totp_reseal
update totp set secret = %(secret)s where person = %(person)s

-- name: recovery_insert
insert into recovery_code (person, code_hash) select %(person)s, unnest(%(hashes)s::bytea[])

-- name: recovery_take
delete from recovery_code where person = %(person)s and code_hash = %(code_hash)s

-- name: recovery_delete_of
delete from recovery_code where person = %(person)s

-- name: recovery_count
select count(*) as count from recovery_code where person = %(person)s

-- name: passkey_insert
insert into passkey (id, person, public_key, sign_count, name, created_at)
values (%(id)s, %(person)s, %(public_key)s, %(sign_count)s, %(name)s, %(now)s)

-- name: passkey_get
select k.id, k.person, k.public_key, k.sign_count, p.disabled from passkey k join person p on p.name = k.person
where k.id = %(id)s for update of k

-- name: passkey_used
update passkey set sign_count = %(sign_count)s, used_at = %(now)s where id = %(id)s

-- name: passkey_list
select id, name, created_at, used_at from passkey where person = %(person)s order by created_at, id

-- name: passkey_rename
update passkey set name = %(name)s where id = %(id)s and person = %(person)s

-- name: passkey_delete
delete from passkey where id = %(id)s and person = %(person)s

-- name: passkey_delete_of
delete from passkey where person = %(person)s

-- name: identity_get
select person from identity where issuer = %(issuer)s and subject = %(subject)s

-- name: identity_of
select issuer, subject from identity where person = %(person)s

-- name: identity_insert
insert into identity (issuer, subject, person) values (%(issuer)s, %(subject)s, %(person)s)

-- name: identity_delete_of
delete from identity where person = %(person)s

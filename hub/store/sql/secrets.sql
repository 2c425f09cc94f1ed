-- name: secret_clear
select id, kind, area, type, name, config, secret, origin, approved from source
where secret is not null and not secret ? 'sealed'
order by id
for update

-- name: secret_all
select id, kind, area, type, name, config, secret, origin, approved from source
where secret is not null
order by id
for update

-- name: secret_put
update source set secret = %(secret)s where id = %(id)s

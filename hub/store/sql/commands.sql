-- name: command_source
select id, kind, area, type, name, approved from source where id = %(device)s for no key update

-- name: command_by_key
select c.*, s.area from command c join source s on s.id = c.device where c.by = %(by)s and c.key = %(key)s

-- name: command_count_open
select count(*) as count from command where device = %(device)s and ended_at is null

-- name: command_insert
insert into command (id, device, name, params, topic, payload, answers, repeats, state, by, key, timeout, created_at,
                     expires_at)
values (%(id)s, %(device)s, %(name)s, %(params)s, %(topic)s, %(payload)s, %(answers)s, %(repeats)s, %(state)s, %(by)s,
        %(key)s, %(timeout)s, %(created_at)s, %(expires_at)s)

-- name: command_notify
select pg_notify('gridhub_command', %(id)s)

-- name: command_get
select c.*, s.area from command c join source s on s.id = c.device where c.id = %(id)s

-- name: command_lock
select c.*, s.area from command c join source s on s.id = c.device where c.id = %(id)s for update of c

-- name: command_open
select c.*, s.area from command c join source s on s.id = c.device where c.ended_at is null order by c.number

-- name: command_of_device
select c.*, s.area from command c join source s on s.id = c.device
where c.device = %(device)s and (%(before)s::bigint is null or c.number < %(before)s)
order by c.number desc limit %(limit)s

-- name: command_update
update command
set state = %(state)s, reason = %(reason)s, late = %(late)s, sent_at = %(sent_at)s, delivered_at = %(delivered_at)s,
    ended_at = %(ended_at)s, attempts = %(attempts)s
where id = %(id)s

-- name: command_forget
delete from command where ended_at < %(before)s

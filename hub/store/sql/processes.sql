-- name: process_beat
insert into process (name, pid, state, detail, since, started_at, beat_at, samples)
values (%(name)s, %(pid)s, %(state)s, %(detail)s, %(now)s, %(started_at)s, %(now)s, %(samples)s)
on conflict (name) do update
set pid = excluded.pid, state = excluded.state, detail = excluded.detail, started_at = excluded.started_at,
    beat_at = excluded.beat_at, samples = excluded.samples,
    since = case when process.state = excluded.state then process.since else excluded.since end

-- name: process_list
select name, pid, state, detail, since, started_at, beat_at, samples from process order by name

-- name: process_lock
select state, beat_at from process where name = %(name)s for update

-- name: process_mark_down
update process set state = 'down', detail = %(detail)s, since = %(now)s where name = %(name)s and state <> 'down'

-- name: process_retain
delete from process where name <> all(%(names)s)

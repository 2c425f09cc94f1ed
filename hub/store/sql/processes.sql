-- name: process_beat
with before as (select state from process where name = %(name)s for update)
insert into process (name, pid, state, detail, since, started_at, beat_at, samples)
values (%(name)s, %(pid)s, %(state)s, %(detail)s, %(now)s, %(started_at)s, %(now)s, %(samples)s)
on conflict (name) do update
set pid = excluded.pid, state = excluded.state, detail = excluded.detail, started_at = excluded.started_at,
    beat_at = excluded.beat_at, samples = excluded.samples,
    since = case when (process.state, process.detail) = (excluded.state, excluded.detail)
                 then process.since else excluded.since end
returning coalesce((select state from before), '') as before

-- name: process_list
select name, pid, state, detail, since, started_at, beat_at, samples from process order by name

-- name: process_give_up
update process
set state = 'down', detail = case when state = 'down' then detail else %(detail)s end,
    since = case when state = 'down' then since else %(now)s end
where name = %(name)s and beat_at = %(beat_at)s
returning name

-- name: process_retain
delete from process where name <> all(%(names)s)

-- name: backup_snapshot
-- All of what follows in this transaction is one moment. Nothing of it may run into the limits of the running hub.
set transaction isolation level repeatable read, read only;
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local datestyle = 'ISO, MDY';
set local intervalstyle = 'postgres';
set local bytea_output = 'hex';
set local extra_float_digits = 1

-- name: backup_running
-- Held while a backup runs: what is over is not dropped meanwhile, as that would wait for the backup, and writers for it.
select pg_advisory_lock_shared(7102546)

-- name: backup_over
select pg_advisory_unlock_shared(7102546)

-- name: backup_tables
-- Tables of the hub itself, with what may be written of each row; none that belongs to an extension.
select c.relname as name, greatest(c.reltuples, 0)::bigint as estimate,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       (select coalesce(array_agg(f.relname::text), '{}') from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as refers_to
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname <> 'migration'
  and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                  and d.deptype = 'e')
order by c.relname

-- name: backup_sequences
select c.relname as name from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
  and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                  and d.deptype = 'e')
order by c.relname

-- name: backup_head
select now() as taken_at, current_setting('server_version') as server,
       pg_database_size(current_database()) as database_bytes,
       (select coalesce(max(id), 0) from journal) as journal_id,
       coalesce((select encode(hash, 'hex') from journal order by id desc limit 1), '') as journal_hash

-- name: restore_setval
select setval(%(name)s::regclass, %(value)s, %(called)s)

-- name: restore_is_empty
select not exists (select 1 from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                   and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass
                                   and d.objid = c.oid and d.deptype = 'e')) as empty

-- name: restore_lock
select pg_try_advisory_lock(7102547) as alone

-- name: restore_database_exists
select 1 as one from pg_database where datname = %(name)s

-- name: restore_end_sessions
-- Of those databases for whose renaming "renamer" has the lock already, so that nobody connects anew; none that this role
-- may not end, as the refusal would leave the others, too.
select pg_terminate_backend(a.pid)
from pg_stat_activity a
left join pg_roles r on r.oid = a.usesysid
where a.datname = any(%(names)s)
  and exists (select 1 from pg_locks l where l.pid = %(renamer)s and l.granted and l.locktype = 'object'
              and l.classid = 'pg_database'::regclass and l.objid = a.datid and l.mode = 'AccessExclusiveLock')
  and (current_setting('is_superuser') = 'on'
       or not r.rolsuper and (pg_has_role(r.oid, 'usage') or pg_has_role('pg_signal_backend', 'usage')))

-- name: restore_who
-- Without the server's own workers, as those that vacuum: it ends them itself.
select usename::text as name, count(*) as count from pg_stat_activity
where datname = any(%s) and usename is not null group by 1 order by 1

-- name: backup_aggregates
select view_name::text as name,
       format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) as held_in
from timescaledb_information.continuous_aggregates where view_schema = 'public' order by 1

-- name: backup_counted_until
select date_trunc('day', min(edge), 'UTC') as day from rollup_state

-- name: backup_aggregate_rows
select series, ts, count::integer as count, bad::integer as bad, coalesce(sum, 0) as sum, min, max,
       newest[2] as last, last_ts
from {} where ts < {}::timestamptz

-- name: restore_waiting
create temporary table {} (
    series integer, ts timestamptz, count integer, bad integer, sum float8, min float8, max float8, last float8,
    last_ts timestamptz
)

-- name: restore_let_in
insert into {table} (series, ts, count, bad, sum, min, max, newest, last_ts)
select series, ts, count, bad, case when count > 0 then sum end, min, max,
       case when last_ts is not null
            then array[extract(epoch from last_ts - timestamptz '2000-01-01 00:00:00+00')::float8, last] end, last_ts
from {waiting} where ts < {until}::timestamptz

-- name: restore_set_edge
update rollup_state set edge = least(edge, %(edge)s)

-- name: backup_aggregate_period
select min(ts) as first, max(ts) + interval '1 microsecond' as last from ({}) rows

-- name: restore_last_day
select date_trunc('day', max(ts), 'UTC') as day from {} where ts < %(until)s

-- name: migration_lock
select pg_advisory_xact_lock(7102543)

-- name: migration_create_table
create table if not exists migration (name text primary key, applied_at timestamptz not null default now())

-- name: migration_names
select name from migration order by name

-- name: migration_done
select 1 as one from migration where name = %(name)s

-- name: migration_insert
insert into migration (name) values (%(name)s)

-- name: migration_no_timeout
-- Moving the rows of a large table takes longer than any statement of the running hub may.
set local statement_timeout = 0

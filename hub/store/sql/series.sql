-- name: timescale_available
select 1 as one from pg_available_extensions where name = 'timescaledb'

-- name: timescale_create_extension
create extension if not exists timescaledb

-- name: observation_create
create table observation (
    ts          timestamptz not null,
    received_at timestamptz not null,
    batch       bigint not null,
    value       double precision,
    series      integer not null,
    key         text not null default '',
    text        text,
    attrs       jsonb
)

-- name: observation_to_hypertable
select create_hypertable('observation', by_range('ts', interval '1 day'), create_default_indexes => false)

-- name: observation_create_indexes
create unique index observation_key on observation (series, ts, key);
create index observation_batch on observation (batch)

-- name: observation_relkind
select relkind::text from pg_class where oid = 'observation'::regclass

-- name: partition_lock
select pg_advisory_xact_lock(7102545)

-- name: partition_names
select c.relname as name
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'observation'::regclass
order by 1

-- name: hypertable_drop_chunks
select drop_chunks('observation', older_than => %(instant)s::timestamptz)::text as name

-- name: store_status
select current_setting('server_version') as server_version,
       (select max(name) from migration) as schema_version,
       pg_size_pretty(pg_database_size(current_database())) as database_size,
       (select count(*) from area) as areas,
       (select count(*) from source) as sources,
       (select count(*) from series) as series,
       (select count(*) from batch) as batches,
       (select coalesce(sum(rows), 0) from batch) as rows_written,
       (select max(committed_at) from batch) as last_batch,
       (select count(*) from quarantine) as quarantined,
       (select count(*) from alert) as alerts,
       (select coalesce(max(id), 0) from journal) as journal_rows

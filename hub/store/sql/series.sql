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

-- name: observation_count_by_kind
select src.kind, sum(c.count)::bigint as count
from (select series, count(*) as count from observation group by series) c
join series s on s.id = c.series
join source src on src.id = s.source
group by 1

-- name: observation_add_quality
alter table observation add column quality smallint not null default 0;
alter table series add column unit text not null default ''

-- name: observation_create_key
create unique index {key} on {table} (series, ts, key)

-- name: observation_create_batch
create index {batch} on {table} (batch)

-- name: observation_days_of_kind
select distinct date_trunc('day', o.ts, 'UTC') as day
from {other} o join series s on s.id = o.series join source src on src.id = s.source
where src.kind = %(kind)s

-- name: observation_move
insert into {table} (ts, received_at, batch, value, series, key, text, attrs, quality)
select o.ts, o.received_at, o.batch, o.value, o.series, o.key, o.text, o.attrs, o.quality
from {other} o join series s on s.id = o.series join source src on src.id = s.source
where src.kind = %(kind)s

-- name: observation_remove_moved
delete from {other} o using series s, source src
where s.id = o.series and src.id = s.source and src.kind = %(kind)s

-- name: observation_view
create view observation as
select ts, received_at, batch, value, series, quality, key, text, attrs from observation_camera
union all
select ts, received_at, batch, value, series, quality, key, text, attrs from observation_device

-- name: partition_relkind
select relkind::text from pg_class where oid = %(table)s::regclass

-- name: partition_lock
select pg_advisory_xact_lock(7102545)

-- name: partition_drop_patience
-- Whoever writes to the table waits as long, behind the drop.
set local lock_timeout = '500ms'

-- name: partition_names
select c.relname as name
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = %(table)s::regclass
order by 1

-- name: partition_may_drop
select pg_try_advisory_xact_lock(7102546) as may

-- name: partition_spans
select substring(bound from $$FROM \('([^']+)'\)$$)::timestamptz as first,
       substring(bound from $$TO \('([^']+)'\)$$)::timestamptz as last
from (select pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = %(table)s::regclass and c.relispartition) p
order by 1

-- name: timescale_installed
select 1 as one from pg_extension where extname = 'timescaledb'

-- name: chunk_spans
select range_start as first, range_end as last from timescaledb_information.chunks
where hypertable_schema = 'public' and hypertable_name = %(table)s
order by 1

-- name: hypertable_create
select create_hypertable(%(table)s::regclass, by_range('ts', %(chunk)s::interval), create_default_indexes => false)

-- name: hypertable_chunks_before
select show_chunks(%(table)s::regclass, older_than => %(instant)s::timestamptz)::text as name order by 1

-- name: chunk_compress
select compress_chunk(%(chunk)s::regclass, if_not_compressed => true)::text as name

-- name: hypertable_drop_chunks
select drop_chunks(%(table)s::regclass, older_than => %(instant)s::timestamptz)::text as name

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

-- name: status_head
select current_setting('server_version') as server, pg_database_size(current_database()) as size_bytes,
       (select extversion from pg_extension where extname = 'timescaledb') as timescale,
       (select min(applied_at) from migration) as since,
       (select count(*) from quarantine) as quarantined,
       (select coalesce(max(id), 0) from journal) as journal_rows,
       (select coalesce(array_agg(datname::text), '{}') from pg_database
        where datname in (left(current_database(), 40) || '_restoring', left(current_database(), 40) || '_before_restore')) as left_behind,
       (select sum(pg_database_size(oid)) from pg_database
        where datname in (left(current_database(), 40) || '_restoring', left(current_database(), 40) || '_before_restore'))::bigint
           as left_behind_bytes

-- name: status_tables
-- Every table with its partitions. Counting would take minutes: the rows a page when the server counted them last, times
-- the pages that there are now, as its planner does it.
select r.relname as name, count(p.relid)::int as periods,
       coalesce(sum(pg_total_relation_size(p.relid)), 0)::bigint as size_bytes,
       coalesce(sum(case when c.relpages > 0
                         then c.reltuples * (pg_relation_size(p.relid) / current_setting('block_size')::float8) / c.relpages
                         else greatest(s.n_live_tup, 0) end), 0)::bigint as rows
from pg_class r
left join lateral (
    select r.oid as relid where r.relkind = 'r'
    union all
    select t.relid from pg_partition_tree(r.oid) t where r.relkind = 'p' and t.isleaf and t.relid <> r.oid
) p on true
left join pg_class c on c.oid = p.relid
left join pg_stat_user_tables s on s.relid = p.relid
where r.relnamespace = 'public'::regnamespace and r.relkind in ('r', 'p') and not r.relispartition
group by r.relname
order by size_bytes desc, name

-- name: status_hypertables
-- Of a continuous aggregate, its name is told and not that of the table that holds it.
select coalesce(a.view_name, h.hypertable_name)::text as name, h.num_chunks::int as periods,
       z.total_bytes as size_bytes,
       approximate_row_count(format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass) as rows
from timescaledb_information.hypertables h
left join timescaledb_information.continuous_aggregates a
  on a.materialization_hypertable_schema = h.hypertable_schema
 and a.materialization_hypertable_name = h.hypertable_name
cross join lateral hypertable_detailed_size(format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass) z
order by 1

-- name: status_compression
select coalesce(a.view_name, h.hypertable_name)::text as name, s.before_compression_total_bytes as before_bytes,
       s.after_compression_total_bytes as after_bytes
from timescaledb_information.hypertables h
left join timescaledb_information.continuous_aggregates a
  on a.materialization_hypertable_schema = h.hypertable_schema
 and a.materialization_hypertable_name = h.hypertable_name
cross join lateral hypertable_columnstore_stats(format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass) s
where h.compression_enabled and s.number_compressed_chunks > 0
order by 1

-- name: status_writers
select w.name, w.last_seq, b.committed_at as newest_at, coalesce(d.rows, 0)::bigint as rows_of_day,
       coalesce(d.batches, 0) as batches_of_day
from writer w
left join batch b on b.writer = w.id and b.seq = w.last_seq
left join (select writer, sum(rows) as rows, count(*) as batches from batch
           where committed_at > %(now)s - interval '1 day' group by writer) d on d.writer = w.id
order by w.name

-- name: status_oldest_batch
select committed_at from batch order by id limit 1

-- name: status_readers
-- How far each reader is behind each writer: in batches, and since when the first of these has been waiting.
select o.reader, w.name as writer, w.last_seq - o.seq as batches, b.committed_at as waiting_since
from reader_offset o
join writer w on w.name = o.writer
left join batch b on b.writer = w.id and b.seq = o.seq + 1
order by o.reader, w.name

-- name: status_connections
select coalesce(nullif(application_name, ''), backend_type) as name, count(*)::int as count,
       max(%(now)s - state_change) filter (where state like 'idle in transaction%%') as idle_in_transaction
from pg_stat_activity where backend_type = 'client backend' and datname = current_database()
group by 1 order by 2 desc, 1

-- name: status_limits
select current_setting('max_connections')::int
           - current_setting('superuser_reserved_connections')::int as max_connections,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as connections

-- name: status_data_directory
-- Only who may read every setting is told.
select setting from pg_settings where name = 'data_directory'

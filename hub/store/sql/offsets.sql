-- name: offset_load
select writer, seq from reader_offset where reader = %(reader)s

-- name: offset_hold
select writer, seq from reader_offset where reader = %(reader)s order by writer for update

-- name: offset_save
insert into reader_offset (reader, writer, seq)
select %(reader)s, * from unnest(%(writers)s::text[], %(seqs)s::bigint[])
on conflict (reader, writer) do update set seq = greatest(reader_offset.seq, excluded.seq)

-- name: checkpoint_load
select offsets, state from reader_checkpoint where reader = %(reader)s

-- name: checkpoint_save
insert into reader_checkpoint (reader, offsets, state, saved_at)
values (%(reader)s, %(offsets)s, %(state)s, %(now)s)
on conflict (reader) do update set offsets = excluded.offsets, state = excluded.state, saved_at = excluded.saved_at

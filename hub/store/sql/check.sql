-- name: check_moment
set transaction isolation level repeatable read, read only;
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0

-- name: no_statement_timeout
set local statement_timeout = 0

-- name: check_orphan_sources
-- What belongs to a source that is not there. Its key forbids it; who has switched that off is found out here.
select name, count(*) as count
from (select 'states' as name, source from source_state
      union all select 'gaps', source from gap
      union all select 'recordings', camera from segment) t
where not exists (select 1 from source s where s.id = t.source)
group by name order by name

-- name: check_sources_without_state
select s.id from source s where not exists (select 1 from source_state t where t.source = s.id) order by 1

-- name: check_gaps
-- A source that watches has no open gap of watching, any other has one.
select st.source, st.state, count(g.id) as open
from source_state st left join gap g on g.source = st.source and g.scope = 'watch' and g.ended_at is null
group by st.source, st.state
having count(g.id) <> case when st.state = 'watching' then 0 else 1 end
order by 1

-- name: check_gaps_overlap
select distinct a.source from gap a join gap b
  on b.source = a.source and b.id > a.id and b.scope = a.scope and b.began_at < a.ended_at and a.began_at < b.ended_at
where a.ended_at > %(first)s and b.ended_at > %(first)s
order by 1

-- name: check_batch_span
-- Batches committed in a day, and the event times that they may hold.
select min(id) as first_id, max(id) as last_id, min(min_ts) as first, max(max_ts) as last, count(*) as count
from batch where committed_at >= %(first)s and committed_at < %(last)s

-- name: check_batches
-- Batches of a day that hold another number of observations than they say. What was dropped by age is left out.
with said as (
    select b.id, b.seq, b.rows, w.name as writer from batch b join writer w on w.id = b.writer
    where b.committed_at >= %(first)s and b.committed_at < %(last)s and b.id between %(first_id)s and %(last_id)s
      and (b.min_ts is null or b.min_ts >= %(kept)s)
), there as (
    select batch, count(*) as rows from observation
    where ts between %(first_ts)s and %(last_ts)s and batch between %(first_id)s and %(last_id)s
    group by batch
)
select s.writer, s.seq, s.rows as said, coalesce(t.rows, 0) as there
from said s left join there t on t.batch = s.id
where s.rows <> coalesce(t.rows, 0)
order by s.writer, s.seq

-- name: check_orphan_observations
-- Of one day of event time. A batch is forgotten with what it held, so that only younger ones must be there.
select count(*) filter (where not exists (select 1 from series s where s.id = o.series)) as without_series,
       count(*) filter (where o.received_at >= %(kept)s
                        and not exists (select 1 from batch b where b.id = o.batch)) as without_batch
from observation o
where o.ts >= %(first)s and o.ts < %(last)s

-- name: check_kept
-- The oldest batch that is still known.
select min(committed_at) as batches from batch

-- name: check_batch_holes
select w.name as writer, b.seq + 1 as first, b.next - 1 as last
from (select writer, seq, lead(seq) over (partition by writer order by seq) as next from batch) b
join writer w on w.id = b.writer
where b.next > b.seq + 1
union all
select w.name, coalesce(max(b.seq), 0) + 1, w.last_seq
from writer w join batch b on b.writer = w.id group by w.name, w.last_seq having w.last_seq <> max(b.seq)
order by 1, 2

-- name: check_readers_ahead
select o.reader, o.writer, o.seq, coalesce(w.last_seq, 0) as last_seq
from reader_offset o left join writer w on w.name = o.writer
where o.seq > coalesce(w.last_seq, 0)
order by 1, 2

-- name: check_active_twice
select rule, fingerprint, count(*) as count from alert where state <> 'resolved'
group by rule, fingerprint having count(*) > 1 order by 1, 2

-- name: check_alerts
-- Alerts whose columns contradict each other.
select id, case when state = 'resolved' and resolved_at is null then 'is resolved, and it is not known when'
                when state <> 'resolved' and resolved_at is not null then 'is open, and has an end'
                when resolved_at < started_at then 'ended before it began'
                when state = 'acknowledged' and (acked_at is null or acked_by is null)
                     then 'is acknowledged, and it is not known by whom'
                when stage = 'normal' and state <> 'resolved' then 'is open, and is kept as over'
                else 'does not stand as its other columns say' end as what
from alert
where (state = 'resolved') <> (resolved_at is not null) or resolved_at < started_at
   or (state = 'acknowledged' and (acked_at is null or acked_by is null))
   or (stage = 'normal' and state <> 'resolved') or (stage in ('unacknowledged', 'acknowledged') and state = 'resolved')
   or (stage in ('returned', 'latched', 'latched_acknowledged') and state <> 'resolved')
   or (stage = 'shelved' and shelved_until is null) or (stage = 'suppressed' and suppressed_by is null)
   or (stage = 'out_of_service' and out_of_service is null)
order by id

-- name: check_incidents
select i.id, case when (i.state = 'closed') <> (i.closed_at is not null) then 'does not know when it was closed'
                  when i.state = 'open' then 'is open, and none of its alerts is'
                  else 'is closed, and an alert of it is open' end as what
from incident i
where (i.state = 'open') <> exists (select 1 from alert a where a.incident = i.id and a.state <> 'resolved')
   or (i.state = 'closed') <> (i.closed_at is not null)
union all
select a.incident, 'is not there, and alert ' || a.id || ' belongs to it' from alert a
where a.incident is not null and not exists (select 1 from incident i where i.id = a.incident)
order by 1

-- name: check_alert_journal
-- Alerts that are open or younger than a time, and are not as the journal says last.
select a.id, a.state, j.body -> 'alert' ->> 'state' as said
from alert a
left join lateral (
    select body from journal where kind = 'alert' and subject = a.id::text order by id desc limit 1
) j on true
where (a.state <> 'resolved' or a.started_at >= %(first)s)
  and (j.body is null or j.body -> 'alert' ->> 'state' <> a.state)
order by a.id

-- name: check_triggers
-- Triggers and keys that somebody has switched off.
select c.relname as name, t.tgname as trigger from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relnamespace = 'public'::regnamespace and t.tgenabled = 'D' and not c.relispartition
order by 1, 2

-- name: check_indexes
select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
where c.relnamespace = 'public'::regnamespace and not (i.indisvalid and i.indisready)
order by 1

-- name: check_segments
select path, camera, began_at, size_bytes from segment where path > %(after)s order by path limit %(limit)s

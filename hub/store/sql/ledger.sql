-- name: ledger_seconds
-- Seconds of gap by source, scope and cause within [first, last). An open gap lasts until now, but for what it has in
-- common with later ones (after the clock was set back).
with subject as (
    select st.source, greatest(st.known_since, %(first)s) as first
    from source_state st join source s on s.id = st.source
    where s.kind = %(kind)s and st.known_since < %(last)s
      and (%(source)s::text is null or s.id = %(source)s)
      and (%(area)s::text is null or s.area = %(area)s or starts_with(s.area, %(area)s || '/'))
), closed as (  -- added up first: there may be a thousand times as many as there are sources
    select g.source, g.scope, g.cause, sum(least(g.ended_at, %(last)s) - greatest(g.began_at, u.first)) as length
    from gap g join subject u on u.source = g.source
    where g.ended_at > u.first and g.ended_at > %(first)s and g.began_at < %(last)s
    group by g.source, g.scope, g.cause
), lasting as (
    select g.source, g.scope, g.cause, upper(p) - lower(p) as length
    from subject u
    join gap g on g.source = u.source and g.ended_at is null and g.began_at < %(last)s
    cross join lateral (
        select coalesce(range_agg(tstzrange(c.began_at, c.ended_at)), '{}') as taken from gap c
        where c.source = g.source and c.ended_at > g.began_at and (c.scope = 'watch' or g.scope = 'record')
    ) t
    cross join lateral unnest(
        tstzmultirange(tstzrange(greatest(g.began_at, u.first), %(last)s)) - t.taken
    ) as p
)
select u.source, u.first, p.scope, p.cause, coalesce(extract(epoch from sum(p.length)), 0)::float8 as seconds
from subject u left join (select * from closed union all select * from lasting) p on p.source = u.source
group by 1, 2, 3, 4
order by 1, 3, 4

-- name: ledger_known_since
select known_since, state from source_state where source = %(source)s

-- name: ledger_overlaps
-- Gaps that begin before another one has ended. None, or the ledger is wrong. One that is open is trimmed when it ends.
select a.began_at as first, b.began_at as second
from gap a join gap b on b.source = a.source and a.id <> b.id
  and b.began_at < a.ended_at and a.began_at < b.ended_at and (a.began_at, a.id) < (b.began_at, b.id)
where a.source = %(source)s and a.ended_at > %(first)s and a.began_at < %(last)s
order by 1, 2

-- name: ledger_holes
-- What of [first, last) is neither recorded nor a gap, in pieces.
select lower(p) as "from", upper(p) as "to"
from unnest(
    tstzmultirange(tstzrange(%(first)s, %(last)s))
    - (select coalesce(range_agg(tstzrange(began_at, ended_at)), '{}') from segment
       where camera = %(source)s and ended_at > %(first)s and began_at < %(last)s)
    - (select coalesce(range_agg(tstzrange(began_at, coalesce(ended_at, 'infinity'))), '{}') from gap
       where source = %(source)s and coalesce(ended_at, 'infinity') > %(first)s and began_at < %(last)s)
) as p
order by 1

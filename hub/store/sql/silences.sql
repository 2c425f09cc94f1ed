-- name: silence_insert
insert into silence (matchers, area, owner, reason, begins_at, ends_at, created_at)
values (%(matchers)s, %(area)s, %(owner)s, %(reason)s, %(begins_at)s, %(ends_at)s, %(now)s)
returning *

-- name: silence_get
select * from silence where id = %(id)s

-- name: silence_end
update silence set ends_at = greatest(begins_at, %(now)s), ended_by = %(actor)s, over_at = %(now)s
where id = %(id)s and ends_at > %(now)s
returning *

-- name: silence_list
select s.*, (select count(*) from muted m where m.cause = 'silence:' || s.id) as muted
from silence s
where (%(within)s::text[] is null or s.area is null or (s.area || '/') ^@ any(%(within)s::text[])
       or exists (select from unnest(%(within)s::text[]) as below where below ^@ (s.area || '/')))
  and (%(state)s::text is null or %(state)s = case when s.ends_at <= %(now)s then 'over'
                                                   when s.begins_at > %(now)s then 'pending' else 'active' end)
  and (%(before_at)s::timestamptz is null or (s.ends_at, s.id) < (%(before_at)s, %(before_id)s))
order by s.ends_at desc, s.id desc
limit %(limit)s

-- name: silence_muted
select count(*) as muted from muted where cause = 'silence:' || %(id)s::bigint

-- name: silence_holding
select * from silence where over_at is null and begins_at <= %(now)s and ends_at > %(now)s order by id

-- name: silence_untold
select * from silence
where over_at is null and told_at is null and begins_at <= %(now)s and ends_at > %(now)s
order by id
for update skip locked

-- name: silence_told
update silence set told_at = %(now)s where id = any(%(ids)s)

-- name: silence_over
update silence set over_at = %(now)s where over_at is null and ends_at <= %(now)s returning *

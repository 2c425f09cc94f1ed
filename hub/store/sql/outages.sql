-- name: outage_add
insert into outage (rule, source, area, owner, reason, began_at, until)
values (%(rule)s, %(source)s, %(area)s, %(owner)s, %(reason)s, %(now)s, %(until)s)
returning *

-- name: outage_get
select * from outage where id = %(id)s for update

-- name: outage_end
update outage set ended_at = %(now)s, ended_by = %(by)s where id = %(id)s and ended_at is null
returning *

-- name: outage_overdue
update outage set ended_at = greatest(began_at, until), ended_by = null
where ended_at is null and until <= %(now)s
returning *

-- name: outage_list
-- With how many alerts each hides now.
select o.*, (select count(*) from alert a where a.out_of_service = o.id and a.stage = 'out_of_service') as hides
from outage o
where (%(ended)s or o.ended_at is null)
  and (%(within)s::text[] is null or (o.area || '/') ^@ any(%(within)s::text[]))
  and (%(before)s::bigint is null or o.id < %(before)s)
order by o.id desc limit %(limit)s

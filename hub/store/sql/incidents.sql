-- name: incident_open_in
select * from incident where area = %(area)s and state = 'open' order by opened_at, id for update

-- name: incident_insert
insert into incident (area, title, severity, state, opened_at)
values (%(area)s, %(title)s, %(severity)s, 'open', %(at)s)
returning *

-- name: incident_set_severity
update incident set severity = %(severity)s where id = %(id)s

-- name: incident_close_if_over
update incident set state = 'closed', closed_at = greatest(opened_at, %(at)s)
where id = %(id)s and state = 'open'
  and not exists (select 1 from alert where alert.incident = incident.id and alert.state <> 'resolved')
returning *

-- name: incident_get
select * from incident where id = %(id)s

-- name: incident_list
select * from incident
where (%(within)s::text[] is null or (area || '/') ^@ any(%(within)s::text[]))
  and (%(before_at)s::timestamptz is null
       or (state = 'open', opened_at, id) < (%(before_open)s::boolean, %(before_at)s, %(before_id)s))
order by state = 'open' desc, opened_at desc, id desc
limit %(limit)s

-- name: series_points
select o.ts, o.value, o.text
from observation o
where o.series = (select id from series where source = %(source)s and metric = %(metric)s)
  and o.ts >= %(first)s and o.ts < %(last)s
order by o.ts
limit %(limit)s

-- name: series_buckets
select date_bin(%(step)s, o.ts, %(first)s) as ts, avg(o.value) as mean, min(o.value) as min, max(o.value) as max,
       count(*) as count
from observation o
where o.series = (select id from series where source = %(source)s and metric = %(metric)s)
  and o.ts >= %(first)s and o.ts < %(last)s
group by 1
order by 1
limit %(limit)s

-- name: activity_series
select s.id, s.source, src.area, s.metric
from series s join source src on src.id = s.source
where src.kind = 'camera' and (%(within)s::text[] is null or (src.area || '/') ^@ any(%(within)s::text[]))
  and (%(sources)s::text[] is null or s.source = any(%(sources)s))
order by s.source, s.metric

-- name: activity_span
-- Words that follow each other closely are one stretch. It ends with the word that it is over, or with the last one that
-- it goes on, where nothing more was heard.
with said as (
    select series, ts, value, lag(ts) over w as before_ts, lag(value) over w as before,
           lead(ts) over w as next_ts, lead(value) over w as next
    from observation
    where series = any(%(series)s) and ts >= %(first)s and ts < %(last)s and value is not null
      and quality & %(unfit)s = 0
    window w as (partition by series order by ts)
), counted as (
    select *, count(*) filter (where before is null or before = 0 or ts - before_ts > %(longest)s)
                  over (partition by series order by ts) as stretch
    from said where value <> 0
)
select series, min(ts) as began_at,
       max(case when next = 0 and next_ts - ts <= %(longest)s then next_ts else ts end) as ended_at,
       (array_agg(value order by abs(value) desc))[1] as peak
from counted
group by series, stretch
order by began_at desc

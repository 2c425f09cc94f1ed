-- name: recordings_size
-- What is recorded: all of it, what came in a day, and since when.
select coalesce(sum(size_bytes), 0)::bigint as size_bytes,
       coalesce(sum(size_bytes) filter (where began_at >= %(since)s), 0)::bigint as day_bytes,
       min(began_at) as first, count(*)::int as segments
from segment

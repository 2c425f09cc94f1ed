-- name: database_oid
select oid::bigint as oid from pg_database where datname = current_database()

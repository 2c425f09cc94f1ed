-- name: arrival_expire
delete from arrival where ctid = any(array(select ctid from arrival where received_at < %(before)s limit %(limit)s))

-- name: batch_expire
-- The oldest come first, so that nothing but what goes is looked at.
delete from batch where id = any(array(select id from batch order by id limit %(limit)s)) and committed_at < %(before)s

-- name: arrival_expire
delete from arrival where received_at < %(before)s

-- name: batch_expire
delete from batch where committed_at < %(before)s

-- name: device_account_list
select device, password, topics from device_account order by device

-- name: device_account_lock
select device, password, topics from device_account order by device for update

-- name: device_account_mark
select count(*) as count, max(changed_at) as last from device_account

-- name: device_account_put
insert into device_account (device, password, topics, changed_at)
select id, %(password)s, %(topics)s, %(now)s from source where id = %(device)s and kind = 'device'
on conflict (device) do update set password = excluded.password, topics = excluded.topics,
    changed_at = greatest(excluded.changed_at, device_account.changed_at + interval '1 microsecond')

-- name: device_account_reseal
update device_account set password = %(password)s where device = %(device)s

-- name: device_account_delete
delete from device_account where device = %(device)s

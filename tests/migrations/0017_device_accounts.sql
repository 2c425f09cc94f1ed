-- A device with an account on the broker.
-- include 0016_assignment
insert into device_account (device, password, topics, changed_at) values
    ('smoke-1', 'v1.12345678.AAAA', '{zigbee2mqtt/#}', '2026-03-01 12:00+00');

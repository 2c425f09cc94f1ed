-- include 0004_two_tables
insert into device_type (type, spec) values ('smoke', '{"metrics": {}}');
insert into unknown_device (id, topic, count, first_seen_at, last_seen_at) values
    ('new-1', 'gridhub/v1/devices/new-1/telemetry', 3, '2026-03-01 12:00+00', '2026-03-01 12:01+00');

-- Where a source is stands beside its state.
-- include 0007_commands
insert into source_state (source, state, reason, since, seen_at, process, known_since, area, kind, approved) values
    ('cam-1', 'watching', 'it is', '2026-03-01 10:00+00', '2026-03-01 12:00+00', 'video-0', '2026-03-01 09:00+00',
     'qth/t/g1', 'camera', true),
    ('smoke-1', 'silent', 'no message', '2026-03-01 11:00+00', '2026-03-01 11:00+00', 'mqtt-0', '2026-03-01 11:00+00',
     'qth/t/g1', 'device', true),
    ('door-1', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', null, null, '2026-03-01 09:00+00',
     'qth/t/g1', 'device', false);

-- Gaps have a state, a cause of the closed list and a scope; a source is known since a time.
-- include 0002_observation
insert into source_state (source, state, reason, since, seen_at, process, known_since) values
    ('cam-1', 'watching', 'it is', '2026-03-01 10:00+00', '2026-03-01 12:00+00', 'video-0', '2026-03-01 09:00+00'),
    ('smoke-1', 'silent', 'no message', '2026-03-01 11:00+00', '2026-03-01 11:00+00', 'mqtt-0', '2026-03-01 11:00+00'),
    ('door-1', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', null, null, '2026-03-01 09:00+00');
insert into gap (source, cause, state, reason, began_at, ended_at) values
    ('cam-1', 'worker', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', '2026-03-01 09:30+00'),
    ('cam-1', 'network', 'stalled', 'no packets', '2026-03-01 09:30+00', '2026-03-01 10:00+00'),
    ('smoke-1', 'network', 'silent', 'no message', '2026-03-01 11:00+00', null),
    ('door-1', 'worker', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', null);

-- include 0006_registry
insert into command (id, device, name, params, topic, payload, answers, repeats, state, by, timeout, created_at, expires_at)
values ('c1', 'smoke-1', 'test', '{}', 'a/topic', '{}', true, false, 'timed_out', 'wang', '10 s', '2026-03-01 12:00+00',
        '2026-03-01 12:00:10+00');

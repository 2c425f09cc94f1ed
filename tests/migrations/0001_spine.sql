-- A database as the first version left it: written by hand in its own tables, so that no later code is needed.
insert into area (path, parent, name, kind) values
    ('qth', null, 'City', 'city'), ('qth/t', 'qth', 'District', 'district'), ('qth/t/g1', 'qth/t', '格 1', 'grid');
insert into source (id, kind, area, type, name, origin, approved, config, secret) values
    ('cam-1', 'camera', 'qth/t/g1', 'camera', 'Camera', 'config', true, '{"record": {"keep": "30d"}}',
     '{"sealed": "v1.12345678.AAAA"}'),
    ('smoke-1', 'device', 'qth/t/g1', 'smoke', 'Smoke', 'api', true, '{}', null),
    ('door-1', 'device', 'qth/t/g1', 'door', 'Door', 'api', false, '{}', null);
insert into source_state (source, state, reason, since, seen_at, process) values
    ('cam-1', 'watching', 'it is', '2026-03-01 10:00+00', '2026-03-01 12:00+00', 'video-0'),
    ('smoke-1', 'silent', 'no message', '2026-03-01 11:00+00', '2026-03-01 11:00+00', 'mqtt-0'),
    ('door-1', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', null, null);
insert into gap (source, cause, reason, began_at, ended_at) values
    ('cam-1', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', '2026-03-01 09:30+00'),
    ('cam-1', 'stalled', 'no packets', '2026-03-01 09:30+00', '2026-03-01 10:00+00'),
    ('cam-1', 'stalled', 'of no length', '2026-03-01 10:00+00', '2026-03-01 10:00+00'),
    ('smoke-1', 'silent', 'no message', '2026-03-01 11:00+00', null),
    ('door-1', 'unknown', 'not heard of yet', '2026-03-01 09:00+00', null);
insert into segment (camera, began_at, ended_at, path, size_bytes) values
    ('cam-1', '2026-03-01 10:00+00', '2026-03-01 10:01+00', 'recordings/cam-1/2026-03-01/100000-000.mp4', 1000);
insert into series (source, metric) values ('cam-1', 'motion'), ('smoke-1', 'smoke'), ('gone-1', 'smoke');
insert into writer (name, last_seq) values ('mqtt-0', 2), ('video-0', 1);
insert into batch (writer, seq, rows, min_ts, max_ts, committed_at) values
    (1, 1, 3, '2026-03-01 12:00+00', '2026-03-01 12:02+00', '2026-03-01 12:02+00'),
    (1, 2, 1, '2026-03-02 00:00+00', '2026-03-02 00:00+00', '2026-03-02 00:00+00'),
    (2, 1, 1, '2026-03-01 12:00+00', '2026-03-01 12:00+00', '2026-03-01 12:00+00');
insert into arrival (source, key, received_at) values ('smoke-1', 'm1', '2026-03-01 12:00+00');
insert into quarantine (origin, cause, detail, payload, size_bytes, received_at) values
    ('gridhub/v1/devices/x/telemetry', 'not_json', 'it is not', '\x00ff', 2, '2026-03-01 12:00+00');
insert into reader_offset (reader, writer, seq) values ('rules', 'mqtt-0', 1), ('rules', 'video-0', 1);
insert into reader_checkpoint (reader, offsets, state, saved_at) values
    ('rules', '{"mqtt-0": 1}', '{"smoke": [1, 2]}', '2026-03-01 12:00+00');
insert into incident (area, title, severity, state, opened_at, closed_at) values
    ('qth/t/g1', 'Smoke', 'major', 'open', '2026-03-01 12:00+00', null),
    ('qth/t/g1', 'Heat', 'minor', 'closed', '2026-02-01 12:00+00', '2026-02-01 13:00+00');
insert into alert (rule, fingerprint, severity, state, area, sources, summary, started_at, detected_at, resolved_at,
                   acked_at, acked_by, incident, evidence) values
    ('smoke', 'smoke@g1', 'major', 'acknowledged', 'qth/t/g1', '{smoke-1}', 'Smoke', '2026-03-01 12:00+00',
     '2026-03-01 12:00:01+00', null, '2026-03-01 12:03+00', 'wang', 1,
     '[{"ts": "2026-03-01T12:00:00Z", "text": null, "attrs": null, "value": 0.5, "metric": "smoke", "source": "smoke-1"}]'),
    ('heat', 'heat@g1', 'minor', 'resolved', 'qth/t/g1', '{smoke-1}', 'Heat', '2026-02-01 12:00+00',
     '2026-02-01 12:00:01+00', '2026-02-01 13:00+00', null, null, 2, '[]');
select journal_append('2026-02-01 12:00+00', 'alert', '2', 'qth/t/g1', 'rules', 'fired', '{"alert": {"state": "firing"}}');
select journal_append('2026-02-01 13:00+00', 'alert', '2', 'qth/t/g1', 'rules', 'resolved', '{"alert": {"state": "resolved"}}');
select journal_append('2026-03-01 12:00+00', 'alert', '1', 'qth/t/g1', 'rules', 'fired', '{"alert": {"state": "firing"}}');
select journal_append('2026-03-01 12:03+00', 'alert', '1', 'qth/t/g1', 'wang', 'acknowledged', '{"alert": {"state": "acknowledged"}}');
insert into person (name, role, area, password_hash) values
    ('wang', 'administrator', null, 'a hash'), ('li', 'operator', 'qth/t', 'another');
insert into session (token_hash, person, created_at, expires_at) values
    ('\x01', 'wang', '2026-03-01 12:00+00', '2026-03-02 12:00+00');
insert into process (name, pid, state, detail, since, started_at, beat_at) values
    ('mqtt-0', 1, 'ok', 'fine', '2026-03-01 12:00+00', '2026-03-01 12:00+00', '2026-03-01 12:00+00');

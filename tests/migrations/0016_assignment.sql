-- Alerts that somebody works on, and that nobody does.
-- include 0015_review
insert into alert (rule, fingerprint, severity, state, area, sources, summary, started_at, detected_at, resolved_at,
                   acked_at, acked_by, incident, evidence, stage, latch, announced_at, repeats, re_alarm_s, re_alarm_at,
                   detail, assigned_to, assigned_at) values
    ('smoke', 'smoke@g1', 'major', 'acknowledged', 'qth/t/g1', '{smoke-1}', 'Smoke', '2026-03-01 12:00+00',
     '2026-03-01 12:00:01+00', null, '2026-03-01 12:03+00', 'wang', 1,
     '[{"ts": "2026-03-01T12:00:00Z", "text": null, "attrs": null, "value": 0.5, "metric": "smoke", "source": "smoke-1"}]',
     'acknowledged', true, '2026-03-01 12:00:01+00', 2, 1800, '2026-03-01 12:33+00', '{"probability": 0.97}',
     'wang', '2026-03-01 12:04+00'),
    ('heat', 'heat@g1', 'minor', 'resolved', 'qth/t/g1', '{smoke-1}', 'Heat', '2026-02-01 12:00+00',
     '2026-02-01 12:00:01+00', '2026-02-01 13:00+00', null, null, 2, '[]',
     'returned', false, '2026-02-01 12:00:01+00', 0, null, null, null, null, null);

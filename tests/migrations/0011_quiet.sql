-- A silence that holds, one that is over, what mutes what, and an alert that was muted.
-- include 0010_states
insert into silence (matchers, area, owner, reason, begins_at, ends_at, created_at, ended_by, told_at, over_at) values
    ('[{"field": "rule", "how": "exact", "value": "smoke"}]', 'qth/t', 'wang', 'welding', '2026-03-01 08:00+00',
     '2026-03-08 08:00+00', '2026-03-01 07:00+00', null, null, null),
    ('[{"field": "type", "how": "glob", "value": "cam*"}]', null, 'li', 'repairs', '2026-02-01 08:00+00',
     '2026-02-01 09:00+00', '2026-02-01 07:00+00', 'wang', '2026-02-01 08:50+00', '2026-02-01 09:00+00');
insert into muting (name, digest, body) values
    ('topology', '01', '[{"name": "sw-3", "kind": "switch", "sources": ["cam-1"]}]'),
    ('inhibitions', '02', '{"flood": ["smoke"]}');
insert into muted (cause, alert) values ('silence:2', 2);

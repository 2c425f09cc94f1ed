-- A bookmark of an incident and one of a span, and a layout of a wall.
-- include 0014_audit
insert into bookmark (area, at, until, sources, incident, note, owner, created_at) values
    ('qth/t/g1', '2026-03-01 10:00+00', null, '{cam-1}', 1, 'here he comes', 'wang', '2026-03-01 12:00+00'),
    ('qth/t/g1', '2026-03-01 10:00+00', '2026-03-01 10:05+00', '{cam-1,smoke-1}', null, 'smoke', 'li', '2026-03-01 12:00+00');
insert into wall (person, name, body, changed_at) values
    ('wang', 'gates', '{"kind": "layout", "size": 1, "tiles": [{"kind": "camera", "id": "cam-1"}]}', '2026-03-01 12:00+00');

-- Two entries of the audit log.
-- include 0013_people
select audit_append('2026-03-01 12:00+00', 'wang', 'sign_in', 'session', '10.0.0.9', 'done', '{}');
select audit_append('2026-03-01 12:03+00', 'wang', 'acknowledge', 'alerts/1', '10.0.0.9', 'done', '{"status": 200}');

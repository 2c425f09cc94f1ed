-- A rule whose alerts are held, one that was confirmed, and one that was set aside.
-- include 0011_quiet
insert into rule_hold (rule, since, most, active, held, unseen, area, confirmed_at, confirmed_by, reason) values
    ('smoke', '2026-03-01 12:00+00', 50, 70, 20, 3, 'qth/t', null, null, null),
    ('heat', '2026-03-01 12:00+00', 5, 9, 0, 0, null, '2026-03-01 12:05+00', 'wang', 'it is a hot day');
insert into rule_fault (rule, at, reason) values ('slow', '2026-03-01 12:00+00', 'took 9.0 s of CPU time in 10 s');

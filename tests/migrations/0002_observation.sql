-- include 0001_spine
do $$ begin
    if (select relkind from pg_class where oid = 'observation'::regclass) = 'p' then
        create table observation_20260301 partition of observation for values from ('2026-03-01') to ('2026-03-02');
        create table observation_20260302 partition of observation for values from ('2026-03-02') to ('2026-03-03');
    end if;
    insert into observation (ts, received_at, batch, value, series, key, text, attrs) values
        ('2026-03-01 12:00+00', '2026-03-01 12:00:01+00', 1, 0.1, 2, '', null, null),
        ('2026-03-01 12:01+00', '2026-03-01 12:01:01+00', 1, 0.25, 2, 'k', null, '{"box": [1, 2]}'),
        ('2026-03-01 12:02+00', '2026-03-01 12:02:01+00', 1, null, 3, '', 'open', null),
        ('2026-03-02 00:00+00', '2026-03-02 00:00:01+00', 2, 1e300, 2, '', null, null),
        ('2026-03-01 12:00+00', '2026-03-01 12:00:01+00', 3, 0.5, 1, '', null, null);
end $$;

-- A table for each kind of source. What a source that is gone has said is in that of devices.
-- include 0003_ledger
do $$ begin
    if (select relkind from pg_class where oid = 'observation_device'::regclass) = 'p' then
        create table observation_device_20260301 partition of observation_device
            for values from ('2026-03-01') to ('2026-03-02');
        create table observation_device_20260302 partition of observation_device
            for values from ('2026-03-02') to ('2026-03-03');
        create table observation_camera_20260301 partition of observation_camera
            for values from ('2026-03-01') to ('2026-03-02');
    end if;
    insert into observation_camera (ts, received_at, batch, value, series, key, text, attrs) values
        ('2026-03-01 12:00+00', '2026-03-01 12:00:01+00', 3, 0.5, 1, '', null, null);
    insert into observation_device (ts, received_at, batch, value, series, key, text, attrs) values
        ('2026-03-01 12:00+00', '2026-03-01 12:00:01+00', 1, 0.1, 2, '', null, null),
        ('2026-03-01 12:01+00', '2026-03-01 12:01:01+00', 1, 0.25, 2, 'k', null, '{"box": [1, 2]}'),
        ('2026-03-01 12:02+00', '2026-03-01 12:02:01+00', 1, null, 3, '', 'open', null),
        ('2026-03-02 00:00+00', '2026-03-02 00:00:01+00', 2, 1e300, 2, '', null, null);
end $$;

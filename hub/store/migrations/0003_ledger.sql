-- The ledger of gaps: a cause from a closed list beside the state and the reason; recording apart from watching.

alter table gap add column state text;
alter table gap add column scope text not null default 'watch' check (scope in ('watch', 'record'));
update gap set state = cause;
update gap set cause = case
    when reason = 'the reader of this camera failed' then 'worker'
    when state in ('unknown', 'connecting', 'worker_down') then 'worker'
    when state in ('unreachable', 'stalled', 'silent', 'offline') then 'network'
    when state = 'ended' and reason = 'the connection was lost' then 'network'
    when state = 'disabled' then 'switched_off'
    else 'camera'
end;
alter table gap alter column state set not null;
alter table gap add constraint gap_cause check
    (cause in ('network', 'camera', 'tampered', 'worker', 'disk', 'clock', 'switched_off'));

drop index gap_open;
create unique index gap_open on gap (source, scope) where ended_at is null;
-- Those that reach into a period that is over, without those that ended before it.
create index gap_ended on gap (source, ended_at);

-- Where the ledger of a source begins: before, it was nobody's to watch.
alter table source_state add column known_since timestamptz;
update source_state set known_since = least(since, (select min(began_at) from gap where gap.source = source_state.source));
alter table source_state alter column known_since set not null;
delete from gap where began_at = ended_at;

-- Whether something happened in it: what is removed first when room is needed.
alter table segment add column eventful boolean not null default false;
create index segment_ended on segment (ended_at);

-- For how long the files of a camera that was removed are still kept. They belong to nobody: a camera that gets the
-- same id later, in another area, does not inherit them.
create table removed_camera (
    camera     text primary key,
    keep       text,
    removed_at timestamptz not null
);
create function remember_removed_camera() returns trigger language plpgsql as $$
begin
    if old.kind = 'camera' then
        insert into removed_camera (camera, keep, removed_at)
        values (old.id, old.config -> 'record' ->> 'keep', now())
        on conflict (camera) do update set keep = excluded.keep, removed_at = excluded.removed_at;
    end if;
    return null;
end $$;
create trigger source_removed after delete on source for each row execute function remember_removed_camera();

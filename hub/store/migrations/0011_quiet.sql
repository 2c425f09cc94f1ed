-- From many to few: silences, what mutes what, and what each of these has muted.

create table silence (
    id         bigint generated always as identity primary key,
    matchers   jsonb not null,
    area       text references area (path),
    owner      text not null,
    reason     text not null,
    begins_at  timestamptz not null,
    ends_at    timestamptz not null check (ends_at >= begins_at),
    created_at timestamptz not null,
    ended_by   text,
    told_at    timestamptz,
    over_at    timestamptz
);
-- told_at: when it was said that it will end; over_at: when its end was said.
create index silence_ends on silence (ends_at, id);
create index silence_open on silence (id) where over_at is null;

-- The topology of the configuration, and which rules mute which: one row each, read anew where the digest is another.
create table muting (
    name   text primary key check (name in ('topology', 'inhibitions')),
    digest text not null,
    body   jsonb not null
);

-- What was muted by what, ever: silence:7, topology:sw-3, inhibition:flood.
create table muted (
    cause text not null,
    alert bigint not null references alert (id) on delete cascade,
    primary key (cause, alert)
);
create index muted_alert on muted (alert);
create index alert_suppressed on alert (suppressed_by) where state <> 'resolved' and suppressed_by is not null;

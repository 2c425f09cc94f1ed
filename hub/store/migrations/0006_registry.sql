-- Types of devices; devices that nobody has added; what is refused can be looked at, and read again.

create table device_type (
    type text primary key,
    spec jsonb not null
);

-- One row a device that speaks and is not known. Bounded: where there is no room, those heard of least go first.
create table unknown_device (
    id            text primary key,
    topic         text not null,
    reason        text not null default '',
    count         bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    heads         jsonb not null default '[]',
    announced     jsonb,
    blocked       boolean not null default false
);
create index unknown_device_room on unknown_device (count, last_seen_at) where not blocked;

-- Whose it is, where that is known; replay_at is set while a worker is asked to read it again.
alter table quarantine add column device text not null default '';
alter table quarantine add column replay_at timestamptz;
create index quarantine_device on quarantine (device, id);
create index quarantine_replay on quarantine (id) where replay_at is not null;

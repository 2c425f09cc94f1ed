-- Commands to devices. What is published is written down when the command is accepted, so that a worker needs nothing
-- but this table, and the log shows what was really sent.

create table command (
    id           text primary key,
    number       bigint generated always as identity unique,
    device       text not null references source (id) on delete cascade,
    name         text not null,
    params       jsonb not null,
    topic        text not null,
    payload      text not null,
    answers      boolean not null,
    repeats      boolean not null,
    state        text not null check
                 (state in ('accepted', 'sent', 'delivered', 'ok', 'failed', 'timed_out', 'unsent')),
    reason       text not null default '',
    late         text not null default '',
    by           text not null,
    key          text,
    timeout      interval not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    sent_at      timestamptz,
    delivered_at timestamptz,
    ended_at     timestamptz,
    attempts     integer not null default 0
);
create index command_open on command (number) where ended_at is null;
create index command_device on command (device, number);
create index command_ended on command (ended_at);
create unique index command_key on command (by, key) where key is not null;

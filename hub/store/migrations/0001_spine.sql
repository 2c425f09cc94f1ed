-- The spine: areas, sources and their health, batches of observations, alerts, the journal, people.
-- The series table itself is made by 0002, by the one module that knows whether TimescaleDB is there.

create table area (
    path     text primary key,
    parent   text references area (path),
    name     text not null,
    kind     text not null,
    geometry jsonb
);
create index area_parent on area (parent);

create table source (
    id         text primary key,
    kind       text not null check (kind in ('camera', 'device')),
    area       text not null references area (path),
    type       text not null,
    name       text not null,
    config     jsonb not null default '{}',
    secret     jsonb,
    origin     text not null check (origin in ('config', 'api')),
    approved   boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index source_area on source (area);

create table source_state (
    source   text primary key references source (id) on delete cascade,
    state    text not null,
    reason   text not null,
    since    timestamptz not null,
    seen_at  timestamptz,
    detail   jsonb not null default '{}',
    process  text
);
create index source_state_process on source_state (process);

-- An interval in which a source was not watching, with its cause. Open while ended_at is null.
create table gap (
    id       bigint generated always as identity primary key,
    source   text not null references source (id) on delete cascade,
    cause    text not null,
    reason   text not null,
    began_at timestamptz not null,
    ended_at timestamptz check (ended_at >= began_at)
);
create unique index gap_open on gap (source) where ended_at is null;
create index gap_source on gap (source, began_at);

-- A video file that a camera worker finished. Paths are relative to the data directory.
create table segment (
    id         bigint generated always as identity primary key,
    camera     text not null references source (id) on delete cascade,
    began_at   timestamptz not null,
    ended_at   timestamptz not null check (ended_at >= began_at),
    path       text not null unique,
    size_bytes bigint not null
);
create index segment_camera on segment (camera, began_at);

-- One row per (source, metric): the narrow key of the observations.
create table series (
    id     integer generated always as identity primary key,
    source text not null,
    metric text not null,
    unique (source, metric)
);

create table writer (
    id       integer generated always as identity primary key,
    name     text not null unique,
    last_seq bigint not null default 0
);

create table batch (
    id           bigint generated always as identity primary key,
    writer       integer not null references writer (id),
    seq          bigint not null,
    rows         integer not null,
    min_ts       timestamptz,
    max_ts       timestamptz,
    committed_at timestamptz not null default clock_timestamp(),
    unique (writer, seq)
);

-- Messages that have an id but no time of their own: their identity is the id alone.
create table arrival (
    source      text not null,
    key         text not null,
    received_at timestamptz not null,
    primary key (source, key)
);
create index arrival_received on arrival using brin (received_at);

create table quarantine (
    id          bigint generated always as identity primary key,
    origin      text not null,
    cause       text not null,
    detail      text not null,
    payload     bytea not null,
    size_bytes  bigint not null,
    received_at timestamptz not null
);

-- How far a reader of the batches has come, per writer, and the state it had there.
create table reader_offset (
    reader text not null,
    writer text not null,
    seq    bigint not null,
    primary key (reader, writer)
);
create table reader_checkpoint (
    reader   text primary key,
    offsets  jsonb not null,
    state    jsonb not null,
    saved_at timestamptz not null
);

create table incident (
    id        bigint generated always as identity primary key,
    area      text not null references area (path),
    title     text not null,
    severity  text not null,
    state     text not null check (state in ('open', 'closed')),
    opened_at timestamptz not null,
    closed_at timestamptz
);
create index incident_open on incident (area) where state = 'open';

create table alert (
    id            bigint generated always as identity primary key,
    rule          text not null,
    fingerprint   text not null,
    severity      text not null check (severity in ('critical', 'major', 'minor', 'warning')),
    state         text not null check (state in ('firing', 'acknowledged', 'resolved')),
    area          text not null references area (path),
    sources       text[] not null,
    summary       text not null,
    started_at    timestamptz not null,
    detected_at   timestamptz not null,
    resolved_at   timestamptz,
    acked_at      timestamptz,
    acked_by      text,
    shelved_until timestamptz,
    incident      bigint references incident (id),
    evidence      jsonb not null default '[]',
    unique (rule, fingerprint, started_at)
);
create unique index alert_active on alert (rule, fingerprint) where state <> 'resolved';
create index alert_area on alert (area) where state <> 'resolved';
create index alert_started on alert (started_at desc, id desc);
create index alert_incident on alert (incident);
create index alert_shelved on alert (shelved_until) where shelved_until is not null;

-- The append-only log. Each row's hash covers the row and the hash before it.
create table journal (
    id      bigint primary key,
    at      timestamptz not null,
    kind    text not null,
    subject text not null,
    area    text,
    actor   text not null,
    change  text not null,
    body    jsonb not null,
    hash    bytea not null
);
create index journal_subject on journal (kind, subject, id);

create function journal_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only' using errcode = 'integrity_constraint_violation';
end $$;
create trigger journal_append_only before update or delete or truncate on journal
    for each statement execute function journal_is_append_only();

-- What a row's hash covers. The text of jsonb is canonical: keys sorted, no spaces that could differ.
create function journal_hash(previous bytea, id bigint, at timestamptz, kind text, subject text, area text, actor text,
                             change text, body jsonb) returns bytea language sql immutable as $$
    select sha256(previous || convert_to(
        jsonb_build_array(id, extract(epoch from at), kind, subject, area, actor, change, body)::text, 'UTF8'))
$$;

-- Appends one row, as the only writer until its transaction ends: ids are in commit order, without holes.
-- Callers append after taking every other lock of their transaction.
create function journal_append(at timestamptz, kind text, subject text, area text, actor text, change text, body jsonb)
returns bigint language plpgsql as $$
declare
    last_id   bigint;
    last_hash bytea;
begin
    perform pg_advisory_xact_lock(7102544);
    select j.id, j.hash into last_id, last_hash from journal j order by j.id desc limit 1;
    last_id := coalesce(last_id, 0);
    insert into journal (id, at, kind, subject, area, actor, change, body, hash)
    values (last_id + 1, at, kind, subject, area, actor, change, body,
            journal_hash(coalesce(last_hash, ''::bytea), last_id + 1, at, kind, subject, area, actor, change, body));
    perform pg_notify('gridhub_journal', (last_id + 1)::text);
    return last_id + 1;
end $$;

create table person (
    name          text primary key,
    role          text not null,
    area          text references area (path),
    password_hash text not null,
    disabled      boolean not null default false,
    created_at    timestamptz not null default now()
);

-- Only the SHA-256 of a session's token is kept.
create table session (
    token_hash bytea primary key,
    person     text not null references person (name) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index session_expires on session (expires_at);

-- One row a process: what it does, its last beat, what it counted.
create table process (
    name       text primary key,
    pid        integer not null,
    state      text not null check (state in ('ok', 'degraded', 'down')),
    detail     text not null,
    since      timestamptz not null,
    started_at timestamptz not null,
    beat_at    timestamptz not null,
    samples    jsonb not null default '[]'
);

create function notify_sources() returns trigger language plpgsql as $$
begin
    perform pg_notify('gridhub_sources', '');
    return null;
end $$;
create trigger source_changed after insert or update or delete on source
    for each statement execute function notify_sources();

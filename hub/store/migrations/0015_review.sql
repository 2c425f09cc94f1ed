-- What reviewers mark, and what people put on their walls.

-- A moment, or a span of time, that somebody wants to find again. sources: what it is to be seen on.
create table bookmark (
    id         bigint generated always as identity primary key,
    area       text not null references area (path),
    at         timestamptz not null,
    until      timestamptz check (until > at),
    sources    text[] not null,
    incident   bigint references incident (id),
    note       text not null,
    owner      text not null,
    created_at timestamptz not null
);
create index bookmark_at on bookmark (at desc, id desc);
create index bookmark_incident on bookmark (incident) where incident is not null;

-- Layouts and tours, each person's own.
create table wall (
    person     text not null references person (name) on delete cascade,
    name       text not null,
    body       jsonb not null,
    changed_at timestamptz not null,
    primary key (person, name)
);
